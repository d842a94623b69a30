#include "services/candle_ingestor/catch_up.h"

#include "common/clock.h"
#include "common/log.h"

#include <stdlib.h>

/* One batch of a back-fill: ten days, 48 pages. */
static const int64_t span_ms = 10 * (int64_t)TS_DAY_MS;
static const int64_t settle_after_ms = 2 * 3600000;

/* A minute that REST does not have may still come when it is young. */
static const int64_t young_ms = 10 * TS_MINUTE_MS;

static const int64_t unknown_rest_ms = 60 * TS_MINUTE_MS, parked_ms = 10 * TS_MINUTE_MS;

typedef struct asking {
    ts_catch_up *state;
    size_t symbol;
    ts_range range;
    int64_t done_ms; /* up to here it is stored, or as an old one collected */
    bool old;
    ts_series collected; /* of old ones */
} asking;

static int64_t floor_to(int64_t time_ms, int64_t step_ms) { return time_ms - (time_ms % step_ms + step_ms) % step_ms; }

int64_t ts_catch_up_final(const ts_catch_up *state)
{
    return floor_to(ts_exchange_clock_now(state->clock) - state->grace_ms, TS_MINUTE_MS);
}

void ts_catch_up_clock(ts_catch_up *state)
{
    ts_error unseen = {0};
    int64_t time_ms = ts_candle_source_clock(state->source, &unseen);
    if (time_ms && !ts_exchange_clock_tell(state->clock, time_ms)) { /* far off: is it sure? */
        time_ms = ts_candle_source_clock(state->source, &unseen);
        ts_exchange_clock_tell(state->clock, time_ms);
    }
    double off = time_ms ? (double)(ts_clock_now_ms() - time_ms) / 1000 : 0;
    if (!time_ms) ts_log_warning("the exchange does not say what time it is: this machine's clock counts");
    else if (off > 60 || off < -60)
        ts_log_warning("this machine's clock is %+.0f s off the exchange's, which counts", off);
}

int ts_catch_up_plan(ts_catch_up *state, ts_error *error)
{
    int64_t to = ts_catch_up_final(state);
    int64_t from = floor_to(to - state->backfill_ms, TS_MINUTE_MS);
    for (size_t i = 0; i < state->symbols->count; i++) {
        ts_ranges missing;
        if (ts_keeper_missing(state->keeper, i, from, to, &missing, error)) return -1;
        int status = 0;
        for (size_t r = 0; r < missing.count && !status; r++)
            status = ts_wanted_add(state->wanted, i, missing.range[r], 0, error);
        free(missing.range);
        if (status) return -1;
    }
    return 0;
}

int ts_catch_up_recheck(ts_catch_up *state, int64_t minutes, ts_error *error)
{
    int64_t to = ts_catch_up_final(state);
    for (size_t i = 0; i < state->symbols->count; i++) {
        ts_range range = {ts_keeper_of_trades(state->keeper, i, to - minutes * TS_MINUTE_MS), to};
        if (ts_wanted_add(state->wanted, i, range, 0, error)) return -1;
    }
    return 0;
}

int ts_catch_up_audit(ts_catch_up *state, int64_t *since_ms, ts_error *error)
{
    ts_range range = {*since_ms, ts_catch_up_final(state)};
    for (size_t i = 0; i < state->symbols->count; i++)
        if (ts_wanted_add(state->wanted, i, range, 0, error)) return -1;
    *since_ms = range.to_ms;
    return 0;
}

/* The part of a page that is final by the exchange's clock. */
static ts_candle_page final_part(const ts_catch_up *state, const ts_candle_page *page)
{
    ts_candle_page part = *page;
    int64_t until = ts_catch_up_final(state);
    if (part.to_ms > until) part.to_ms = until > part.from_ms ? until : part.from_ms;
    while (part.count && part.candle[part.count - 1].time >= part.to_ms) part.count--;
    return part;
}

static int keep_recent(asking *now, const ts_candle_page *page, ts_error *error)
{
    ts_catch_up *state = now->state;
    int64_t time = ts_exchange_clock_now(state->clock);
    ts_ranges unsure = {0};
    int status = ts_keeper_recent(state->keeper, now->symbol, page, time - young_ms, &unsure, error);
    for (size_t i = 0; i < unsure.count && !status; i++)
        status = ts_wanted_add(state->wanted, now->symbol, unsure.range[i], time + young_ms, error);
    free(unsure.range);
    return status;
}

static int collect(asking *now, const ts_candle_page *page, ts_error *error)
{
    if (!now->collected.interval_ms) {
        now->collected.interval_ms = TS_MINUTE_MS;
        if (ts_series_reserve(&now->collected, (size_t)(span_ms / TS_MINUTE_MS), error)) return -1;
    }
    for (size_t i = 0; i < page->count; i++)
        if (ts_series_append(&now->collected, &page->candle[i], error)) return -1;
    return 0;
}

static int take_page(void *context, const ts_candle_page *page, ts_error *error)
{
    asking *now = context;
    ts_exchange_clock_tell(now->state->clock, page->server_ms);
    ts_candle_page part = final_part(now->state, page);
    int status = part.from_ms >= part.to_ms ? 0
                 : now->old                 ? collect(now, &part, error)
                                            : keep_recent(now, &part, error);
    if (!status) now->done_ms = part.to_ms;
    return status;
}

/* What came is kept, also when more did not. */
static int keep_collected(asking *now, ts_error *error)
{
    const ts_catch_up *state = now->state;
    if (!now->old || now->done_ms == now->range.from_ms) return 0;
    ts_series *series = &now->collected;
    series->interval_ms = TS_MINUTE_MS;
    ts_keeper_names(state->keeper, now->symbol, series);
    return ts_keeper_old(state->keeper, now->symbol, series, now->range.from_ms, now->done_ms, error);
}

/* What is not final yet by the exchange's clock, unless it lies far ahead, as when ours was wrong. */
static int come_again(ts_catch_up *state, size_t symbol, ts_range range, ts_error *error)
{
    if (range.from_ms >= range.to_ms || range.to_ms > ts_catch_up_final(state) + young_ms) return 0;
    return ts_wanted_add(state->wanted, symbol, range, range.to_ms + state->grace_ms + TS_MINUTE_MS, error);
}

/* `range` becomes what of it was not had. */
static int ask(ts_catch_up *state, size_t symbol, ts_range *range, bool old, ts_error *error)
{
    asking now = {.state = state, .symbol = symbol, .range = *range, .done_ms = range->from_ms, .old = old};
    ts_error why = {0}, keeping = {0};
    ts_candle_source_fetch(state->source, state->symbols->symbol[symbol], TS_MINUTE_MS, range->from_ms, range->to_ms,
                           take_page, &now, &why);
    if (keep_collected(&now, &keeping)) now.done_ms = range->from_ms, why = keeping;
    ts_series_clear(&now.collected);
    range->from_ms = now.done_ms;
    if (!why.code) return come_again(state, symbol, *range, error);
    return ts_fail(error, why.code, "%s", why.text);
}

/* `left` is what is still wanted. When the exchange is there and has no good answer of it, it waits and the others go
 * on. */
static int excuse(ts_catch_up *state, size_t symbol, ts_range left, ts_error *why, ts_error *error)
{
    ts_error unseen = {0};
    int64_t now = ts_exchange_clock_now(state->clock);
    bool there = why->code == TS_UNAVAILABLE && ts_candle_source_is_there(state->source);
    state->away = why->code == TS_UNAVAILABLE && !there;
    if (there) {
        state->parked++;
        ts_log_warning("%s; these candles are asked for again in ten minutes", why->text);
        return ts_wanted_park(state->wanted, symbol, left, now + parked_ms, error);
    }
    ts_wanted_add(state->wanted, symbol, left, 0, &unseen);
    if (why->code != TS_BAD_DATA) return ts_fail(error, why->code, "%s", why->text);
    state->refused++;
    ts_log_warning("%s is left alone for an hour: %s", state->symbols->symbol[symbol], why->text);
    ts_wanted_rest(state->wanted, symbol, now + unknown_rest_ms);
    return 0;
}

int ts_catch_up_step(ts_catch_up *state, bool *did, ts_error *error)
{
    ts_error why = {0};
    size_t symbol;
    ts_range range;
    int64_t now = ts_exchange_clock_now(state->clock);
    *did = ts_wanted_take(state->wanted, now, span_ms, &symbol, &range, error);
    if (!*did) return error->code ? -1 : 0;
    /* What is recent goes into the journal, what is older is a batch: never both at once. */
    int64_t recent = floor_to(now - settle_after_ms, TS_DAY_MS);
    int64_t since = ts_keeper_recent_since(state->keeper);
    if (since > recent) recent = since;
    if (range.from_ms < recent && recent < range.to_ms) {
        if (ts_wanted_add(state->wanted, symbol, (ts_range){range.from_ms, recent}, 0, error)) return -1;
        range.from_ms = recent;
    }
    bool old = range.to_ms <= recent && !ts_keeper_holds(state->keeper, symbol, range.from_ms, range.to_ms);
    if (ask(state, symbol, &range, old, &why)) return excuse(state, symbol, range, &why, error);
    ts_wanted_had(state->wanted, symbol);
    state->away = false;
    return 0;
}
