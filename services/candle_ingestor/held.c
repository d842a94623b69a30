#include "services/candle_ingestor/held.h"

#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

void ts_held_clear(ts_held *held)
{
    free(held->row);
    *held = (ts_held){0};
}

/* The first that is not before. */
static size_t place_of(const ts_held *held, int64_t time_ms)
{
    size_t low = 0, high = held->count;
    if (high && held->row[high - 1].candle.time < time_ms) return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (held->row[middle].candle.time < time_ms) low = middle + 1;
        else high = middle;
    }
    return low;
}

const ts_held_candle *ts_held_find(const ts_held *held, int64_t time_ms)
{
    size_t at = place_of(held, time_ms);
    return at < held->count && held->row[at].candle.time == time_ms ? &held->row[at] : NULL;
}

bool ts_held_any(const ts_held *held, int64_t from_ms, int64_t to_ms)
{
    size_t at = place_of(held, from_ms);
    return at < held->count && held->row[at].candle.time < to_ms;
}

const ts_held_candle *ts_held_of_trades(const ts_held *held, int64_t from_ms)
{
    for (size_t at = place_of(held, from_ms); at < held->count; at++)
        if (held->row[at].origin == TS_FROM_TRADES) return &held->row[at];
    return NULL;
}

int ts_held_put(ts_held *held, const ts_candle *candle, ts_journal_origin origin, ts_error *error)
{
    size_t at = place_of(held, candle->time);
    bool there = at < held->count && held->row[at].candle.time == candle->time;
    if (!there && held->count == held->room) {
        size_t room = held->room ? 2 * held->room : 256;
        ts_held_candle *grown = ts_grow(held->row, room, sizeof *grown);
        if (!grown) return ts_no_memory(error, "candles");
        held->row = grown, held->room = room;
    }
    if (!there) memmove(held->row + at + 1, held->row + at, (held->count++ - at) * sizeof *held->row);
    held->row[at] = (ts_held_candle){*candle, origin};
    return 0;
}

void ts_held_drop(ts_held *held, int64_t before_ms)
{
    size_t from = place_of(held, before_ms);
    if (!from) return;
    memmove(held->row, held->row + from, (held->count - from) * sizeof *held->row);
    held->count -= from;
}
