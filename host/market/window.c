/* Windows of a market: the same tables, other limits, other costs. */
#include "host/market/market.h"

#include "common/memory.h"

#include <math.h>

ts_market *ts_market_window(const ts_market *market, int64_t from_ms, int64_t to_ms, double costs, ts_error *error)
{
    const ts_series bars = {.bars = market->loaded, .time = market->time};
    size_t first = ts_series_find(&bars, from_ms), end = ts_series_find(&bars, to_ms);
    if (first < market->first) first = market->first;
    if (end < first + 2) {
        ts_fail(error, TS_BAD_DATA, "the window holds %zu bars: expected at least 2", end > first ? end - first : 0);
        return NULL;
    }
    if (!(costs >= 0 && costs * market->simulation.fee < 1 && costs * market->simulation.slippage < 1)) {
        ts_fail(error, TS_USAGE, "%g times the costs: expected a fee and a slippage of at least 0 and below 1", costs);
        return NULL;
    }
    ts_market *window = ts_alloc(1, sizeof *window);
    if (!window) {
        ts_no_memory(error, "a window");
        return NULL;
    }
    *window = *market;
    window->first = first;
    window->bars = end - first;
    window->loaded = end;
    window->costs = costs;
    window->history.fee = window->simulation.fee = costs * market->simulation.fee;
    window->history.slippage = window->simulation.slippage = costs * market->simulation.slippage;
    ts_market_buy_and_hold(window);
    return window;
}

size_t ts_market_find(const ts_market *market, int64_t time_ms)
{
    const ts_series bars = {.bars = market->loaded, .time = market->time};
    return ts_series_find(&bars, time_ms);
}

int64_t ts_market_time(const ts_market *market, size_t bar) { return market->time[bar]; }
