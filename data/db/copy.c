#include "data/db/copy.h"

#include <math.h>
#include <string.h>

static const int64_t EPOCH_MS = 946684800000; /* 2000-01-01, where PostgreSQL counts microseconds from */

/* Network order: the highest byte first. */
static void put(ts_strbuf *out, uint64_t value, int bytes)
{
    char text[8];
    for (int i = 0; i < bytes; i++) text[i] = (char)(value >> (8 * (bytes - 1 - i)));
    ts_strbuf_append(out, text, (size_t)bytes);
}

static void put_sized(ts_strbuf *out, uint64_t value, int bytes)
{
    put(out, (uint64_t)bytes, 4);
    put(out, value, bytes);
}

void ts_copy_begin(ts_strbuf *out)
{
    static const char signature[] = "PGCOPY\n\377\r\n";
    ts_strbuf_append(out, signature, sizeof signature); /* its end is part of it */
    put(out, 0, 4);                                     /* flags */
    put(out, 0, 4);                                     /* no extension of the head */
}

void ts_copy_row(ts_strbuf *out, int columns) { put(out, (uint64_t)columns, 2); }
void ts_copy_end(ts_strbuf *out) { put(out, 0xffff, 2); }
void ts_copy_null(ts_strbuf *out) { put(out, 0xffffffff, 4); }
void ts_copy_int(ts_strbuf *out, int32_t value) { put_sized(out, (uint32_t)value, 4); }
void ts_copy_bigint(ts_strbuf *out, int64_t value) { put_sized(out, (uint64_t)value, 8); }
void ts_copy_truth(ts_strbuf *out, bool value) { put_sized(out, value, 1); }
void ts_copy_time(ts_strbuf *out, int64_t time_ms) { ts_copy_bigint(out, (time_ms - EPOCH_MS) * 1000); }

void ts_copy_real(ts_strbuf *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (isnan(value)) ts_copy_null(out);
    else put_sized(out, bits, 8);
}

void ts_copy_text(ts_strbuf *out, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    if (!text || length > INT32_MAX) {
        ts_copy_null(out);
        return;
    }
    put(out, length, 4);
    ts_strbuf_append(out, text, length);
}

void ts_copy_jsonb(ts_strbuf *out, const char *text, size_t length)
{
    if (!text || length >= INT32_MAX) {
        ts_copy_null(out);
        return;
    }
    put(out, length + 1, 4);
    put(out, 1, 1); /* the format's version */
    ts_strbuf_append(out, text, length);
}

static int digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void ts_copy_uuid(ts_strbuf *out, const char *digits)
{
    char bytes[16];
    for (int i = 0; i < 16; i++) {
        int high = digit(digits[2 * i]), low = high < 0 ? -1 : digit(digits[2 * i + 1]);
        if (low < 0) {
            ts_copy_null(out);
            return;
        }
        bytes[i] = (char)(high << 4 | low);
    }
    put(out, sizeof bytes, 4);
    ts_strbuf_append(out, bytes, sizeof bytes);
}
