#include "common/bytes.h"

#include <string.h>

void ts_put_u64(ts_strbuf *out, uint64_t value)
{
    char bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (char)(value >> 8 * i);
    ts_strbuf_append(out, bytes, sizeof bytes);
}

void ts_put_real(ts_strbuf *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    ts_put_u64(out, bits);
}

void ts_put_sized(ts_strbuf *out, const void *bytes, size_t size)
{
    ts_put_u64(out, size);
    if (size) ts_strbuf_append(out, bytes, size);
}

void ts_put_text(ts_strbuf *out, const char *text) { ts_put_sized(out, text, strlen(text)); }

const void *ts_take_bytes(ts_reader *in, size_t size)
{
    const void *bytes = in->at;
    if (in->failed || size > in->left) {
        in->failed = true;
        return NULL;
    }
    in->at += size;
    in->left -= size;
    return bytes;
}

uint64_t ts_take_u64(ts_reader *in)
{
    const unsigned char *bytes = ts_take_bytes(in, 8);
    uint64_t value = 0;
    for (int i = 0; bytes && i < 8; i++) value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

double ts_take_real(ts_reader *in)
{
    uint64_t bits = ts_take_u64(in);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

ts_reader ts_take_sized(ts_reader *in)
{
    size_t size = ts_take_count(in, 1);
    const void *bytes = ts_take_bytes(in, size);
    return bytes ? (ts_reader){.at = bytes, .left = size} : (ts_reader){.failed = true};
}

void ts_take_text(ts_reader *in, char *text, size_t size)
{
    ts_reader part = ts_take_sized(in);
    if (part.left >= size || (part.left && memchr(part.at, 0, part.left))) in->failed = true;
    size_t length = in->failed ? 0 : part.left;
    if (length) memcpy(text, part.at, length);
    text[length] = '\0';
}

size_t ts_take_count(ts_reader *in, size_t least)
{
    uint64_t count = ts_take_u64(in);
    if (count <= in->left / least) return (size_t)count;
    in->failed = true;
    return 0;
}
