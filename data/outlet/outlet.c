#define _GNU_SOURCE
#include "data/outlet/outlet.h"

#include "common/clock.h"
#include "common/memory.h"
#include "common/safe_file.h"
#include "data/outlet/outlet_internal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int ts_outlet_read_store(void *context, const ts_store_key *key, int64_t from_ms, int64_t to_ms, ts_series *into,
                         ts_error *error)
{
    ts_store_key whole = *key;
    ts_store_summary holds;
    ts_series all = {0};
    whole.root = context;
    if (ts_store_summarise(&whole, &holds, error)) return -1;
    if (!holds.bars || holds.last_ms < from_ms) return 0;
    if (ts_store_read(&whole, &all, error)) return -1;
    int status = ts_series_copy(&all, ts_series_find(&all, from_ms), ts_series_find(&all, to_ms), into, error);
    ts_series_clear(&all);
    return status;
}

/* <folder>/<kind>-<what is sent to, as 16 digits>.sent */
static int file_path(const ts_outlet_setup *setup, char path[PATH_MAX], ts_error *error)
{
    char target[TS_FINGERPRINT_TEXT];
    ts_fingerprint_of(setup->target, strlen(setup->target), target);
    int length = snprintf(path, PATH_MAX, "%s/%s-%.16s.sent", setup->folder, setup->kind->name, target);
    if (length > 0 && length < PATH_MAX - 64) return 0;
    return ts_fail(error, TS_USAGE, "the path is too long: %.60s...", setup->folder);
}

ts_outlet *ts_outlet_open(const ts_outlet_setup *setup, ts_error *error)
{
    char path[PATH_MAX];
    ts_outlet *outlet = ts_alloc(1, sizeof *outlet);
    if (!outlet) {
        ts_no_memory(error, setup->kind->name);
        return NULL;
    }
    outlet->setup = *setup;
    outlet->setup.folder = outlet->setup.target = NULL;
    pthread_mutex_init(&outlet->lock, NULL);
    outlet->queue = ts_alloc(TS_OUTLET_QUEUE, sizeof *outlet->queue);
    outlet->batch = ts_alloc(setup->kind->batch, sizeof *outlet->batch);
    if (!outlet->queue || !outlet->batch) ts_no_memory(error, setup->kind->name);
    else if (!file_path(setup, path, error) && !ts_folder_make(setup->folder, error) &&
             !ts_sent_load(&outlet->sent, path, error))
        return outlet;
    ts_outlet_close(outlet);
    return NULL;
}

void ts_outlet_close(ts_outlet *outlet)
{
    if (!outlet) return;
    ts_error unseen = {0}; /* what was not noted is sent once more */
    if (outlet->unsaved) ts_outlet_save(outlet, &unseen);
    ts_sent_clear(&outlet->sent);
    pthread_mutex_destroy(&outlet->lock);
    free(outlet->queue);
    free(outlet->batch);
    free(outlet);
}

int ts_outlet_save(ts_outlet *outlet, ts_error *error)
{
    ts_strbuf text = {0};
    ts_sent_text(&outlet->sent, &text);
    int status = ts_strbuf_failed(&text) ? ts_no_memory(error, outlet->sent.path)
                                         : ts_file_write(outlet->sent.path, text.text, text.length, error);
    ts_strbuf_clear(&text);
    outlet->saved = ts_clock_seconds();
    if (!status) outlet->unsaved = false;
    return status;
}

int ts_outlet_add(ts_outlet *outlet, const ts_store_key *key, ts_error *error)
{
    pthread_mutex_lock(&outlet->lock);
    ts_sent_series *series = ts_sent_find(&outlet->sent, key, outlet->setup.from_ms, error);
    if (series) series->behind = true;
    pthread_mutex_unlock(&outlet->lock);
    return series ? 0 : -1;
}

/* A series whose candle does not fit is read from the store. */
static int offer_one(ts_outlet *outlet, const ts_store_key *key, const ts_live_bar *bar, ts_error *error)
{
    ts_sent_series *series = ts_sent_find(&outlet->sent, key, outlet->setup.from_ms, error);
    if (!series) return -1;
    series->offers++;
    if (outlet->count == TS_OUTLET_QUEUE) series->behind = true;
    if (series->behind) return 0;
    outlet->queue[(outlet->first + outlet->count++) % TS_OUTLET_QUEUE] =
        (ts_outlet_row){&series->key, bar->candle, bar->origin == TS_FROM_REST ? "rest" : "trades"};
    return 0;
}

int ts_outlet_offer(ts_outlet *outlet, const char *exchange, const ts_live_bar *bars, size_t count, ts_error *error)
{
    int status = 0;
    pthread_mutex_lock(&outlet->lock);
    for (size_t i = 0; i < count && !status; i++) {
        ts_store_key key = {.interval_ms = bars[i].interval_ms};
        snprintf(key.exchange, sizeof key.exchange, "%s", exchange);
        memcpy(key.symbol, bars[i].symbol, sizeof key.symbol);
        status = offer_one(outlet, &key, &bars[i], error);
    }
    pthread_mutex_unlock(&outlet->lock);
    return status;
}

int ts_outlet_changing(ts_outlet *outlet, const ts_store_key *key, int64_t from_ms, int64_t to_ms, ts_error *error)
{
    pthread_mutex_lock(&outlet->lock);
    ts_sent_series *series = ts_sent_find(&outlet->sent, key, outlet->setup.from_ms, error);
    int status = series ? ts_again_add(&series->again, (ts_range){from_ms, to_ms}, error) : -1;
    if (!status) status = ts_outlet_save(outlet, error);
    if (!status) series->held++, series->changes++;
    pthread_mutex_unlock(&outlet->lock);
    return status;
}

int ts_outlet_changed(ts_outlet *outlet, const ts_store_key *key, ts_error *error)
{
    pthread_mutex_lock(&outlet->lock);
    ts_sent_series *series = ts_sent_find(&outlet->sent, key, outlet->setup.from_ms, error);
    if (series && series->held) series->held--;
    pthread_mutex_unlock(&outlet->lock);
    return series ? 0 : -1;
}

ts_outlet_state ts_outlet_look(ts_outlet *outlet)
{
    pthread_mutex_lock(&outlet->lock);
    ts_outlet_state state = outlet->state;
    state.waiting = outlet->count;
    for (size_t i = 0; i < outlet->sent.count; i++)
        state.behind += outlet->sent.series[i]->behind || outlet->sent.series[i]->again.count;
    pthread_mutex_unlock(&outlet->lock);
    return state;
}
