#define _GNU_SOURCE
#include "data/candles/store.h"

#include "common/clock.h"
#include "common/interval.h"
#include "common/safe_file.h"
#include "data/candles/batch.h"
#include "data/candles/candle_rules.h"
#include "data/candles/folder.h"
#include "data/candles/merge.h"
#include "data/candles/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

int ts_store_folder(const ts_store_key *key, char path[PATH_MAX], ts_error *error)
{
    int length = snprintf(path, PATH_MAX, "%s/%s/%s/%s", key->root, key->exchange, key->symbol,
                          ts_interval_text(key->interval_ms));
    /* Room for the name of a batch and of its temporary. */
    if (length < 0 || length > PATH_MAX - TS_NAME) return ts_fail(error, TS_USAGE, "the store's path is too long");
    return 0;
}

static int check_key(const ts_store_key *key, const ts_series *batch, const char *path, ts_error *error)
{
    if (!strcmp(batch->symbol, key->symbol) && batch->interval_ms == key->interval_ms) return 0;
    return ts_fail(error, TS_BAD_DATA, "%s: holds %s %s, which belongs elsewhere in the store", path, batch->symbol,
                   ts_interval_text(batch->interval_ms));
}

/* 20240625T235900Z: no name of a file should hold a colon. */
static void compact_time(int64_t time_ms, char compact[TS_TIME_TEXT])
{
    char text[TS_TIME_TEXT];
    ts_time_text(time_ms, text);
    size_t used = 0;
    for (const char *at = text; *at; at++)
        if (*at != ':' && *at != '-') compact[used++] = *at;
    compact[used] = '\0';
}

ts_batch_place ts_store_batch_place(const char *name, int64_t first_ms, int64_t last_ms)
{
    enum { SECONDS = 15 }; /* 20240625T235900 */
    char first[TS_TIME_TEXT], last[TS_TIME_TEXT];
    const char *end = strchr(name, '-');
    if (!end || strlen(name) < SECONDS || strlen(end + 1) < SECONDS) return TS_BATCH_WITHIN;
    compact_time(first_ms, first), compact_time(last_ms, last);
    if (strncmp(end + 1, first, SECONDS) < 0) return TS_BATCH_BEFORE;
    return strncmp(name, last, SECONDS) > 0 ? TS_BATCH_AFTER : TS_BATCH_WITHIN;
}

/* What of a series is read: all (NULL), or the batches around these rows, with a neighbour on either side. */
static bool is_wanted(const ts_names *batches, size_t i, const ts_series *around)
{
    if (!around || !around->bars) return true;
    int64_t first = around->time[0], last = around->time[around->bars - 1];
    switch (ts_store_batch_place(batches->name[i], first, last)) {
    case TS_BATCH_BEFORE:
        return i + 1 == batches->count || ts_store_batch_place(batches->name[i + 1], first, last) != TS_BATCH_BEFORE;
    case TS_BATCH_AFTER: return !i || ts_store_batch_place(batches->name[i - 1], first, last) != TS_BATCH_AFTER;
    default: return true;
    }
}

/* Batches of a folder, as they are now. *gone: one that was listed is not there any more, as others have put several
 * together. */
static int read_batches(const ts_store_key *key, const char *folder, const ts_series *around, ts_series *series,
                        bool *gone, ts_error *error)
{
    char path[PATH_MAX + TS_NAME];
    ts_names batches;
    ts_series batch = {0};
    int status = ts_folder_list(folder, ".h5", &batches, error);
    *gone = false;
    for (size_t i = 0; i < batches.count && !status; i++) {
        if (!is_wanted(&batches, i, around)) continue;
        snprintf(path, sizeof path, "%s/%s", folder, batches.name[i]);
        status = ts_batch_read(path, &batch, error);
        *gone = status && access(path, F_OK) && errno == ENOENT;
        if (!status) status = check_key(key, &batch, path, error);
        if (!status && ts_series_join(series, &batch, error)) status = ts_error_context(error, "%s", path);
        ts_series_clear(&batch);
    }
    free(batches.name);
    if (status) ts_series_clear(series);
    return status;
}

bool ts_store_try_again(bool gone, int tries)
{
    enum { TRIES = 10 };
    struct timespec span = {0, 1000000L << tries};
    if (!gone || tries == TRIES) return false;
    nanosleep(&span, NULL);
    return true;
}

static int read_around(const ts_store_key *key, const ts_series *around, ts_series *series, ts_error *error)
{
    char folder[PATH_MAX];
    if (ts_exchange_check(key->exchange, error) || ts_store_folder(key, folder, error)) return -1;
    for (int tries = 0;; tries++) {
        ts_error why = {0};
        bool gone;
        if (!read_batches(key, folder, around, series, &gone, &why)) return 0;
        if (!ts_store_try_again(gone, tries)) return ts_fail(error, why.code, "%s", why.text);
    }
}

int ts_store_read_batches(const ts_store_key *key, ts_series *series, ts_error *error)
{
    return read_around(key, NULL, series, error);
}

/* The journal is read first: what leaves it is in a batch by then. */
int ts_store_read(const ts_store_key *key, ts_series *series, ts_error *error)
{
    ts_series live = {0}, batches = {0};
    int status = ts_store_read_live(key, &live, error);
    if (!status) status = ts_store_read_batches(key, &batches, error);
    if (!status && live.bars) status = ts_series_overlay(&batches, &live, series, error);
    else if (!status) *series = batches, batches = (ts_series){0};
    ts_series_clear(&live);
    ts_series_clear(&batches);
    if (!status && series->bars) {
        snprintf(series->exchange, sizeof series->exchange, "%s", key->exchange);
        return 0;
    }
    ts_series_clear(series);
    if (status) return -1;
    return ts_fail(error, TS_BAD_DATA, "the store %s holds no candles of %s %s %s", key->root, key->exchange,
                   key->symbol, ts_interval_text(key->interval_ms));
}

void ts_store_batch_name(const ts_series *series, char name[TS_NAME])
{
    char first[TS_TIME_TEXT], last[TS_TIME_TEXT];
    compact_time(series->time[0], first);
    compact_time(series->time[series->bars - 1], last);
    snprintf(name, TS_NAME, "%s-%s.h5", first, last);
}

int ts_store_write_batch(const char *folder, const ts_series *series, const char *source, ts_error *error)
{
    char path[PATH_MAX + TS_NAME], name[TS_NAME];
    ts_store_batch_name(series, name);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return ts_batch_write(path, series, source, error);
}

int ts_store_lock(const char *folder, ts_error *error)
{
    int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX)) {
        ts_fail(error, TS_FAILED, "%s: cannot be locked: %s", folder, strerror(errno));
        if (lock >= 0) close(lock);
        return -1;
    }
    return lock;
}

static int symbol_valid(const ts_series *series, ts_error *error)
{
    char symbol[TS_SYMBOL_TEXT];
    if (ts_symbol_parse(series->symbol, symbol, error)) return -1;
    if (!strcmp(symbol, series->symbol)) return 0;
    return ts_fail(error, TS_USAGE, "'%s' is not the store's spelling of %s", series->symbol, symbol);
}

/* The rows of `series` that the store lacks, which must fit in between those it holds. The store says what the interval
 * is: where few trade, most steps may be longer. */
static int find_news(const ts_store_key *key, const ts_series *series, ts_series *news, ts_error *error)
{
    ts_series held = {0}, both = {0};
    int status = read_around(key, series, &held, error);
    if (!status && !held.bars) {
        status = ts_series_copy(series, 0, series->bars, news, error);
        if (!status) status = ts_series_check_steps(news, error);
    } else if (!status) {
        status = ts_series_copy(series, 0, 0, news, error) || ts_series_copy(series, 0, 0, &both, error) ? -1 : 0;
        if (!status) status = ts_series_merge(&held, series, &both, news, error);
        if (!status) status = ts_series_check_steps(&both, error);
    }
    ts_series_clear(&held);
    ts_series_clear(&both);
    return status;
}

int ts_store_add(const char *root, const ts_series *series, const char *source, size_t *added, ts_error *error)
{
    ts_store_key key = {.root = root, .interval_ms = series->interval_ms};
    char folder[PATH_MAX];
    ts_series news = {0};
    int lock = -1, status = -1;
    *added = 0;
    memcpy(key.exchange, series->exchange, sizeof key.exchange);
    memcpy(key.symbol, series->symbol, sizeof key.symbol);
    if (symbol_valid(series, error) || ts_exchange_check(key.exchange, error) || ts_store_folder(&key, folder, error))
        goto out;
    if (ts_folder_make(folder, error) || (lock = ts_store_lock(folder, error)) < 0) goto out;
    if (find_news(&key, series, &news, error)) {
        ts_error_context(error, "adding to %s", folder);
        goto out;
    }
    status = news.bars ? ts_store_write_batch(folder, &news, source, error) : 0;
    *added = status ? 0 : news.bars;
out:
    if (lock >= 0) close(lock);
    ts_series_clear(&news);
    return status;
}
