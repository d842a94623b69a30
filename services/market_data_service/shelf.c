#define _GNU_SOURCE
#include "services/market_data_service/shelf.h"

#include "common/interval.h"
#include "common/memory.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 64 };

enum { READ, HITS, BYTES };
const ts_meter market_shelf_meters[] = {
    [READ] = {"tradestream_market_series_read_total", TS_COUNTER, NULL, NULL, "Series read from the store."},
    [HITS] = {"tradestream_market_series_hits_total", TS_COUNTER, NULL, NULL, "Uses of a series that was in memory."},
    [BYTES] = {"tradestream_market_series_bytes", TS_GAUGE, NULL, NULL, "Memory of the series that are kept."},
    {0}};

typedef struct kept {
    ts_store_key key;
    char stamp[TS_FINGERPRINT_TEXT];
    ts_series series;
    size_t users;
    uint64_t used; /* when: larger is later */
    bool gone;     /* not on the shelf any more; freed by its last user */
} kept;

struct market_shelf {
    const char *root;
    size_t bytes;
    pthread_mutex_t lock;    /* of all below */
    pthread_mutex_t reading; /* one reads at a time, so that two who ask for the same read it once; taken first */
    kept *on[KEPT];
    size_t count;
    uint64_t clock;
};

market_shelf *market_shelf_new(const char *root, size_t bytes, ts_error *error)
{
    market_shelf *shelf = ts_alloc(1, sizeof *shelf);
    if (!shelf) {
        ts_no_memory(error, "series");
        return NULL;
    }
    shelf->root = root;
    shelf->bytes = bytes;
    pthread_mutex_init(&shelf->lock, NULL);
    pthread_mutex_init(&shelf->reading, NULL);
    return shelf;
}

static void free_kept(kept *one)
{
    ts_series_clear(&one->series);
    free(one);
}

void market_shelf_free(market_shelf *shelf)
{
    if (!shelf) return;
    for (size_t i = 0; i < shelf->count; i++) free_kept(shelf->on[i]);
    pthread_mutex_destroy(&shelf->lock);
    pthread_mutex_destroy(&shelf->reading);
    free(shelf);
}

/* From here to insert() all is called under the lock. */
static size_t bytes_of(const kept *one) { return one->series.capacity * (TS_COLUMNS + 1) * sizeof(double); }

static size_t bytes_kept(const market_shelf *shelf)
{
    size_t bytes = 0;
    for (size_t i = 0; i < shelf->count; i++) bytes += bytes_of(shelf->on[i]);
    return bytes;
}

static void take_off(market_shelf *shelf, size_t place)
{
    kept *one = shelf->on[place];
    shelf->on[place] = shelf->on[--shelf->count];
    one->gone = true;
    if (!one->users) free_kept(one);
}

static bool same_key(const ts_store_key *a, const ts_store_key *b)
{
    return a->interval_ms == b->interval_ms && !strcmp(a->symbol, b->symbol) && !strcmp(a->exchange, b->exchange);
}

static size_t place_of(const market_shelf *shelf, const ts_store_key *key)
{
    size_t place = 0;
    while (place < shelf->count && !same_key(&shelf->on[place]->key, key)) place++;
    return place;
}

static size_t oldest(const market_shelf *shelf)
{
    size_t oldest = 0;
    for (size_t i = 1; i < shelf->count; i++)
        if (shelf->on[i]->used < shelf->on[oldest]->used) oldest = i;
    return oldest;
}

static void insert(market_shelf *shelf, kept *one)
{
    size_t place = place_of(shelf, &one->key);
    if (place < shelf->count) take_off(shelf, place);
    while (shelf->count && (shelf->count == KEPT || bytes_kept(shelf) + bytes_of(one) > shelf->bytes))
        take_off(shelf, oldest(shelf));
    shelf->on[shelf->count++] = one;
    ts_meter_set(&market_shelf_meters[BYTES], (double)bytes_kept(shelf), NULL);
}

/* What is kept of a series, if it is still what the store holds. *stamp is what the store holds. */
static kept *look(market_shelf *shelf, const ts_store_key *key, char stamp[TS_FINGERPRINT_TEXT], ts_error *error)
{
    kept *one = NULL;
    if (ts_store_stamp(key, stamp, error)) return NULL;
    pthread_mutex_lock(&shelf->lock);
    size_t place = place_of(shelf, key);
    if (place < shelf->count && !strcmp(shelf->on[place]->stamp, stamp)) {
        one = shelf->on[place];
        one->users++;
        one->used = ++shelf->clock;
    }
    pthread_mutex_unlock(&shelf->lock);
    if (one) ts_meter_count(&market_shelf_meters[HITS], 1, NULL);
    return one;
}

/* The stamp is older than what is read: a change on the way is noticed at the next look. */
static kept *read_anew(market_shelf *shelf, const ts_store_key *key, const char *stamp, ts_error *error)
{
    kept *one = ts_alloc(1, sizeof *one);
    if (!one) {
        ts_no_memory(error, "a series");
        return NULL;
    }
    if (ts_store_read(key, &one->series, error)) {
        free(one);
        return NULL;
    }
    one->key = *key;
    snprintf(one->stamp, sizeof one->stamp, "%s", stamp);
    one->users = 1;
    pthread_mutex_lock(&shelf->lock);
    one->used = ++shelf->clock;
    insert(shelf, one);
    pthread_mutex_unlock(&shelf->lock);
    ts_meter_count(&market_shelf_meters[READ], 1, NULL);
    return one;
}

static kept *take(market_shelf *shelf, const ts_store_key *key, ts_error *error)
{
    char stamp[TS_FINGERPRINT_TEXT];
    kept *one = look(shelf, key, stamp, error);
    if (one || !*stamp) return one;
    pthread_mutex_lock(&shelf->reading);
    one = look(shelf, key, stamp, error);
    if (!one && *stamp) one = read_anew(shelf, key, stamp, error);
    pthread_mutex_unlock(&shelf->reading);
    return one;
}

static void give_back(market_shelf *shelf, kept *one)
{
    pthread_mutex_lock(&shelf->lock);
    bool last = --one->users == 0 && one->gone;
    pthread_mutex_unlock(&shelf->lock);
    if (last) free_kept(one);
}

/* Does it answer, and better than the best so far? */
static bool is_better(const ts_store_key *key, const ts_store_key *wanted, const ts_store_key *best)
{
    if (strcmp(key->symbol, wanted->symbol) != 0 || strcmp(key->exchange, wanted->exchange) != 0) return false;
    if (key->interval_ms == wanted->interval_ms) return true;
    if (!ts_interval_divides(key->interval_ms, wanted->interval_ms)) return false;
    return !best->interval_ms || key->interval_ms < best->interval_ms;
}

int market_shelf_find(market_shelf *shelf, const ts_store_key *wanted, ts_store_key *source, ts_error *error)
{
    ts_store_key *keys = NULL, best = {0};
    size_t count = 0;
    if (ts_store_list(shelf->root, &keys, &count, error)) return -1;
    for (size_t i = 0; i < count && best.interval_ms != wanted->interval_ms; i++)
        if (is_better(&keys[i], wanted, &best)) best = keys[i];
    free(keys);
    if (!best.interval_ms)
        return ts_fail(error, TS_USAGE,
                       "there are no candles of %s at %s from the exchange %s, nor shorter ones they could be made of; "
                       "/v1/symbols lists what is there",
                       wanted->symbol, ts_interval_text(wanted->interval_ms), wanted->exchange);
    *source = best;
    return 0;
}

static int own_bars(const ts_series *series, const ts_resampling *how, ts_series *into, size_t *whole, ts_error *error)
{
    size_t from = ts_series_find(series, how->from_ms), to = ts_series_find(series, how->to_ms);
    if (to < from) to = from;
    if (how->most && to - from > how->most) to = from + how->most;
    *whole = to - from;
    return ts_series_copy(series, from, to, into, error);
}

int market_shelf_bars(market_shelf *shelf, const ts_store_key *source, const ts_resampling *how, ts_series *into,
                      size_t *whole, ts_error *error)
{
    kept *one = take(shelf, source, error);
    if (!one) return -1;
    int status = how->interval_ms == source->interval_ms ? own_bars(&one->series, how, into, whole, error)
                                                         : ts_series_resample(&one->series, how, into, whole, error);
    give_back(shelf, one);
    return status;
}
