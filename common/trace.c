#define _GNU_SOURCE
#include "common/trace.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static _Thread_local ts_trace current;

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool all_hex(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (hex_digit(text[i]) < 0) return false;
    return true;
}

/* Lower-case hex that is not all zeros. */
static bool an_id(const char *text, size_t length) { return all_hex(text, length) && strspn(text, "0") < length; }

bool ts_trace_parse(const char *text, const char *state, ts_trace *into)
{
    enum { LENGTH = TS_TRACE_TEXT - 1, TRACE_AT = 3, SPAN_AT = 36, FLAGS_AT = 53 };
    size_t length = strnlen(text, LENGTH + 1);
    if (length < LENGTH || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
    if (!all_hex(text, 2) || !memcmp(text, "ff", 2)) return false;
    if (length > LENGTH && (!memcmp(text, "00", 2) || text[LENGTH] != '-')) return false;
    if (!an_id(text + TRACE_AT, 32) || !an_id(text + SPAN_AT, 16) || !all_hex(text + FLAGS_AT, 2)) return false;
    memset(into, 0, sizeof *into);
    memcpy(into->trace_id, text + TRACE_AT, 32);
    memcpy(into->span_id, text + SPAN_AT, 16);
    into->flags = (unsigned char)(hex_digit(text[FLAGS_AT]) * 16 + hex_digit(text[FLAGS_AT + 1]));
    if (state && strlen(state) < sizeof into->state) snprintf(into->state, sizeof into->state, "%s", state);
    return true;
}

const char *ts_trace_text(const ts_trace *trace, char text[TS_TRACE_TEXT])
{
    /* Of the flags only the one that version 00 knows. */
    snprintf(text, TS_TRACE_TEXT, "00-%.32s-%.16s-%02x", trace->trace_id, trace->span_id,
             trace->flags & TS_TRACE_SAMPLED);
    return text;
}

/* Fill `text` with `bytes` random bytes as hex. Without the kernel's randomness the clock makes them differ. */
static void random_id(char *text, size_t bytes)
{
    unsigned char raw[16];
    struct timespec now = {0};
    if (getrandom(raw, sizeof raw, GRND_NONBLOCK) != sizeof raw) {
        clock_gettime(CLOCK_REALTIME, &now);
        for (size_t i = 0; i < sizeof raw; i++) raw[i] = (unsigned char)((uint64_t)now.tv_nsec >> (i % 4 * 8) ^ i);
    }
    raw[0] |= 1; /* never all zeros */
    for (size_t i = 0; i < bytes; i++) snprintf(text + 2 * i, 3, "%02x", raw[i]);
}

void ts_trace_new(ts_trace *trace)
{
    memset(trace, 0, sizeof *trace);
    random_id(trace->trace_id, 16);
    random_id(trace->span_id, 8);
    trace->flags = TS_TRACE_SAMPLED;
}

void ts_trace_child(const ts_trace *parent, ts_trace *child)
{
    if (child != parent) *child = *parent;
    random_id(child->span_id, 8);
}

const ts_trace *ts_trace_current(void) { return current.trace_id[0] ? &current : NULL; }

void ts_trace_set(const ts_trace *trace)
{
    if (trace) current = *trace;
    else current = (ts_trace){0};
}
