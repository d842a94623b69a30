/* A growing text buffer. A failed allocation is remembered: append as you like and check once, with ts_strbuf_failed.
 */
#ifndef TS_COMMON_STRBUF_H
#define TS_COMMON_STRBUF_H

#include <stdbool.h>
#include <stddef.h>

typedef struct ts_strbuf {
    char *text; /* always terminated once something was appended; NULL before */
    size_t length, capacity;
    bool failed;
} ts_strbuf;

void ts_strbuf_clear(ts_strbuf *buffer); /* free the memory, back to empty */
void ts_strbuf_reset(ts_strbuf *buffer); /* empty, memory kept */
void ts_strbuf_append(ts_strbuf *buffer, const char *text, size_t length);
void ts_strbuf_puts(ts_strbuf *buffer, const char *text);
void ts_strbuf_putc(ts_strbuf *buffer, char c);
void ts_strbuf_printf(ts_strbuf *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The shortest decimal text that reads back as the same double; -0 is written 0, NaN and infinities as `undefined`. */
void ts_strbuf_real(ts_strbuf *buffer, double value, const char *undefined);

static inline bool ts_strbuf_failed(const ts_strbuf *buffer) { return buffer->failed; }

#endif
