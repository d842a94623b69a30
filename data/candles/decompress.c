#define _GNU_SOURCE
#include "data/candles/decompress.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { INPUT = 1 << 17 };

/* One format: `step` decodes from `in` (advancing `used`) into `buffer` and returns the bytes made, -1 when the stream
 * is damaged. `whole` tells that the stream may end here. */
typedef struct decoder {
    const char *name;
    unsigned char magic[4];
    size_t magic_length;
    int (*open)(ts_source *source);
    ptrdiff_t (*step)(ts_source *source, void *buffer, size_t size);
    void (*close)(ts_source *source);
} decoder;

struct ts_source {
    int file;
    const decoder *format;
    char path[PATH_MAX];
    unsigned char in[INPUT];
    size_t filled, used; /* of `in` */
    bool ended;          /* nothing more to read from the file */
    bool whole;
    bool entered; /* the first bytes were looked at */
    ZSTD_DStream *zstd;
    z_stream gzip;
};

static int plain_open(ts_source *source)
{
    source->whole = true;
    return 0;
}

static ptrdiff_t plain_step(ts_source *source, void *buffer, size_t size)
{
    size_t left = source->filled - source->used, count = left < size ? left : size;
    memcpy(buffer, source->in + source->used, count);
    source->used += count;
    return (ptrdiff_t)count;
}

static void plain_close(ts_source *source) { (void)source; }

static int zstd_open(ts_source *source)
{
    source->zstd = ZSTD_createDStream();
    return source->zstd ? 0 : -1;
}

static ptrdiff_t zstd_step(ts_source *source, void *buffer, size_t size)
{
    ZSTD_inBuffer in = {source->in, source->filled, source->used};
    ZSTD_outBuffer out = {buffer, size, 0};
    size_t rest = ZSTD_decompressStream(source->zstd, &out, &in);
    source->used = in.pos;
    source->whole = rest == 0;
    return ZSTD_isError(rest) ? -1 : (ptrdiff_t)out.pos;
}

static void zstd_close(ts_source *source) { ZSTD_freeDStream(source->zstd); }

static int gzip_open(ts_source *source)
{
    return inflateInit2(&source->gzip, 15 + 16) == Z_OK ? 0 : -1; /* 16: the gzip wrapper, with its checksum */
}

static ptrdiff_t gzip_step(ts_source *source, void *buffer, size_t size)
{
    /* A gzip file may be several members one after the other. */
    if (source->whole && source->used < source->filled && inflateReset(&source->gzip) != Z_OK) return -1;
    z_stream *gzip = &source->gzip;
    gzip->next_in = source->in + source->used;
    gzip->avail_in = (uInt)(source->filled - source->used);
    gzip->next_out = buffer;
    gzip->avail_out = size < UINT_MAX ? (uInt)size : UINT_MAX;
    uInt room = gzip->avail_out;
    int status = inflate(gzip, Z_NO_FLUSH);
    source->used = source->filled - gzip->avail_in;
    source->whole = status == Z_STREAM_END;
    bool fine = status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR;
    return fine ? (ptrdiff_t)(room - gzip->avail_out) : -1;
}

static void gzip_close(ts_source *source) { inflateEnd(&source->gzip); }

static const decoder decoders[] = {
    {"gzip", {0x1f, 0x8b}, 2, gzip_open, gzip_step, gzip_close},
    {"zstd", {0x28, 0xb5, 0x2f, 0xfd}, 4, zstd_open, zstd_step, zstd_close},
    {"plain", {0}, 0, plain_open, plain_step, plain_close},
};

ts_source *ts_source_open(const char *path, ts_error *error)
{
    ts_source *source = calloc(1, sizeof *source);
    if (!source) {
        ts_no_memory(error, path);
        return NULL;
    }
    struct stat is;
    snprintf(source->path, sizeof source->path, "%s", path);
    source->file = open(path, O_RDONLY | O_CLOEXEC);
    if (source->file < 0 || fstat(source->file, &is)) ts_fail(error, TS_BAD_DATA, "%s: %s", path, strerror(errno));
    else if (S_ISDIR(is.st_mode)) ts_fail(error, TS_BAD_DATA, "%s: is a folder, expected a file of candles", path);
    else return source;
    ts_source_close(source);
    return NULL;
}

/* Read more of the file when everything read so far was decoded. */
static int refill(ts_source *source, size_t wanted, ts_error *error)
{
    if (source->used) {
        memmove(source->in, source->in + source->used, source->filled - source->used);
        source->filled -= source->used;
        source->used = 0;
    }
    while (source->filled < wanted && !source->ended) {
        ssize_t got = read(source->file, source->in + source->filled, INPUT - source->filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return ts_fail(error, TS_BAD_DATA, "%s: %s", source->path, strerror(errno));
        source->filled += (size_t)got;
        source->ended = got == 0;
    }
    return 0;
}

static int enter(ts_source *source, ts_error *error)
{
    source->entered = true;
    if (refill(source, sizeof decoders->magic, error)) return -1;
    const decoder *format = decoders;
    while (source->filled < format->magic_length || memcmp(source->in, format->magic, format->magic_length)) format++;
    if (format->open(source)) return ts_no_memory(error, source->path);
    source->format = format;
    return 0;
}

ptrdiff_t ts_source_read(ts_source *source, void *buffer, size_t size, ts_error *error)
{
    if (!source->entered && enter(source, error)) return -1;
    for (;;) {
        if (source->used == source->filled && refill(source, 1, error)) return -1;
        bool dry = source->used == source->filled;
        if (dry && source->whole) return 0;
        size_t before = source->used;
        ptrdiff_t made = source->format->step(source, buffer, size);
        if (made > 0) return made;
        if (made < 0) return ts_fail(error, TS_BAD_DATA, "%s: damaged %s data", source->path, source->format->name);
        if (dry || (source->used == before && !source->whole && source->ended))
            return ts_fail(error, TS_BAD_DATA, "%s: the %s data ends early: the file is truncated", source->path,
                           source->format->name);
        if (source->used == before && refill(source, source->filled - source->used + 1, error)) return -1;
    }
}

void ts_source_close(ts_source *source)
{
    if (!source) return;
    if (source->format) source->format->close(source);
    if (source->file >= 0) close(source->file);
    free(source);
}
