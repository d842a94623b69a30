/* Fingerprints: XXH3-128 of bytes fed in any number of pieces, as 32 hexadecimal digits. Not for secrets. */
#ifndef TS_COMMON_FINGERPRINT_H
#define TS_COMMON_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

#define TS_FINGERPRINT_TEXT 33

typedef struct ts_fingerprint ts_fingerprint;

ts_fingerprint *ts_fingerprint_new(void); /* NULL: no memory */
void ts_fingerprint_free(ts_fingerprint *fingerprint);
void ts_fingerprint_add(ts_fingerprint *fingerprint, const void *bytes, size_t length);
void ts_fingerprint_text(const ts_fingerprint *fingerprint, char text[TS_FINGERPRINT_TEXT]);

/* XXH3-64 of one piece: to tell whether it was damaged. */
uint64_t ts_checksum(const void *bytes, size_t length);

/* The fingerprint of one piece. */
void ts_fingerprint_of(const void *bytes, size_t length, char text[TS_FINGERPRINT_TEXT]);

#endif
