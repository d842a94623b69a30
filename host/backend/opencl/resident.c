/* Markets that a device keeps: their candles and tables go up once, for all lanes and batches. */
#include "host/backend/opencl/device.h"

void ts_cl_market_clear(ts_cl_market *market)
{
    ts_cl_buffer_free(market->candles), ts_cl_buffer_free(market->bars);
    ts_cl_buffer_free(market->suffix_extremes), ts_cl_buffer_free(market->blocks);
    *market = (ts_cl_market){0};
}

static ts_cl_buffer *sent(ts_cl_lane *lane, const void *from, size_t size, ts_error *error)
{
    ts_cl_buffer *buffer = ts_cl_buffer_new(lane->engine->context, size, error);
    if (!buffer || !ts_cl_write(lane->queue, buffer, 0, from, size, true, error)) return buffer;
    ts_cl_buffer_free(buffer);
    return NULL;
}

int ts_cl_market_candles(ts_cl_lane *lane, double *const column[TS_COLUMNS], size_t bars, ts_cl_market *market,
                         ts_error *error)
{
    market->padded = (bars + TS_TILE_MULTIPLE - 1) / TS_TILE_MULTIPLE * TS_TILE_MULTIPLE;
    size_t size = market->padded * sizeof(double);
    market->candles = ts_cl_buffer_new(lane->engine->context, TS_COLUMNS * size, error);
    if (!market->candles) return -1;
    for (size_t c = 0; c < TS_COLUMNS; c++)
        if (ts_cl_write(lane->queue, market->candles, c * size, column[c], size, true, error)) return -1;
    return 0;
}

static size_t count_extremes(const ts_market *market)
{
    size_t count = market->history.block_count, levels = 1;
    while ((size_t)1 << levels < count) levels++;
    return 1 + count * levels;
}

/* Every write is waited for: queues of other lanes may read the market at once. */
static int bring(ts_cl_lane *lane, const ts_market *market, ts_cl_market *into, ts_error *error)
{
    if (ts_cl_market_candles(lane, market->column, market->loaded, into, error) ||
        !(into->bars = sent(lane, market->bar, market->loaded * sizeof *market->bar, error)) ||
        !(into->suffix_extremes =
              sent(lane, market->suffix_extremes, market->loaded * sizeof *market->suffix_extremes, error)) ||
        !(into->blocks = sent(lane, market->blocks, count_extremes(market) * sizeof *market->blocks, error))) {
        ts_cl_market_clear(into);
        return -1;
    }
    into->serial = market->serial;
    return 0;
}

static ts_cl_market *find(ts_cl_engine *engine, uint64_t serial)
{
    for (ts_cl_market *m = engine->market; m < engine->market + TS_CL_MARKETS; m++)
        if (m->serial == serial) return m;
    return NULL;
}

static ts_cl_market *longest_unused(ts_cl_engine *engine)
{
    ts_cl_market *oldest = NULL;
    for (ts_cl_market *m = engine->market; m < engine->market + TS_CL_MARKETS; m++)
        if (!m->users && (!oldest || m->used < oldest->used)) oldest = m;
    return oldest;
}

/* The lock is held while a market goes up: the other lanes want the same one, or wait for its turn on the bus. */
ts_cl_market *ts_cl_market_hold(ts_cl_lane *lane, const ts_market *market, ts_error *error)
{
    ts_cl_engine *engine = lane->engine;
    pthread_mutex_lock(&engine->lock);
    ts_cl_market *held = find(engine, market->serial);
    if (!held) {
        held = longest_unused(engine);
        ts_cl_market_clear(held);
        if (bring(lane, market, held, error)) held = NULL;
    }
    if (held) {
        held->users++;
        held->used = ++engine->calls;
    }
    pthread_mutex_unlock(&engine->lock);
    return held;
}

void ts_cl_market_release(ts_cl_lane *lane, ts_cl_market *market)
{
    if (!market) return;
    pthread_mutex_lock(&lane->engine->lock);
    market->users--;
    pthread_mutex_unlock(&lane->engine->lock);
}
