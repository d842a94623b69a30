#include "host/report/portrait.h"

#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

static int add_trades(ts_portrait *portrait, const ts_backtest *backtest, ts_error *error)
{
    size_t wanted = portrait->trades + backtest->trades;
    if (wanted > portrait->room) {
        ts_trade *more = ts_grow(portrait->trade, 2 * wanted, sizeof *more);
        if (!more) return ts_no_memory(error, "the trades");
        portrait->trade = more;
        portrait->room = 2 * wanted;
    }
    if (backtest->trades)
        memcpy(portrait->trade + portrait->trades, backtest->trade, backtest->trades * sizeof *portrait->trade);
    portrait->trades = wanted;
    return 0;
}

static int add_times(ts_portrait *portrait, const ts_market *window, size_t before, ts_error *error)
{
    size_t bars = ts_market_bars(window), first = ts_market_first(window);
    int64_t *more = ts_grow(portrait->time, before + bars, sizeof *more);
    if (!more) return ts_no_memory(error, "the times of a curve");
    portrait->time = more;
    for (size_t i = 0; i < bars; i++) more[before + i] = ts_market_time(window, first + i);
    return 0;
}

static int add_segment(ts_engine *engine, const ts_subject *subject, const ts_segment *segment, ts_portrait *portrait,
                       ts_error *error)
{
    ts_backtest backtest = {0};
    ts_market *window = ts_market_window(subject->market, segment->from_ms, segment->to_ms, 1, error);
    if (!window) return -1;
    int status = add_times(portrait, window, portrait->curve.bars, error);
    if (!status && segment->traded)
        status = ts_backtest_run(engine, window, subject->strategy, &segment->genome, &backtest, error);
    if (!status) status = add_trades(portrait, &backtest, error);
    if (!status) status = ts_stitched_add(&portrait->curve, window, segment->traded ? &backtest : NULL, error);
    ts_backtest_clear(&backtest);
    ts_market_free(window);
    return status;
}

static int look_around(ts_engine *engine, const ts_subject *subject, ts_portrait *portrait, ts_error *error)
{
    ts_market *window = ts_market_window(subject->market, subject->searched_from_ms, subject->searched_to_ms, 1, error);
    if (!window) return -1;
    int status = ts_surface_measure(engine, window, subject->strategy, &subject->genome, &subject->objective,
                                    &portrait->surface, error);
    ts_market_free(window);
    return status;
}

int ts_portrait_trace(ts_engine *engine, const ts_subject *subject, ts_portrait *portrait, ts_error *error)
{
    int status = 0;
    *portrait = (ts_portrait){0};
    ts_stitched_init(&portrait->curve, subject->market);
    for (size_t i = 0; !status && i < subject->segments; i++)
        status = add_segment(engine, subject, &subject->segment[i], portrait, error);
    if (!status) ts_stitched_metrics(&portrait->curve, &portrait->metrics);
    if (status) ts_portrait_clear(portrait);
    return status;
}

int ts_portrait_make(ts_engine *engine, const ts_subject *subject, ts_portrait *portrait, ts_error *error)
{
    if (ts_portrait_trace(engine, subject, portrait, error)) return -1;
    if (!look_around(engine, subject, portrait, error)) return 0;
    ts_portrait_clear(portrait);
    return -1;
}

void ts_portrait_clear(ts_portrait *portrait)
{
    ts_stitched_clear(&portrait->curve);
    free(portrait->time);
    free(portrait->trade);
    *portrait = (ts_portrait){0};
}
