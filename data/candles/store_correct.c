/* Rows that count whatever the store held: an exchange corrects what it said. */
#define _GNU_SOURCE
#include "common/safe_file.h"
#include "data/candles/batch.h"
#include "data/candles/folder.h"
#include "data/candles/merge.h"
#include "data/candles/store_internal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The rows of `series` within a batch that are other ones there. */
static size_t differing(const ts_series *batch, const ts_series *series)
{
    size_t count = 0;
    for (size_t i = ts_series_find(series, batch->time[0]);
         i < series->bars && series->time[i] <= batch->time[batch->bars - 1]; i++) {
        ts_candle is = ts_series_candle(series, i), was;
        size_t at = ts_series_find(batch, is.time);
        if (at == batch->bars || batch->time[at] != is.time) continue;
        was = ts_series_candle(batch, at);
        count += memcmp(&was, &is, sizeof is) != 0;
    }
    return count;
}

/* `batch` with the rows of `series` that it has, too. */
static int corrected(const ts_series *batch, const ts_series *series, ts_series *into, ts_error *error)
{
    if (ts_series_copy(batch, 0, batch->bars, into, error)) return -1;
    for (size_t i = 0; i < series->bars; i++) {
        size_t at = ts_series_find(into, series->time[i]);
        if (at == into->bars || into->time[at] != series->time[i]) continue;
        for (int c = 0; c < TS_COLUMNS; c++) into->column[c][at] = series->column[c][i];
    }
    return 0;
}

static int correct_batch(const char *path, const ts_series *series, const char *source, size_t *changed,
                         ts_error *error)
{
    ts_series batch = {0}, right = {0};
    if (ts_batch_read(path, &batch, error)) return -1;
    size_t wrong = differing(&batch, series);
    int status = wrong ? corrected(&batch, series, &right, error) : 0;
    if (!status && wrong) status = ts_batch_write(path, &right, source, error);
    if (!status) *changed += wrong;
    ts_series_clear(&batch);
    ts_series_clear(&right);
    return status;
}

static int correct_all(const char *folder, const ts_series *series, const char *source, size_t *changed,
                       ts_error *error)
{
    char path[PATH_MAX + TS_NAME];
    ts_names batches;
    int status = ts_folder_list(folder, ".h5", &batches, error);
    for (size_t i = 0; i < batches.count && !status; i++) {
        if (ts_store_batch_place(batches.name[i], series->time[0], series->time[series->bars - 1]) != TS_BATCH_WITHIN)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, batches.name[i]);
        status = correct_batch(path, series, source, changed, error);
    }
    free(batches.name);
    return status;
}

int ts_store_correct(const char *root, const ts_series *series, const char *source, size_t *changed, ts_error *error)
{
    ts_store_key key = {.root = root, .interval_ms = series->interval_ms};
    char folder[PATH_MAX];
    size_t added;
    *changed = 0;
    memcpy(key.exchange, series->exchange, sizeof key.exchange);
    memcpy(key.symbol, series->symbol, sizeof key.symbol);
    if (!series->bars) return 0;
    if (ts_exchange_check(key.exchange, error) || ts_store_folder(&key, folder, error) || ts_folder_make(folder, error))
        return -1;
    int lock = ts_store_lock(folder, error);
    if (lock < 0) return -1;
    int status = correct_all(folder, series, source, changed, error);
    close(lock);
    if (!status) status = ts_store_add(root, series, source, &added, error);
    if (!status) *changed += added;
    return status;
}
