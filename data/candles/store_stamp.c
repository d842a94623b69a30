/* Has a series of the store changed? Told by its files without reading them: the names of its batches, and of each and
 * of the journal which file it is, its size and when it was written. */
#define _GNU_SOURCE
#include "data/candles/store_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A file that is not there counts as well: it may come. */
static void add_file(ts_fingerprint *fingerprint, const char *path)
{
    struct stat is;
    if (stat(path, &is)) is = (struct stat){0};
    int64_t about[] = {(int64_t)is.st_dev, (int64_t)is.st_ino, is.st_size, is.st_mtim.tv_sec, is.st_mtim.tv_nsec};
    ts_fingerprint_add(fingerprint, path, strlen(path) + 1);
    ts_fingerprint_add(fingerprint, about, sizeof about);
}

int ts_store_stamp(const ts_store_key *key, char text[TS_FINGERPRINT_TEXT], ts_error *error)
{
    char folder[TS_STORE_PATH], path[TS_STORE_PATH + TS_NAME];
    ts_names batches;
    text[0] = '\0';
    if (ts_exchange_check(key->exchange, error) || ts_store_folder(key, folder, error)) return -1;
    if (ts_folder_list(folder, ".h5", &batches, error)) return -1;
    ts_fingerprint *fingerprint = ts_fingerprint_new();
    if (!fingerprint) {
        free(batches.name);
        return ts_no_memory(error, "what a series is now");
    }
    snprintf(path, sizeof path, "%s/%s/live.journal", key->root, key->exchange);
    add_file(fingerprint, path);
    for (size_t i = 0; i < batches.count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, batches.name[i]);
        add_file(fingerprint, path);
    }
    ts_fingerprint_text(fingerprint, text);
    ts_fingerprint_free(fingerprint);
    free(batches.name);
    return 0;
}
