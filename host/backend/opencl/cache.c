#define _GNU_SOURCE
#include "host/backend/opencl/cache.h"

#include "common/safe_file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 256 << 20, HEAD = 128 };

bool ts_cl_cache_folder(char *path, size_t size)
{
    /* The XDG specification: a path that is not absolute is to be ignored. */
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int length;
    if (cache && *cache == '/') length = snprintf(path, size, "%s/tradestream/opencl", cache);
    else if (home && *home == '/') length = snprintf(path, size, "%s/.cache/tradestream/opencl", home);
    else return false;
    return length > 0 && (size_t)length < size;
}

static bool entry_path(const char *key, char path[PATH_MAX])
{
    char folder[PATH_MAX - 64];
    return ts_cl_cache_folder(folder, sizeof folder) && snprintf(path, PATH_MAX, "%s/%s", folder, key) < PATH_MAX;
}

/* An entry begins with this line: what it is, whose it is, and the fingerprint of the binary after it. */
static size_t head(char line[HEAD], const char *key, const void *binary, size_t length)
{
    char content[TS_FINGERPRINT_TEXT];
    ts_fingerprint_of(binary, length, content);
    return (size_t)snprintf(line, HEAD, "tradestream opencl 1 %s %s\n", key, content);
}

bool ts_cl_cache_read(const char key[TS_FINGERPRINT_TEXT], ts_strbuf *into)
{
    char path[PATH_MAX], line[HEAD];
    ts_error ignored = {0};
    ts_strbuf entry = {0};
    if (!entry_path(key, path)) return false;
    bool good = !ts_file_read(path, LARGEST, &entry, &ignored);
    const char *end = good && entry.length ? memchr(entry.text, '\n', entry.length) : NULL;
    if (end) {
        const char *binary = end + 1;
        const size_t before = (size_t)(binary - entry.text), length = entry.length - before;
        good = length && head(line, key, binary, length) == before && !memcmp(line, entry.text, before);
        if (good) ts_strbuf_append(into, binary, length);
    }
    ts_strbuf_clear(&entry);
    return good && end && !ts_strbuf_failed(into);
}

void ts_cl_cache_write(const char key[TS_FINGERPRINT_TEXT], const void *binary, size_t length)
{
    char path[PATH_MAX], folder[PATH_MAX], line[HEAD];
    ts_error ignored = {0};
    ts_strbuf entry = {0};
    if (length > LARGEST - HEAD || !entry_path(key, path) || !ts_cl_cache_folder(folder, sizeof folder)) return;
    ts_strbuf_append(&entry, line, head(line, key, binary, length));
    ts_strbuf_append(&entry, binary, length);
    if (!ts_strbuf_failed(&entry) && !ts_folder_make(folder, &ignored))
        ts_file_write(path, entry.text, entry.length, &ignored);
    ts_strbuf_clear(&entry);
}
