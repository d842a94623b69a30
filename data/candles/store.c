#define _GNU_SOURCE
#include "data/candles/store.h"

#include "common/clock.h"
#include "common/interval.h"
#include "common/safe_file.h"
#include "data/candles/batch.h"
#include "data/candles/candle_rules.h"
#include "data/candles/folder.h"
#include "data/candles/merge.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int series_folder(const ts_store_key *key, char path[PATH_MAX], ts_error *error)
{
    int length = snprintf(path, PATH_MAX, "%s/%s/%s/%s", key->root, key->exchange, key->symbol,
                          ts_interval_text(key->interval_ms));
    /* Room for the name of a batch and of its temporary. */
    if (length < 0 || length > PATH_MAX - TS_NAME) return ts_fail(error, TS_USAGE, "the store's path is too long");
    return 0;
}

int ts_exchange_check(const char *exchange, ts_error *error)
{
    size_t length = strspn(exchange, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    if (length && length < sizeof((ts_store_key *)0)->exchange && !exchange[length]) return 0;
    return ts_fail(error, TS_USAGE, "'%.40s' is not an exchange: expected up to 31 small letters, digits, - or _",
                   exchange);
}

static int check_key(const ts_store_key *key, const ts_series *batch, const char *path, ts_error *error)
{
    if (!strcmp(batch->symbol, key->symbol) && batch->interval_ms == key->interval_ms) return 0;
    return ts_fail(error, TS_BAD_DATA, "%s: holds %s %s, which belongs elsewhere in the store", path, batch->symbol,
                   ts_interval_text(batch->interval_ms));
}

/* Like ts_store_read, but no batches at all are an empty series. */
static int read_all(const ts_store_key *key, ts_series *series, ts_error *error)
{
    char folder[PATH_MAX], path[PATH_MAX + TS_NAME];
    ts_names batches;
    ts_series batch = {0};
    if (ts_exchange_check(key->exchange, error) || series_folder(key, folder, error)) return -1;
    int status = ts_folder_list(folder, ".h5", &batches, error);
    for (size_t i = 0; i < batches.count && !status; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, batches.name[i]);
        status = ts_batch_read(path, &batch, error);
        if (!status) status = check_key(key, &batch, path, error);
        if (!status && ts_series_join(series, &batch, error)) status = ts_error_context(error, "%s", path);
        ts_series_clear(&batch);
    }
    free(batches.name);
    if (status) ts_series_clear(series);
    return status;
}

int ts_store_read(const ts_store_key *key, ts_series *series, ts_error *error)
{
    if (read_all(key, series, error)) return -1;
    if (series->bars) {
        snprintf(series->exchange, sizeof series->exchange, "%s", key->exchange);
        return 0;
    }
    return ts_fail(error, TS_BAD_DATA, "the store %s holds no candles of %s %s %s", key->root, key->exchange,
                   key->symbol, ts_interval_text(key->interval_ms));
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

static int write_news(const char *folder, const ts_series *news, const char *source, ts_error *error)
{
    char path[PATH_MAX + TS_NAME], first[TS_TIME_TEXT], last[TS_TIME_TEXT];
    compact_time(news->time[0], first);
    compact_time(news->time[news->bars - 1], last);
    snprintf(path, sizeof path, "%s/%s-%s.h5", folder, first, last);
    return ts_batch_write(path, news, source, error);
}

/* One writer a series at a time, so that two imports cannot both find a row missing. Closing the file unlocks it. */
static int lock_folder(const char *folder, ts_error *error)
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

/* The rows of `series` that the store lacks, which must fit in between those it holds. */
static int find_news(const ts_store_key *key, const ts_series *series, ts_series *news, ts_error *error)
{
    ts_series held = {0}, both = {0};
    int status = read_all(key, &held, error);
    if (!status && !held.bars) {
        status = ts_series_copy(series, 0, series->bars, news, error);
        if (!status) status = ts_series_settle_interval(news, key->interval_ms, error);
    } else if (!status) {
        status = ts_series_copy(series, 0, 0, news, error) || ts_series_copy(series, 0, 0, &both, error) ? -1 : 0;
        if (!status) status = ts_series_merge(&held, series, &both, news, error);
        if (!status) status = ts_series_settle_interval(&both, key->interval_ms, error);
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
    if (symbol_valid(series, error) || ts_exchange_check(key.exchange, error) || series_folder(&key, folder, error))
        goto out;
    if (ts_folder_make(folder, error) || (lock = lock_folder(folder, error)) < 0) goto out;
    if (find_news(&key, series, &news, error)) {
        ts_error_context(error, "adding to %s", folder);
        goto out;
    }
    status = news.bars ? write_news(folder, &news, source, error) : 0;
    *added = status ? 0 : news.bars;
out:
    if (lock >= 0) close(lock);
    ts_series_clear(&news);
    return status;
}
