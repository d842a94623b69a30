/* Values as bytes, for messages and files between programs of one build: little-endian, doubles with all their bits.
 * Writing appends to a ts_strbuf; reading is checked: past the end everything is 0 and `failed` is set. */
#ifndef TS_COMMON_BYTES_H
#define TS_COMMON_BYTES_H

#include "common/strbuf.h"

#include <stdint.h>

typedef struct ts_reader {
    const unsigned char *at;
    size_t left;
    bool failed;
} ts_reader;

void ts_put_u64(ts_strbuf *out, uint64_t value);
void ts_put_real(ts_strbuf *out, double value);
void ts_put_text(ts_strbuf *out, const char *text);
void ts_put_sized(ts_strbuf *out, const void *bytes, size_t size); /* with its size before it */

uint64_t ts_take_u64(ts_reader *in);
double ts_take_real(ts_reader *in);

/* The next `size` bytes as they are, NULL when there are not as many. */
const void *ts_take_bytes(ts_reader *in, size_t size);

/* A text that must fit into `size` bytes with its end. */
void ts_take_text(ts_reader *in, char *text, size_t size);

/* What ts_put_sized wrote, as a reader of its own; empty when it is not whole. */
ts_reader ts_take_sized(ts_reader *in);

/* A count of things that take at least `least` bytes each: more than are left is a failure and 0. */
size_t ts_take_count(ts_reader *in, size_t least);

#endif
