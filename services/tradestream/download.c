#define _GNU_SOURCE
#include "services/tradestream/download.h"

#include "common/clock.h"
#include "common/interval.h"
#include "common/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A batch ends with a month when it has so many bars, and at the latest when it has so many, or after so long. */
enum { BATCH_LEAST = 20000, BATCH_MOST = 500000 };
static const double batch_seconds = 60;

/* Exchanges settle a bar within seconds, and one that they do not have may still come when it is young. */
static const int64_t settling_ms = 10000, young_ms = 600000;
static const int64_t week_ms = 604800000, first_monday_ms = 345600000; /* weeks begin on Mondays */

/* One series under way. */
typedef struct under_way {
    ts_download *download;
    const ts_store_key *key;
    ts_downloaded *done;
    ts_series bars;         /* collected and not yet stored, with */
    ts_ranges absent;       /* what lies between them */
    int64_t missing, asked; /* milliseconds in all, and those behind */
    double began, stored;
} under_way;

int64_t ts_download_closed(int64_t time_ms, int64_t interval_ms)
{
    int64_t since = time_ms - settling_ms - (interval_ms == week_ms ? first_monday_ms : 0);
    return time_ms - settling_ms - (since % interval_ms + interval_ms) % interval_ms;
}

/* The bars first: should the rest be lost, it is only asked for again. */
static int keep(under_way *now, ts_error *error)
{
    size_t added = 0;
    ts_series *bars = &now->bars;
    bars->interval_ms = now->key->interval_ms;
    memcpy(bars->exchange, now->key->exchange, sizeof bars->exchange);
    memcpy(bars->symbol, now->key->symbol, sizeof bars->symbol);
    int status = bars->bars ? ts_store_add(now->key->root, bars, "tradestream data download", &added, error) : 0;
    if (!status) status = ts_absent_add(now->key, now->absent.range, now->absent.count, error);
    now->done->added += added;
    now->stored = ts_clock_seconds();
    bars->bars = 0;
    now->absent.count = 0;
    return status;
}

static int month_of(int64_t time_ms)
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    return parts.tm_year * 12 + parts.tm_mon;
}

static bool is_full(const under_way *now, int64_t next_ms)
{
    const ts_series *bars = &now->bars;
    if (!bars->bars) return false;
    if (bars->bars >= BATCH_MOST || ts_clock_seconds() - now->stored > batch_seconds) return true;
    return bars->bars >= BATCH_LEAST && month_of(bars->time[bars->bars - 1]) != month_of(next_ms);
}

static int note_absent(under_way *now, int64_t from_ms, int64_t to_ms, int64_t clock_ms, ts_error *error)
{
    if (to_ms > clock_ms - young_ms) to_ms = ts_download_closed(clock_ms - young_ms, now->key->interval_ms);
    if (from_ms >= to_ms) return 0;
    now->done->absent += (to_ms - from_ms) / now->key->interval_ms;
    return ts_ranges_add(&now->absent, (ts_range){from_ms, to_ms}, error);
}

static void show(const under_way *now)
{
    if (!ts_progress_due()) return;
    double seconds = ts_clock_seconds() - now->began, share = (double)now->asked / (double)now->missing;
    size_t bars = now->done->added + now->bars.bars;
    int64_t left = share > 0 ? (int64_t)(seconds / share - seconds) : 0;
    ts_progress(false, "%zu of %zu: %s, %.1f %%, %zu candles, %.0f a second, %" PRId64 ":%02" PRId64 " left",
                now->download->series, now->download->of, now->key->symbol, 100 * share, bars,
                seconds > 0 ? (double)bars / seconds : 0.0, left / 60, left % 60);
}

/* The part of a page whose bars are closed by the exchange's clock. */
static int take_page(void *context, const ts_candle_page *page, ts_error *error)
{
    under_way *now = context;
    int64_t interval = now->key->interval_ms, at = page->from_ms;
    int64_t clock_ms = page->server_ms ? page->server_ms : ts_clock_now_ms();
    int64_t end = ts_download_closed(clock_ms, interval);
    if (end > page->to_ms) end = page->to_ms;
    for (size_t i = 0; i < page->count && page->candle[i].time < end; i++) {
        const ts_candle *candle = &page->candle[i];
        if (is_full(now, candle->time) && keep(now, error)) return -1;
        if (note_absent(now, at, candle->time, clock_ms, error) || ts_series_append(&now->bars, candle, error))
            return -1;
        at = candle->time + interval;
    }
    if (note_absent(now, at, end, clock_ms, error)) return -1;
    now->asked += page->to_ms - page->from_ms;
    show(now);
    return now->download->stop() ? ts_fail(error, TS_RUN_AGAIN, "asked to stop") : 0;
}

static int fetch(under_way *now, ts_range range, ts_error *error)
{
    const ts_download *download = now->download;
    ts_error why = {0};
    download->rest->fetch(download->source, now->key->symbol, now->key->interval_ms, range.from_ms, range.to_ms,
                          take_page, now, &why);
    bool last = why.code || now->asked >= now->missing;
    if ((last || is_full(now, range.to_ms)) && keep(now, error)) return -1;
    return why.code ? ts_fail(error, why.code, "%s", why.text) : 0;
}

int ts_download_series(ts_download *download, const ts_store_key *key, int64_t from_ms, int64_t to_ms,
                       ts_downloaded *done, ts_error *error)
{
    under_way now = {.download = download, .key = key, .done = done};
    ts_ranges missing;
    *done = (ts_downloaded){0};
    now.began = now.stored = ts_clock_seconds();
    if (ts_absent_missing(key, from_ms, to_ms, &missing, error)) return -1;
    for (size_t i = 0; i < missing.count; i++) now.missing += missing.range[i].to_ms - missing.range[i].from_ms;
    done->held = (to_ms - from_ms - now.missing) / key->interval_ms;
    int status = 0;
    for (size_t i = 0; i < missing.count && !status; i++) status = fetch(&now, missing.range[i], error);
    free(missing.range);
    free(now.absent.range);
    ts_series_clear(&now.bars);
    return status;
}
