/* The journal's part of a series. A journal holds all series of its exchange and is read for each of them: what was
 * read last is kept as long as the file is the same. */
#define _GNU_SOURCE
#include "data/candles/journal.h"
#include "data/candles/store_internal.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct {
    pthread_mutex_t mutex;
    char path[PATH_MAX];
    struct stat about; /* when it was read */
    bool held;
    ts_journal_content content;
} last = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Fill `last` with the journal of the key's exchange; *there: it has one. */
static int refresh(const ts_store_key *key, bool *there, ts_error *error)
{
    char path[PATH_MAX];
    struct stat about;
    int length = snprintf(path, sizeof path, "%s/%s/live.journal", key->root, key->exchange);
    *there = length > 0 && (size_t)length < sizeof path && !stat(path, &about);
    if (!*there || (last.held && !strcmp(path, last.path) && same_file(&about, &last.about))) return 0;
    ts_journal_content_clear(&last.content);
    last.held = false;
    if (ts_journal_read(key->root, key->exchange, &last.content, error)) return -1;
    memcpy(last.path, path, sizeof path);
    last.about = about;
    last.held = true;
    return 0;
}

static int take(const ts_store_key *key, ts_series *series, ts_error *error)
{
    bool there;
    if (refresh(key, &there, error) || !there) return there ? -1 : 0;
    if (last.content.damaged)
        return ts_fail(error, TS_BAD_DATA,
                       "%s: %zu damaged records, the first at byte %lld: candle_ingestor leaves them out and fetches "
                       "their candles anew",
                       last.path, last.content.damaged, (long long)last.content.first_damaged);
    return ts_journal_series(&last.content, key->exchange, key->symbol, key->interval_ms, series, error);
}

int ts_store_read_live(const ts_store_key *key, ts_series *series, ts_error *error)
{
    *series = (ts_series){0};
    pthread_mutex_lock(&last.mutex);
    int status = take(key, series, error);
    pthread_mutex_unlock(&last.mutex);
    return status;
}
