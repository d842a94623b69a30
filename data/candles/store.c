#define _GNU_SOURCE
#include "data/candles/store.h"

#include "common/clock.h"
#include "common/interval.h"
#include "common/safe_file.h"
#include "data/candles/batch.h"
#include "data/candles/folder.h"

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

static int bad_exchange(const char *exchange, ts_error *error)
{
    size_t length = strspn(exchange, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    if (length && !exchange[length]) return 0;
    return ts_fail(error, TS_USAGE, "'%.40s' is not an exchange: expected small letters, digits, - or _", exchange);
}

static int differ(const ts_series *a, size_t i, const ts_series *b, size_t j, ts_error *error)
{
    ts_candle left = ts_series_candle(a, i), right = ts_series_candle(b, j);
    if (!memcmp(&left, &right, sizeof left)) return 0;
    static const char *const names[TS_COLUMNS] = {"open", "high", "low", "close", "volume"};
    char text[TS_TIME_TEXT];
    int c = 0;
    while (c < TS_VOLUME && left.value[c] == right.value[c]) c++;
    return ts_fail(error, TS_BAD_DATA, "two different candles of %s %s at %s: %s %.17g and %.17g", a->symbol,
                   ts_interval_text(a->interval_ms), ts_time_text(left.time, text), names[c], left.value[c],
                   right.value[c]);
}

static int append_bar(const ts_series *from, size_t bar, ts_series *into, ts_error *error)
{
    ts_candle candle = ts_series_candle(from, bar);
    return ts_series_append(into, &candle, error);
}

/* Both series in order of time into `both` (NULL: no need); the rows of `b` that `a` does not hold into `news` (NULL:
 * no need). Rows that both hold must be equal. */
static int merge(const ts_series *a, const ts_series *b, ts_series *both, ts_series *news, ts_error *error)
{
    for (size_t i = 0, j = 0; i < a->bars || j < b->bars;) {
        bool take_a = j == b->bars || (i < a->bars && a->time[i] <= b->time[j]);
        bool take_b = i == a->bars || (j < b->bars && b->time[j] <= a->time[i]);
        if (take_a && take_b && differ(a, i, b, j, error)) return -1;
        if (both && (take_a ? append_bar(a, i, both, error) : append_bar(b, j, both, error))) return -1;
        if (news && take_b && !take_a && append_bar(b, j, news, error)) return -1;
        i += take_a;
        j += take_b;
    }
    return 0;
}

/* Add a batch to what was read so far. Batches mostly follow one another: then it is appended. */
static int add_batch(ts_series *series, ts_series *batch, ts_error *error)
{
    if (!series->bars) {
        *series = *batch;
        *batch = (ts_series){0};
        return 0;
    }
    series->synthetic = series->synthetic || batch->synthetic;
    if (batch->time[0] > series->time[series->bars - 1]) {
        for (size_t bar = 0; bar < batch->bars; bar++)
            if (append_bar(batch, bar, series, error)) return -1;
        return 0;
    }
    ts_series both = {0};
    if (ts_series_copy(series, 0, 0, &both, error) || merge(series, batch, &both, NULL, error)) {
        ts_series_clear(&both);
        return -1;
    }
    ts_series_clear(series);
    *series = both;
    return 0;
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
    if (bad_exchange(key->exchange, error) || series_folder(key, folder, error)) return -1;
    int status = ts_folder_list(folder, ".h5", &batches, error);
    for (size_t i = 0; i < batches.count && !status; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, batches.name[i]);
        status = ts_batch_read(path, &batch, error);
        if (!status) status = check_key(key, &batch, path, error);
        if (!status && add_batch(series, &batch, error)) status = ts_error_context(error, "%s", path);
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

int ts_store_add(const char *root, const ts_series *series, const char *source, size_t *added, ts_error *error)
{
    ts_store_key key = {.root = root, .interval_ms = series->interval_ms};
    char folder[PATH_MAX];
    ts_series held = {0}, news = {0};
    int lock = -1, status = -1;
    *added = 0;
    memcpy(key.exchange, series->exchange, sizeof key.exchange);
    memcpy(key.symbol, series->symbol, sizeof key.symbol);
    if (symbol_valid(series, error) || bad_exchange(key.exchange, error) || series_folder(&key, folder, error))
        goto out;
    if (ts_folder_make(folder, error) || (lock = lock_folder(folder, error)) < 0) goto out;
    if (read_all(&key, &held, error) || ts_series_copy(series, 0, 0, &news, error)) goto out;
    if (!held.bars) {
        status = write_news(folder, series, source, error);
        *added = status ? 0 : series->bars;
    } else if (!merge(&held, series, NULL, &news, error)) {
        status = news.bars ? write_news(folder, &news, source, error) : 0;
        *added = status ? 0 : news.bars;
    }
out:
    if (lock >= 0) close(lock);
    ts_series_clear(&held);
    ts_series_clear(&news);
    return status;
}
