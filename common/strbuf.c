#include "common/strbuf.h"

#include "common/memory.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ts_strbuf_clear(ts_strbuf *buffer)
{
    free(buffer->text);
    *buffer = (ts_strbuf){0};
}

void ts_strbuf_reset(ts_strbuf *buffer)
{
    buffer->length = 0;
    if (buffer->text) buffer->text[0] = '\0';
}

static bool reserve(ts_strbuf *buffer, size_t more)
{
    if (buffer->failed) return false;
    size_t needed = buffer->length + more + 1;
    if (needed <= buffer->capacity) return true;
    size_t capacity = buffer->capacity ? buffer->capacity * 2 : 256;
    if (capacity < needed) capacity = needed;
    char *text = ts_grow(buffer->text, capacity, 1);
    if (!text) {
        buffer->failed = true;
        return false;
    }
    buffer->text = text;
    buffer->capacity = capacity;
    return true;
}

void ts_strbuf_append(ts_strbuf *buffer, const char *text, size_t length)
{
    if (!reserve(buffer, length)) return;
    memcpy(buffer->text + buffer->length, text, length);
    buffer->length += length;
    buffer->text[buffer->length] = '\0';
}

void ts_strbuf_puts(ts_strbuf *buffer, const char *text) { ts_strbuf_append(buffer, text, strlen(text)); }

void ts_strbuf_putc(ts_strbuf *buffer, char c) { ts_strbuf_append(buffer, &c, 1); }

void ts_strbuf_printf(ts_strbuf *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length >= 0 && reserve(buffer, (size_t)length)) {
        vsnprintf(buffer->text + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

/* Prices and volumes are mostly short decimals, which this writes several times as fast as printf does. A number n /
 * 1e8 of at most 15 digits is the only one of so few digits that reads back as its double, hence what %.15g writes.
 * False: the number is none of these. */
static bool put_decimal(ts_strbuf *buffer, double value)
{
    enum { DECIMALS = 8 };
    static const double scale = 1e8;
    char text[32], *at = text + sizeof text;
    double size = fabs(value);
    if (!(size >= 1e-4 && size < 1e7)) return false; /* smaller ones are written with an exponent */
    uint64_t n = (uint64_t)(size * scale + 0.5);
    if ((double)n / scale != size) return false;
    uint64_t whole = n / 100000000, part = n % 100000000;
    int digits = DECIMALS;
    for (; digits && part % 10 == 0; digits--) part /= 10;
    for (int i = 0; i < digits; i++, part /= 10) *--at = (char)('0' + part % 10);
    if (digits) *--at = '.';
    do *--at = (char)('0' + whole % 10);
    while (whole /= 10);
    if (value < 0) *--at = '-';
    ts_strbuf_append(buffer, at, (size_t)(text + sizeof text - at));
    return true;
}

void ts_strbuf_real(ts_strbuf *buffer, double value, const char *undefined)
{
    char text[32];
    if (!isfinite(value)) {
        ts_strbuf_puts(buffer, undefined);
        return;
    }
    if (put_decimal(buffer, value)) return;
    if (value == 0) value = 0.0; /* also -0 */
    /* 15 digits are the shortest form of any normal number that has so short a form; subnormals may need fewer. */
    int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG;
    do snprintf(text, sizeof text, "%.*g", digits, value);
    while (digits++ < 17 && strtod(text, NULL) != value);
    ts_strbuf_puts(buffer, text);
}
