#include "services/candle_ingestor/wanted.h"

#include "common/memory.h"

#include <stdlib.h>

static const int64_t minute_ms = 60000;

int ts_wanted_open(ts_wanted *wanted, size_t symbols, ts_error *error)
{
    pthread_mutex_init(&wanted->lock, NULL);
    wanted->symbols = symbols;
    wanted->symbol = ts_alloc(symbols + 1, sizeof *wanted->symbol);
    return wanted->symbol ? 0 : ts_no_memory(error, "ranges of time");
}

void ts_wanted_close(ts_wanted *wanted)
{
    if (!wanted->symbol) return;
    for (size_t i = 0; i < wanted->symbols; i++) free(wanted->symbol[i].now.range), free(wanted->symbol[i].later.range);
    free(wanted->symbol);
    pthread_mutex_destroy(&wanted->lock);
    *wanted = (ts_wanted){0};
}

int ts_wanted_add(ts_wanted *wanted, size_t symbol, ts_range range, int64_t due_ms, ts_error *error)
{
    ts_wanted_ranges *of = &wanted->symbol[symbol];
    pthread_mutex_lock(&wanted->lock);
    if (due_ms && !of->later.count) of->due_ms = due_ms;
    int status = ts_ranges_add(due_ms ? &of->later : &of->now, range, error);
    pthread_mutex_unlock(&wanted->lock);
    return status;
}

static int come_due(ts_wanted_ranges *of, int64_t now_ms, ts_error *error)
{
    int status = 0;
    if (!of->later.count || now_ms < of->due_ms) return 0;
    for (size_t i = 0; i < of->later.count && !status; i++) status = ts_ranges_add(&of->now, of->later.range[i], error);
    if (!status) of->later.count = 0;
    return status;
}

static bool take(ts_wanted_ranges *of, int64_t now_ms, int64_t span_ms, ts_range *range, ts_error *error)
{
    if (now_ms < of->rest_until_ms || come_due(of, now_ms, error) || !of->now.count) return false;
    ts_range *newest = &of->now.range[of->now.count - 1];
    *range = *newest;
    if (range->to_ms - range->from_ms > span_ms) range->from_ms = range->to_ms - span_ms;
    newest->to_ms = range->from_ms;
    if (newest->from_ms >= newest->to_ms) of->now.count--;
    return true;
}

bool ts_wanted_take(ts_wanted *wanted, int64_t now_ms, int64_t span_ms, size_t *symbol, ts_range *range,
                    ts_error *error)
{
    bool taken = false;
    pthread_mutex_lock(&wanted->lock);
    for (size_t i = 0; i < wanted->symbols && !taken && !error->code; i++) {
        *symbol = wanted->turn;
        wanted->turn = (wanted->turn + 1) % wanted->symbols;
        taken = take(&wanted->symbol[*symbol], now_ms, span_ms, range, error);
    }
    wanted->asked_ms = taken ? range->to_ms - range->from_ms : 0;
    pthread_mutex_unlock(&wanted->lock);
    return taken;
}

void ts_wanted_rest(ts_wanted *wanted, size_t symbol, int64_t until_ms)
{
    pthread_mutex_lock(&wanted->lock);
    wanted->symbol[symbol].rest_until_ms = until_ms;
    pthread_mutex_unlock(&wanted->lock);
}

int ts_wanted_park(ts_wanted *wanted, size_t symbol, ts_range range, int64_t due_ms, ts_error *error)
{
    ts_wanted_ranges *of = &wanted->symbol[symbol];
    int status = ts_wanted_add(wanted, symbol, range, due_ms, error);
    pthread_mutex_lock(&wanted->lock);
    if (of->parked) of->rest_until_ms = due_ms;
    of->parked = true;
    pthread_mutex_unlock(&wanted->lock);
    return status;
}

void ts_wanted_had(ts_wanted *wanted, size_t symbol)
{
    pthread_mutex_lock(&wanted->lock);
    wanted->symbol[symbol].parked = false;
    pthread_mutex_unlock(&wanted->lock);
}

int64_t ts_wanted_minutes(ts_wanted *wanted)
{
    pthread_mutex_lock(&wanted->lock);
    int64_t span_ms = wanted->asked_ms;
    for (size_t i = 0; i < wanted->symbols; i++) {
        const ts_ranges *lists[] = {&wanted->symbol[i].now, &wanted->symbol[i].later};
        for (int l = 0; l < 2; l++)
            for (size_t r = 0; r < lists[l]->count; r++)
                span_ms += lists[l]->range[r].to_ms - lists[l]->range[r].from_ms;
    }
    pthread_mutex_unlock(&wanted->lock);
    return span_ms / minute_ms;
}
