#include "services/candle_ingestor/minutes_in.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

static const double note_seconds = 300;

int ts_minutes_in_open(ts_minutes_in *in, int64_t from_ms, ts_error *error)
{
    in->next_ms = ts_alloc(in->symbols->count + 1, sizeof *in->next_ms);
    if (!in->next_ms) return ts_no_memory(error, "minutes");
    for (size_t i = 0; i < in->symbols->count; i++) in->next_ms[i] = from_ms;
    in->noted = ts_clock_seconds();
    return 0;
}

void ts_minutes_in_close(ts_minutes_in *in) { free(in->next_ms), free(in->bar), free(in->doubtful); }

static void want(ts_minutes_in *in, size_t symbol, int64_t from_ms, int64_t to_ms)
{
    ts_error why = {0};
    if (ts_wanted_add(in->wanted, symbol, (ts_range){from_ms, to_ms}, 0, &why)) ts_log_error("%s", why.text);
}

static bool make_room(ts_minutes_in *in)
{
    size_t room = in->room ? 2 * in->room : 1024;
    if (in->bars < in->room) return true;
    if (in->room >= TS_MINUTES_WAITING) return false;
    ts_live_bar *bar = ts_grow(in->bar, room, sizeof *bar);
    if (bar) in->bar = bar;
    ts_live_bar *doubtful = bar ? ts_grow(in->doubtful, room, sizeof *doubtful) : NULL;
    if (!doubtful) return false;
    in->doubtful = doubtful, in->room = room;
    return true;
}

static void collect(ts_minutes_in *in, size_t symbol, const ts_minute *minute)
{
    if (!make_room(in)) {
        want(in, symbol, minute->time_ms, minute->end_ms);
        return;
    }
    ts_live_bar *bar = &in->bar[in->bars++];
    *bar = (ts_live_bar){
        .interval_ms = TS_MINUTE_MS,
        .candle = {minute->time_ms, {minute->open, minute->high, minute->low, minute->close, minute->volume}},
        .origin = TS_FROM_TRADES};
    snprintf(bar->symbol, sizeof bar->symbol, "%s", minute->symbol);
}

static bool find(const ts_minutes_in *in, const char *symbol, size_t *index)
{
    for (*index = 0; *index < in->symbols->count; ++*index)
        if (!strcmp(in->symbols->symbol[*index], symbol)) return true;
    return false;
}

void ts_minutes_in_take(void *context, const ts_minute *minute)
{
    ts_minutes_in *in = context;
    ts_error why = {0};
    size_t symbol;
    if (!find(in, minute->symbol, &symbol)) return;
    int64_t *next = &in->next_ms[symbol], final = minute->end_ms + in->grace_ms;
    if (minute->time_ms > *next) want(in, symbol, *next, minute->time_ms);
    if (minute->end_ms > *next) *next = minute->end_ms;
    if (final > ts_exchange_clock_now(in->clock)) ts_exchange_clock_tell(in->clock, final);
    if (minute->kind == TS_MINUTE_BAR) collect(in, symbol, minute);
    else if (minute->kind == TS_MINUTE_DIRTY ||
             ts_keeper_empty(in->keeper, symbol, (ts_range){minute->time_ms, minute->end_ms}, &why))
        want(in, symbol, minute->time_ms, minute->end_ms);
}

void ts_minutes_in_keep(ts_minutes_in *in, bool all)
{
    ts_error why = {0};
    size_t doubts = 0, symbol;
    bool full = ts_keeper_minutes(in->keeper, in->bar, in->bars, in->doubtful, &doubts, &why) != 0;
    if (full && !in->full) ts_log_error("candles wait in memory: %s", why.text);
    if (!full && in->full) ts_log_info("the store takes candles again");
    in->full = full;
    if (full) return;
    in->bars = 0;
    for (size_t i = 0; i < doubts; i++) /* what REST said and trades do not: ask once more */
        if (find(in, in->doubtful[i].symbol, &symbol))
            want(in, symbol, in->doubtful[i].candle.time, in->doubtful[i].candle.time + TS_MINUTE_MS);
    if (!all && ts_clock_seconds() - in->noted < note_seconds) return;
    if (ts_keeper_note(in->keeper, &why)) ts_log_warning("minutes without trades: %s", why.text);
    in->noted = ts_clock_seconds();
}
