#define _GNU_SOURCE
#include "common/safe_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int copy_path(char *into, const char *path, ts_error *error)
{
    if (snprintf(into, PATH_MAX, "%s", path) < PATH_MAX) return 0;
    return ts_fail(error, TS_USAGE, "the path is longer than %d bytes: %.60s...", PATH_MAX, path);
}

int ts_file_read(const char *path, size_t limit, ts_strbuf *into, ts_error *error)
{
    FILE *file = fopen(path, "rb");
    if (!file) return ts_fail(error, TS_BAD_DATA, "%s: %s", path, strerror(errno));
    char block[65536];
    size_t got;
    while ((got = fread(block, 1, sizeof block, file)) > 0 && into->length <= limit) ts_strbuf_append(into, block, got);
    int status = 0;
    if (ferror(file)) status = ts_fail(error, TS_BAD_DATA, "%s: %s", path, strerror(errno));
    else if (into->length > limit) status = ts_fail(error, TS_BAD_DATA, "%s: longer than %zu bytes", path, limit);
    else if (ts_strbuf_failed(into)) status = ts_no_memory(error, path);
    fclose(file);
    return status;
}

int ts_file_temporary(const char *path, char *temporary, size_t size, ts_error *error)
{
    static atomic_uint next;
    int length = snprintf(temporary, size, "%s.%ld-%u.tmp", path, (long)getpid(), atomic_fetch_add(&next, 1));
    if (length < 0 || (size_t)length >= size) return ts_fail(error, TS_USAGE, "the path is too long: %.60s...", path);
    return 0;
}

static int sync_path(const char *path, int flags, ts_error *error)
{
    int file = open(path, flags | O_CLOEXEC);
    int status = 0;
    if (file < 0 || fsync(file)) status = ts_fail(error, TS_FAILED, "%s: %s", path, strerror(errno));
    if (file >= 0) close(file);
    return status;
}

int ts_file_commit(const char *temporary, const char *path, ts_error *error)
{
    char folder[PATH_MAX];
    if (copy_path(folder, path, error) || sync_path(temporary, O_RDONLY, error)) goto fail;
    if (rename(temporary, path)) {
        ts_fail(error, TS_FAILED, "%s: %s", path, strerror(errno));
        goto fail;
    }
    return sync_path(dirname(folder), O_RDONLY | O_DIRECTORY, error);
fail:
    unlink(temporary);
    return -1;
}

int ts_file_write(const char *path, const void *bytes, size_t length, ts_error *error)
{
    char temporary[PATH_MAX];
    if (ts_file_temporary(path, temporary, sizeof temporary, error)) return -1;
    FILE *file = fopen(temporary, "wbx");
    if (!file) return ts_fail(error, TS_FAILED, "%s: cannot be written: %s", path, strerror(errno));
    bool written = fwrite(bytes, 1, length, file) == length;
    written = fclose(file) == 0 && written;
    if (!written) {
        ts_fail(error, TS_FAILED, "%s: cannot be written: %s", path, strerror(errno));
        unlink(temporary);
        return -1;
    }
    return ts_file_commit(temporary, path, error);
}

/* That a folder is in the one above is durable. */
static int sync_name(const char *path, ts_error *error)
{
    char above[PATH_MAX];
    return copy_path(above, path, error) || sync_path(dirname(above), O_RDONLY | O_DIRECTORY, error) ? -1 : 0;
}

int ts_folder_make(const char *path, ts_error *error)
{
    char part[PATH_MAX];
    if (copy_path(part, path, error)) return -1;
    if (!*part) return ts_fail(error, TS_USAGE, "the name of a folder is empty");
    for (char *slash = part + 1;; slash++) {
        bool last = *slash == '\0';
        if (!last && *slash != '/') continue;
        *slash = '\0';
        bool made = !mkdir(part, 0777);
        if (!made && errno != EEXIST) return ts_fail(error, TS_FAILED, "%s: %s", part, strerror(errno));
        if (made && sync_name(part, error)) return -1;
        if (last) break;
        *slash = '/';
    }
    struct stat is;
    if (stat(path, &is) || !S_ISDIR(is.st_mode)) return ts_fail(error, TS_FAILED, "%s: not a folder", path);
    return 0;
}
