#define _GNU_SOURCE
#include "services/candle_ingestor/keeper.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "services/candle_ingestor/held.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A day becomes batches so long after its end: until then REST may correct it in the journal. */
static const int64_t settle_after_ms = 2 * 3600000;

typedef struct kept {
    ts_store_key key;
    ts_held held;
    ts_ranges empty; /* recent minutes without trades */
    bool unnoted;    /* some of them are in memory only */
    bool damaged;    /* its part of the store cannot be read */
    int64_t last_ms; /* of the newest candle in the store; INT64_MIN: none */
} kept;

struct ts_keeper {
    pthread_mutex_t lock;
    const char *root;
    char exchange[32];
    ts_outlets *outlets;
    ts_live *live;
    kept *symbol;
    size_t symbols;
    int64_t settled_ms; /* before this the journal has nothing */
    ts_keeper_counts counts;
};

static int64_t day_of(int64_t time_ms) { return time_ms - (time_ms % TS_DAY_MS + TS_DAY_MS) % TS_DAY_MS; }

static kept *find(ts_keeper *keeper, const char *symbol)
{
    for (size_t i = 0; i < keeper->symbols; i++)
        if (!strcmp(keeper->symbol[i].key.symbol, symbol)) return &keeper->symbol[i];
    return NULL;
}

/* What a day's end or a start leaves in the journal is known in memory. */
static int hold_journal(ts_keeper *keeper, ts_error *error)
{
    ts_journal_content content;
    if (ts_journal_read(keeper->root, keeper->exchange, &content, error)) return -1;
    int status = 0;
    for (size_t i = 0; i < content.count && !status; i++) {
        const ts_live_bar *bar = &content.bar[i];
        kept *of = bar->interval_ms == TS_MINUTE_MS ? find(keeper, bar->symbol) : NULL;
        if (of) status = ts_held_put(&of->held, &bar->candle, bar->origin, error);
    }
    ts_journal_content_clear(&content);
    return status;
}

/* A file of one symbol that cannot be read is no reason to stop the others: it is told of once, and counted. Any other
 * error is one. */
static int set_aside(kept *of, const ts_error *why, ts_error *error)
{
    if (why->code != TS_BAD_DATA) return ts_fail(error, why->code, "%s", why->text);
    if (!of->damaged)
        ts_log_warning("%s is left out, the others go on: %s; put the file back, or remove it: what it said is then "
                       "fetched anew",
                       of->key.symbol, why->text);
    of->damaged = true;
    return 0;
}

static int know(ts_keeper *keeper, const char *symbol, ts_error *error)
{
    kept *of = &keeper->symbol[keeper->symbols++];
    ts_store_summary there;
    of->key = (ts_store_key){.root = keeper->root, .interval_ms = TS_MINUTE_MS};
    memcpy(of->key.exchange, keeper->exchange, sizeof of->key.exchange);
    snprintf(of->key.symbol, sizeof of->key.symbol, "%s", symbol);
    ts_error why = {0};
    of->last_ms = INT64_MIN;
    if (ts_store_summarise(&of->key, &there, &why) && set_aside(of, &why, error)) return -1;
    if (!of->damaged && there.bars) of->last_ms = there.last_ms;
    return of->damaged || there.bars ? ts_outlets_add(keeper->outlets, &of->key, error) : 0;
}

static int open_all(ts_keeper *keeper, const ts_symbols *symbols, ts_error *error)
{
    ts_live_report report;
    keeper->live = ts_live_open(keeper->root, keeper->exchange, "candle_ingestor", &report, error);
    if (!keeper->live) return -1;
    if (report.torn || report.damaged)
        ts_log_event(TS_LOG_WARNING, "the journal was mended", TS_INT("torn_bytes", (int64_t)report.torn),
                     TS_INT("damaged_records", (int64_t)report.damaged), TS_INT("candles", (int64_t)report.bars));
    keeper->symbol = ts_alloc(symbols->count + 1, sizeof *keeper->symbol);
    if (!keeper->symbol) return ts_no_memory(error, "symbols");
    for (size_t i = 0; i < symbols->count; i++)
        if (know(keeper, symbols->symbol[i], error)) return -1;
    return ts_keeper_settle(keeper, error) || hold_journal(keeper, error) ? -1 : 0;
}

ts_keeper *ts_keeper_open(const char *root, const char *exchange, const ts_symbols *symbols, ts_outlets *outlets,
                          ts_error *error)
{
    ts_keeper *keeper = ts_alloc(1, sizeof *keeper);
    if (!keeper) {
        ts_no_memory(error, "the keeper of candles");
        return NULL;
    }
    pthread_mutex_init(&keeper->lock, NULL);
    keeper->root = root;
    keeper->outlets = outlets;
    keeper->settled_ms = INT64_MIN;
    snprintf(keeper->exchange, sizeof keeper->exchange, "%s", exchange);
    if (!open_all(keeper, symbols, error)) return keeper;
    ts_keeper_close(keeper);
    return NULL;
}

void ts_keeper_close(ts_keeper *keeper)
{
    if (!keeper) return;
    ts_live_close(keeper->live);
    for (size_t i = 0; i < keeper->symbols; i++)
        ts_held_clear(&keeper->symbol[i].held), free(keeper->symbol[i].empty.range);
    free(keeper->symbol);
    pthread_mutex_destroy(&keeper->lock);
    free(keeper);
}

/* What the store has now. */
static int remember(ts_keeper *keeper, const ts_live_bar *bars, size_t count, ts_error *error)
{
    for (size_t i = 0; i < count; i++) {
        kept *of = find(keeper, bars[i].symbol);
        if (ts_held_put(&of->held, &bars[i].candle, bars[i].origin, error)) return -1;
        if (bars[i].candle.time > of->last_ms) of->last_ms = bars[i].candle.time;
        *(bars[i].origin == TS_FROM_TRADES ? &keeper->counts.from_trades : &keeper->counts.from_rest) += 1;
    }
    return 0;
}

/* What was thought not to exist, for a trade or REST's answer came late, does. Said before it is stored: who dies
 * between the two asks once more. */
static int not_absent(kept *of, const ts_live_bar *bars, size_t count, ts_error *error)
{
    ts_ranges there = {0};
    int status = 0;
    for (size_t i = 0; i < count && !status; i++) {
        ts_range minute = {bars[i].candle.time, bars[i].candle.time + TS_MINUTE_MS};
        status = ts_ranges_add(&there, minute, error) || ts_ranges_remove(&of->empty, minute, error) ? -1 : 0;
    }
    ts_error why = {0};
    if (!status && ts_absent_remove(&of->key, there.range, there.count, &why)) status = set_aside(of, &why, error);
    free(there.range);
    return status;
}

/* The outlets hear of a change before and after, and of new candles afterwards. */
static int append(ts_keeper *keeper, const kept *changing, const ts_live_bar *bars, size_t count, ts_error *error)
{
    ts_error unseen = {0};
    if (!count) return 0;
    if (changing && ts_outlets_changing(keeper->outlets, &changing->key, bars[0].candle.time,
                                        bars[count - 1].candle.time + TS_MINUTE_MS, error))
        return -1;
    int status = ts_live_append(keeper->live, bars, count, error);
    if (changing) ts_outlets_changed(keeper->outlets, &changing->key, &unseen);
    if (status) return -1;
    if (!changing) ts_outlets_offer(keeper->outlets, keeper->exchange, bars, count, &unseen);
    return remember(keeper, bars, count, error);
}

/* Where the trades of a minute and REST do not say the same: REST counts, and it is told and counted. */
static void tell_difference(ts_keeper *keeper, const kept *of, bool trades, const ts_candle *was, const ts_candle *is)
{
    char text[TS_TIME_TEXT];
    *(trades ? &keeper->counts.differing : &keeper->counts.restated) += 1;
    ts_log_event(TS_LOG_WARNING, trades ? "REST differs from the trades of a minute" : "REST restated a minute",
                 TS_TEXT("symbol", of->key.symbol), TS_TEXT("time", ts_time_text(is->time, text)),
                 TS_REAL("close_was", was->value[TS_CLOSE]), TS_REAL("close", is->value[TS_CLOSE]),
                 TS_REAL("volume_was", was->value[TS_VOLUME]), TS_REAL("volume", is->value[TS_VOLUME]));
}

static void tell_minute(const kept *of, const char *what, int64_t time_ms)
{
    char text[TS_TIME_TEXT];
    ts_log_event(TS_LOG_WARNING, what, TS_TEXT("symbol", of->key.symbol), TS_TEXT("time", ts_time_text(time_ms, text)));
}

/* REST has a candle where the trades say that there were none. */
static void tell_traded(ts_keeper *keeper, const kept *of, int64_t time_ms)
{
    keeper->counts.differing++;
    tell_minute(of, "REST has a candle of a minute without trades", time_ms);
}

/* REST has none where there were trades: the candle of these stays. */
static void tell_unsaid(ts_keeper *keeper, const kept *of, int64_t time_ms)
{
    keeper->counts.unsaid++;
    tell_minute(of, "REST has no candle of a minute with trades", time_ms);
}

/* A minute of trades differs from what REST said before. */
static void tell_doubt(ts_keeper *keeper, const ts_live_bar *bar)
{
    const kept *of = find(keeper, bar->symbol);
    const ts_held_candle *there = ts_held_find(&of->held, bar->candle.time);
    if (there && there->origin == TS_FROM_REST) tell_difference(keeper, of, true, &bar->candle, &there->candle);
}

static bool is_empty(const kept *of, int64_t time_ms)
{
    for (size_t i = of->empty.count; i-- > 0 && of->empty.range[i].to_ms > time_ms;)
        if (of->empty.range[i].from_ms <= time_ms) return true;
    return false;
}

/* Whether a minute of trades is news; one that differs from what is there, or belongs to a day that became a batch, is
 * for REST to say: in the journal it would count more than the batch. */
typedef enum news { SAME, DOUBTFUL, OLDER, NEWEST } news;
static news look(ts_keeper *keeper, const ts_live_bar *bar)
{
    const kept *of = find(keeper, bar->symbol);
    const ts_held_candle *there = ts_held_find(&of->held, bar->candle.time);
    if (there) return memcmp(&there->candle, &bar->candle, sizeof bar->candle) ? DOUBTFUL : SAME;
    if (bar->candle.time < keeper->settled_ms) return DOUBTFUL;
    return bar->candle.time > of->last_ms ? NEWEST : OLDER;
}

static int keep_older(ts_keeper *keeper, const ts_live_bar *bar, ts_error *error)
{
    kept *of = find(keeper, bar->symbol);
    return not_absent(of, bar, 1, error) || append(keeper, of, bar, 1, error) ? -1 : 0;
}

static int keep_minutes(ts_keeper *keeper, const ts_live_bar *bars, size_t count, ts_live_bar *doubtful, size_t *doubts,
                        ts_error *error)
{
    ts_live_bar *newest = ts_alloc(count + 1, sizeof *newest);
    size_t used = 0;
    int status = newest ? 0 : ts_no_memory(error, "minutes");
    for (size_t i = 0; i < count && !status; i++) switch (look(keeper, &bars[i])) {
        case SAME: break;
        case DOUBTFUL:
            tell_doubt(keeper, &bars[i]);
            doubtful[(*doubts)++] = bars[i];
            break;
        case OLDER: status = keep_older(keeper, &bars[i], error); break;
        case NEWEST: newest[used++] = bars[i]; break;
        }
    if (!status) status = append(keeper, NULL, newest, used, error);
    free(newest);
    return status;
}

int ts_keeper_minutes(ts_keeper *keeper, const ts_live_bar *bars, size_t count, ts_live_bar *doubtful, size_t *doubts,
                      ts_error *error)
{
    *doubts = 0;
    if (!count) return 0;
    pthread_mutex_lock(&keeper->lock);
    int status = keep_minutes(keeper, bars, count, doubtful, doubts, error);
    pthread_mutex_unlock(&keeper->lock);
    return status;
}

static ts_live_bar bar_of(const kept *of, const ts_candle *candle)
{
    ts_live_bar bar = {.interval_ms = TS_MINUTE_MS, .candle = *candle, .origin = TS_FROM_REST};
    memcpy(bar.symbol, of->key.symbol, sizeof bar.symbol);
    return bar;
}

/* What of a page is not there, or otherwise: first what is older than the newest candle, then what is not. */
static int keep_page(ts_keeper *keeper, kept *of, const ts_candle_page *page, ts_error *error)
{
    ts_live_bar *bars = ts_alloc(page->count + 1, sizeof *bars);
    size_t count = 0, older = 0;
    if (!bars) return ts_no_memory(error, "a page");
    for (size_t i = 0; i < page->count; i++) {
        const ts_candle *candle = &page->candle[i];
        const ts_held_candle *there = ts_held_find(&of->held, candle->time);
        if (there && !memcmp(&there->candle, candle, sizeof *candle)) continue;
        if (there) tell_difference(keeper, of, there->origin == TS_FROM_TRADES, &there->candle, candle);
        else if (is_empty(of, candle->time)) tell_traded(keeper, of, candle->time);
        older += candle->time <= of->last_ms;
        bars[count++] = bar_of(of, candle);
    }
    int status = not_absent(of, bars, count, error) || append(keeper, of, bars, older, error) ||
                 append(keeper, NULL, bars + older, count - older, error);
    free(bars);
    return status ? -1 : 0;
}

static int note_absent(ts_keeper *keeper, const kept *of, const ts_ranges *ranges, ts_error *error)
{
    if (ts_absent_add(&of->key, ranges->range, ranges->count, error)) return -1;
    for (size_t i = 0; i < ranges->count; i++)
        keeper->counts.absent += (uint64_t)((ranges->range[i].to_ms - ranges->range[i].from_ms) / TS_MINUTE_MS);
    return 0;
}

static int note_holes(ts_keeper *keeper, const kept *of, const ts_candle_page *page, int64_t sure_ms, ts_ranges *unsure,
                      ts_error *error)
{
    ts_ranges holes = {0};
    int status = 0;
    size_t next = 0;
    for (int64_t time = page->from_ms; time < page->to_ms && !status; time += TS_MINUTE_MS) {
        while (next < page->count && page->candle[next].time < time) next++;
        const ts_held_candle *there = ts_held_find(&of->held, time);
        bool said = next < page->count && page->candle[next].time == time;
        if (there && !said && there->origin == TS_FROM_TRADES && time < sure_ms) tell_unsaid(keeper, of, time);
        if (!there && !is_empty(of, time))
            status = ts_ranges_add(time < sure_ms ? &holes : unsure, (ts_range){time, time + TS_MINUTE_MS}, error);
    }
    if (!status) status = note_absent(keeper, of, &holes, error);
    free(holes.range);
    return status;
}

int ts_keeper_recent(ts_keeper *keeper, size_t symbol, const ts_candle_page *page, int64_t sure_ms, ts_ranges *unsure,
                     ts_error *error)
{
    kept *of = &keeper->symbol[symbol];
    pthread_mutex_lock(&keeper->lock);
    int status = keep_page(keeper, of, page, error);
    if (!status) status = note_holes(keeper, of, page, sure_ms, unsure, error);
    pthread_mutex_unlock(&keeper->lock);
    return status;
}

int ts_keeper_empty(ts_keeper *keeper, size_t symbol, ts_range range, ts_error *error)
{
    kept *of = &keeper->symbol[symbol];
    pthread_mutex_lock(&keeper->lock);
    int status = 0;
    for (int64_t time = range.from_ms; time < range.to_ms && !status; time += TS_MINUTE_MS) {
        const ts_held_candle *there = ts_held_find(&of->held, time);
        if (there && there->origin == TS_FROM_REST) tell_traded(keeper, of, time);
        if (!there) status = ts_ranges_add(&of->empty, (ts_range){time, time + TS_MINUTE_MS}, error);
    }
    of->unnoted = true;
    pthread_mutex_unlock(&keeper->lock);
    return status;
}

int ts_keeper_note(ts_keeper *keeper, ts_error *error)
{
    int status = 0;
    pthread_mutex_lock(&keeper->lock);
    for (size_t i = 0; i < keeper->symbols && !status; i++) {
        kept *of = &keeper->symbol[i];
        ts_error why = {0};
        if (of->unnoted && ts_absent_add(&of->key, of->empty.range, of->empty.count, &why))
            status = set_aside(of, &why, error);
        else of->unnoted = false;
    }
    pthread_mutex_unlock(&keeper->lock);
    return status;
}

/* All that a batch's candles leave of the range that was asked for. */
static int note_rest(ts_keeper *keeper, const kept *of, const ts_series *candles, int64_t from_ms, int64_t to_ms,
                     ts_error *error)
{
    ts_ranges holes = {0};
    int status = 0;
    for (size_t i = 0; i <= candles->bars && !status; i++) {
        int64_t next = i < candles->bars ? candles->time[i] : to_ms;
        status = ts_ranges_add(&holes, (ts_range){from_ms, next}, error);
        from_ms = next + TS_MINUTE_MS;
    }
    if (!status) status = note_absent(keeper, of, &holes, error);
    free(holes.range);
    return status;
}

static int keep_old(ts_keeper *keeper, kept *of, const ts_series *candles, ts_error *error)
{
    ts_error unseen = {0};
    size_t changed;
    int64_t last = candles->time[candles->bars - 1];
    if (ts_outlets_changing(keeper->outlets, &of->key, candles->time[0], last + TS_MINUTE_MS, error)) return -1;
    int status = ts_store_correct(keeper->root, candles, "candle_ingestor", &changed, error);
    ts_outlets_changed(keeper->outlets, &of->key, &unseen);
    if (status) return -1;
    if (of->last_ms == INT64_MIN && ts_outlets_add(keeper->outlets, &of->key, error)) return -1;
    if (last > of->last_ms) of->last_ms = last;
    keeper->counts.from_rest += changed;
    return 0;
}

int ts_keeper_old(ts_keeper *keeper, size_t symbol, const ts_series *candles, int64_t from_ms, int64_t to_ms,
                  ts_error *error)
{
    kept *of = &keeper->symbol[symbol];
    pthread_mutex_lock(&keeper->lock);
    int status = candles->bars ? keep_old(keeper, of, candles, error) : 0;
    if (!status) status = note_rest(keeper, of, candles, from_ms, to_ms, error);
    pthread_mutex_unlock(&keeper->lock);
    return status;
}

void ts_keeper_names(const ts_keeper *keeper, size_t symbol, ts_series *series)
{
    const ts_store_key *key = &keeper->symbol[symbol].key;
    memcpy(series->exchange, key->exchange, sizeof series->exchange);
    memcpy(series->symbol, key->symbol, sizeof series->symbol);
}

int ts_keeper_missing(ts_keeper *keeper, size_t symbol, int64_t from_ms, int64_t to_ms, ts_ranges *missing,
                      ts_error *error)
{
    kept *of = &keeper->symbol[symbol];
    ts_error why = {0};
    int status = ts_absent_missing(&of->key, from_ms, to_ms, missing, &why);
    pthread_mutex_lock(&keeper->lock);
    if (status) status = set_aside(of, &why, error);
    else of->damaged = false;
    pthread_mutex_unlock(&keeper->lock);
    return status;
}

static void forget(kept *of, int64_t before_ms)
{
    size_t old = 0;
    ts_held_drop(&of->held, before_ms);
    while (old < of->empty.count && of->empty.range[old].to_ms <= before_ms) old++;
    if (of->unnoted || !old) return;
    of->empty.count -= old;
    memmove(of->empty.range, of->empty.range + old, of->empty.count * sizeof *of->empty.range);
}

static int settle(ts_keeper *keeper, int64_t before_ms, ts_error *error)
{
    size_t settled;
    ts_error why = {0};
    bool some_stay = ts_live_settle(keeper->live, before_ms, &settled, &why) != 0;
    if (some_stay && why.code != TS_BAD_DATA) return ts_fail(error, why.code, "%s", why.text);
    keeper->settled_ms = before_ms;
    keeper->counts.settled += settled;
    for (size_t i = 0; i < keeper->symbols; i++) forget(&keeper->symbol[i], before_ms);
    if (settled) ts_log_event(TS_LOG_INFO, "days became batches", TS_INT("candles", (int64_t)settled));
    if (some_stay && hold_journal(keeper, error)) return -1;
    for (size_t i = 0; some_stay && i < keeper->symbols; i++)
        if (ts_held_any(&keeper->symbol[i].held, INT64_MIN, before_ms) && set_aside(&keeper->symbol[i], &why, error))
            return -1;
    return 0;
}

int ts_keeper_settle(ts_keeper *keeper, ts_error *error)
{
    int64_t newest = INT64_MIN;
    pthread_mutex_lock(&keeper->lock);
    for (size_t i = 0; i < keeper->symbols; i++)
        if (keeper->symbol[i].last_ms > newest) newest = keeper->symbol[i].last_ms;
    int64_t before = newest == INT64_MIN ? newest : day_of(newest - settle_after_ms);
    int status = before > keeper->settled_ms ? settle(keeper, before, error) : 0;
    pthread_mutex_unlock(&keeper->lock);
    return status;
}

bool ts_keeper_holds(ts_keeper *keeper, size_t symbol, int64_t from_ms, int64_t to_ms)
{
    const ts_held *held = &keeper->symbol[symbol].held;
    pthread_mutex_lock(&keeper->lock);
    bool holds = ts_held_any(held, from_ms, to_ms);
    pthread_mutex_unlock(&keeper->lock);
    return holds;
}

int64_t ts_keeper_of_trades(ts_keeper *keeper, size_t symbol, int64_t from_ms)
{
    pthread_mutex_lock(&keeper->lock);
    const ts_held_candle *first = ts_held_of_trades(&keeper->symbol[symbol].held, from_ms);
    int64_t time = first ? first->candle.time : INT64_MAX;
    pthread_mutex_unlock(&keeper->lock);
    return time;
}

int64_t ts_keeper_recent_since(ts_keeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    int64_t since = keeper->settled_ms;
    pthread_mutex_unlock(&keeper->lock);
    return since;
}

ts_keeper_counts ts_keeper_count(ts_keeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    ts_keeper_counts counts = keeper->counts;
    for (size_t i = 0; i < keeper->symbols; i++) counts.damaged += keeper->symbol[i].damaged;
    pthread_mutex_unlock(&keeper->lock);
    return counts;
}
