#include "services/tradestream/discover_shelf.h"

#include "common/bytes.h"
#include "common/clock.h"
#include "common/interval.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/shell_word.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void describe(ts_loaded *loaded, const ts_source *source, const ts_series *series)
{
    char from[TS_TIME_TEXT], to[TS_TIME_TEXT];
    memcpy(loaded->symbol, series->symbol, sizeof loaded->symbol);
    memcpy(loaded->exchange, series->exchange, sizeof loaded->exchange);
    loaded->interval_ms = series->interval_ms;
    loaded->bars = series->bars;
    loaded->first_ms = series->time[0];
    loaded->last_ms = series->time[series->bars - 1];
    if (source->file) ts_shell_word(&loaded->candles, source->file);
    ts_log_info("%s %s: %zu bars from %s to %s; %zu missing in %zu gaps%s", loaded->symbol,
                ts_interval_text(loaded->interval_ms), loaded->bars, ts_time_text(loaded->first_ms, from),
                ts_time_text(loaded->last_ms, to), loaded->gaps.missing, loaded->gaps.gaps,
                source->query.fill_gaps && loaded->gaps.missing ? ", filled" : "");
}

/* Load one series; its gaps are counted before they are filled. */
static int load(const ts_source *source, ts_gaps *gaps, ts_series *series, ts_error *error)
{
    ts_candles_query query = source->query;
    query.fill_gaps = false;
    if (ts_candles_load(&query, series, NULL, error)) return -1;
    *gaps = ts_series_gaps(series);
    return source->query.fill_gaps ? ts_series_fill_gaps(series, error) : 0;
}

static double together_of(const ts_walk_forward *walk_forward, const ts_spans *spans, const ts_series *series,
                          const ts_market *market)
{
    size_t first = ts_market_first(market), end = first + ts_market_bars(market);
    if (spans->count) return (double)spans->count;
    if (!walk_forward->train_ms) return 1;
    uint64_t folds =
        ts_walk_forward_count(walk_forward, series->time[first], series->time[end - 1] + series->interval_ms);
    return folds ? (double)folds : 1;
}

/* TS_BAD_DATA when not one span fits. */
static int look_at_windows(ts_loaded *loaded, const ts_spans *spans, const ts_market *market, ts_error *error)
{
    size_t fit = 0;
    ts_error why = {0};
    for (size_t i = 0; i < spans->count; i++) {
        ts_market *window = ts_spans_window(spans, i, market, &why);
        if (!window && why.code != TS_BAD_DATA) return ts_fail(error, why.code, "%s", why.text);
        if (!window) continue;
        loaded->window[i].bars = ts_market_bars(window);
        loaded->window[i].start_ms = ts_market_time(window, ts_market_first(window));
        ts_market_free(window);
        fit++;
    }
    if (spans->count && !fit) return ts_fail(error, TS_BAD_DATA, "%s: %s", loaded->symbol, why.text);
    if (fit < spans->count)
        ts_log_warning("%s: %zu of %zu windows are searched: %s", loaded->symbol, fit, spans->count, why.text);
    return 0;
}

/* What is the same for every strategy on this series. */
static int look_at(ts_shelf *shelf, const ts_source *source, ts_loaded *loaded, const ts_series *series,
                   const ts_walk_forward *walk_forward, const ts_spans *spans, ts_error *error)
{
    ts_simulation simulation = ts_options_simulate(shelf->options, series->interval_ms);
    ts_market *market = ts_market_new(series, &simulation, error);
    if (!market) return ts_error_context(error, "%s", source->file ? source->file : series->symbol);
    ts_origin_init(&loaded->origin, NULL, series, ts_market_first(market), ts_market_bars(market), &simulation);
    loaded->origin.fill_gaps = shelf->options->fill_gaps;
    loaded->origin.cut = shelf->options->load_from_ms != INT64_MIN;
    loaded->origin.candles = loaded->candles.text;
    loaded->together = together_of(walk_forward, spans, series, market);
    int status = look_at_windows(loaded, spans, market, error);
    ts_market_free(market);
    return status;
}

static int fill_one(ts_shelf *shelf, size_t index, const ts_walk_forward *walk_forward, const ts_spans *spans,
                    ts_error *error)
{
    const ts_source *source = &shelf->sources->source[index];
    ts_loaded *loaded = &shelf->loaded[index];
    ts_series *series = &shelf->series[shelf->count];
    ts_error why = {0};
    int status = load(source, &loaded->gaps, series, &why);
    if (!status) describe(loaded, source, series);
    if (!status) status = look_at(shelf, source, loaded, series, walk_forward, spans, &why);
    if (!status) {
        shelf->usable[shelf->count++] = index;
        return 0;
    }
    ts_series_clear(series);
    if (why.code != TS_BAD_DATA || shelf->sources->count == 1) return ts_fail(error, why.code, "%s", why.text);
    snprintf(loaded->symbol, sizeof loaded->symbol, "%s", source->symbol);
    snprintf(loaded->skipped, sizeof loaded->skipped, "%.*s", (int)sizeof loaded->skipped - 1, why.text);
    ts_log_warning("skipped: %s", why.text);
    return 0;
}

static void put_away(ts_shelf *shelf, size_t except)
{
    for (size_t i = 0; i < shelf->count; i++)
        if (i != except) ts_series_clear(&shelf->series[i]);
}

int ts_shelf_fill(ts_shelf *shelf, const ts_options *options, ts_sources *sources, const ts_walk_forward *walk_forward,
                  const ts_spans *spans, bool all, ts_error *error)
{
    *shelf = (ts_shelf){.options = options, .sources = sources};
    shelf->loaded = ts_alloc(sources->count, sizeof *shelf->loaded);
    shelf->usable = ts_alloc(sources->count, sizeof *shelf->usable);
    shelf->series = ts_alloc(sources->count, sizeof *shelf->series);
    if (!shelf->loaded || !shelf->usable || !shelf->series) return ts_no_memory(error, "the candles");
    for (size_t i = 0; i < sources->count; i++) {
        if (fill_one(shelf, i, walk_forward, spans, error)) return -1;
        if (!all && shelf->count) put_away(shelf, shelf->count - 1);
    }
    return 0;
}

/* The series one after the other: names, then times and columns as they lie in memory, which all ranks read in place.
 */
static int pack(const ts_shelf *shelf, ts_strbuf *out, ts_error *error)
{
    ts_put_u64(out, shelf->count);
    for (size_t i = 0; i < shelf->count; i++) {
        const ts_series *series = &shelf->series[i];
        ts_strbuf_append(out, series->symbol, sizeof series->symbol);
        ts_strbuf_append(out, series->exchange, sizeof series->exchange);
        while (out->length % 8) ts_strbuf_putc(out, '\0');
        ts_put_u64(out, shelf->usable[i]);
        ts_put_u64(out, (uint64_t)series->interval_ms);
        ts_put_u64(out, series->synthetic);
        ts_put_u64(out, series->bars);
        ts_strbuf_append(out, (const char *)series->time, series->bars * sizeof *series->time);
        for (int c = 0; c < TS_COLUMNS; c++)
            ts_strbuf_append(out, (const char *)series->column[c], series->bars * sizeof *series->column[c]);
    }
    return ts_strbuf_failed(out) ? ts_no_memory(error, "the candles") : 0;
}

/* Shared memory is only read, whatever the type of a series says. */
static void *in_place(ts_reader *in, size_t bars)
{
    union {
        const void *read;
        void *any;
    } bytes = {.read = ts_take_bytes(in, bars * 8)};
    return bytes.any;
}

static void unpack_one(ts_reader *in, const unsigned char *start, ts_series *series, size_t *usable)
{
    const void *symbol = ts_take_bytes(in, sizeof series->symbol),
               *exchange = ts_take_bytes(in, sizeof series->exchange);
    if (symbol) memcpy(series->symbol, symbol, sizeof series->symbol);
    if (exchange) memcpy(series->exchange, exchange, sizeof series->exchange);
    while ((in->at - start) % 8 && in->left) ts_take_bytes(in, 1);
    *usable = (size_t)ts_take_u64(in);
    series->interval_ms = (int64_t)ts_take_u64(in);
    series->synthetic = ts_take_u64(in) != 0;
    series->bars = ts_take_count(in, 8 * (1 + TS_COLUMNS));
    series->time = in_place(in, series->bars);
    for (int c = 0; c < TS_COLUMNS; c++) series->column[c] = in_place(in, series->bars);
}

static int unpack(ts_shelf *shelf, const void *bytes, ts_error *error)
{
    ts_reader in = {.at = bytes, .left = SIZE_MAX / 2};
    size_t count = (size_t)ts_take_u64(&in);
    ts_series *series = ts_alloc(count + 1, sizeof *series);
    size_t *usable = ts_alloc(count + 1, sizeof *usable);
    free(shelf->usable);
    free(shelf->series);
    shelf->usable = usable;
    shelf->series = series;
    shelf->count = 0;
    shelf->shared = true;
    if (!series || !usable) return ts_no_memory(error, "the candles");
    for (size_t i = 0; i < count; i++) unpack_one(&in, bytes, &series[i], &usable[i]);
    shelf->count = count;
    return 0;
}

int ts_shelf_share(ts_shelf *shelf, ts_comm *comm, ts_error *error)
{
    ts_strbuf text = {0};
    const void *shared;
    if (ts_comm_size(comm) == 1) return 0;
    int status = ts_comm_rank(comm) ? 0 : pack(shelf, &text, error);
    if (!status && !ts_comm_rank(comm)) put_away(shelf, SIZE_MAX);
    if (!status) status = ts_comm_share(comm, text.text, text.length, &shared, error);
    ts_strbuf_clear(&text);
    return status ? -1 : unpack(shelf, shared, error);
}

static int load_again(ts_shelf *shelf, size_t index, ts_error *error)
{
    char now[TS_FINGERPRINT_TEXT];
    ts_gaps gaps;
    ts_series series = {0};
    const ts_source *source = &shelf->sources->source[shelf->usable[index]];
    const ts_loaded *loaded = &shelf->loaded[shelf->usable[index]];
    if (load(source, &gaps, &series, error)) return -1;
    size_t end = ts_series_find(&series, loaded->origin.end_ms);
    ts_series_fingerprint(&series, 0, end, now);
    if (series.bars == loaded->bars && strcmp(now, loaded->origin.fingerprint) == 0) {
        put_away(shelf, SIZE_MAX);
        shelf->series[index] = series;
        return 0;
    }
    ts_series_clear(&series);
    return ts_fail(error, TS_FAILED, "%s: its candles have changed while they were searched",
                   source->file ? source->file : loaded->symbol);
}

const ts_series *ts_shelf_series(ts_shelf *shelf, size_t index, ts_error *error)
{
    ts_series *series = &shelf->series[index];
    if (!series->time && load_again(shelf, index, error)) return NULL;
    return series;
}

void ts_shelf_clear(ts_shelf *shelf)
{
    for (size_t i = 0; shelf->loaded && i < shelf->sources->count; i++) ts_strbuf_clear(&shelf->loaded[i].candles);
    if (!shelf->shared) put_away(shelf, SIZE_MAX);
    free(shelf->loaded);
    free(shelf->usable);
    free(shelf->series);
    *shelf = (ts_shelf){0};
}
