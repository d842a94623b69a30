#include "ingest/json_string.h"

#include <stdint.h>
#include <string.h>

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits of \uXXXX; -1: they are not there. */
static int32_t unit(const char *at, const char *end)
{
    int32_t value = 0;
    if (end - at < 4) return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex(at[i]);
        if (digit < 0) return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* The character of the escape after a backslash, and *at after it; -1: it is none, and 0 is not allowed. */
static int32_t escape(const char **at, const char *end)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if (*at == end) return -1;
    char letter = *(*at)++;
    if (letter != 'u') {
        const char *found = letter ? strchr(letters, letter) : NULL;
        return found ? meant[found - letters] : -1;
    }
    int32_t high = unit(*at, end);
    if (high <= 0 || (high >= 0xDC00 && high <= 0xDFFF)) return -1;
    *at += 4;
    if (high < 0xD800 || high > 0xDBFF) return high;
    if (end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u') return -1;
    int32_t low = unit(*at + 2, end);
    if (low < 0xDC00 || low > 0xDFFF) return -1;
    *at += 6;
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/* Step over one character of two to four bytes; false when it is not UTF-8: overlong, a surrogate, above U+10FFFF. */
static bool utf8(const char **at, const char *end)
{
    const unsigned char *byte = (const unsigned char *)*at;
    int more = byte[0] >= 0xF0 ? 3 : byte[0] >= 0xE0 ? 2 : 1;
    if (byte[0] < 0xC2 || byte[0] > 0xF4 || end - *at <= more) return false;
    for (int i = 1; i <= more; i++)
        if (byte[i] >> 6 != 2) return false;
    if (byte[0] == 0xE0 && byte[1] < 0xA0) return false;
    if (byte[0] == 0xED && byte[1] > 0x9F) return false;
    if (byte[0] == 0xF0 && byte[1] < 0x90) return false;
    if (byte[0] == 0xF4 && byte[1] > 0x8F) return false;
    *at += more + 1;
    return true;
}

const char *ts_json_span_read(const char **at, const char *end, ts_json_span *span)
{
    const char *here = *at, *wrong = NULL;
    *span = (ts_json_span){.text = here};
    while (!wrong) {
        while (here < end && (unsigned char)*here >= 0x20 && (unsigned char)*here < 0x80 && *here != '"' &&
               *here != '\\')
            here++;
        if (here == end) wrong = "the message ends within a string";
        else if (*here == '"') break;
        else if (*here == '\\') {
            span->escaped = true;
            here++;
            if (escape(&here, end) < 0) wrong = "an escape that JSON does not have, or of NUL";
        } else if ((unsigned char)*here < 0x20) wrong = "a control character in a string";
        else if (!utf8(&here, end)) wrong = "bytes that are not UTF-8";
    }
    span->length = (size_t)(here - span->text);
    *at = wrong ? here : here + 1;
    return wrong;
}

static int encode(int32_t c, char bytes[4])
{
    if (c < 0x80) return bytes[0] = (char)c, 1;
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const int lead[] = {0, 0xC0, 0xE0, 0xF0};
    for (int i = more; i > 0; i--, c >>= 6) bytes[i] = (char)(0x80 | (c & 0x3F));
    bytes[0] = (char)(lead[more] | c);
    return more + 1;
}

size_t ts_json_span_decode(const ts_json_span *span, char *into, size_t room)
{
    size_t length = 0, stored = 0;
    for (const char *at = span->text, *end = at + span->length; at < end;) {
        char bytes[4] = {*at};
        int count = 1;
        if (*at++ == '\\') count = encode(escape(&at, end), bytes);
        if (length == stored && stored + (size_t)count < room) {
            memcpy(into + stored, bytes, (size_t)count);
            stored += (size_t)count;
        }
        length += (size_t)count;
    }
    into[stored] = '\0';
    return length;
}
