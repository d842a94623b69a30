#include "data/candles/candles.h"

#include "common/clock.h"
#include "common/interval.h"
#include "data/candles/batch.h"
#include "data/candles/candle_rules.h"
#include "data/candles/store.h"

#include <stdio.h>
#include <string.h>

/* A name for a series from a file that names no symbol, such as candles.csv: what stands before the first dot. */
static void bare_name(const char *path, char symbol[TS_SYMBOL_TEXT])
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strcspn(name, "."), i = 0;
    for (; i < length && i < TS_SYMBOL_TEXT - 1; i++) {
        bool plain = strchr("-_", name[i]) || (name[i] >= '0' && name[i] <= '9') ||
                     ((name[i] | 32) >= 'a' && (name[i] | 32) <= 'z');
        symbol[i] = plain ? name[i] : '_';
    }
    symbol[i] = '\0';
}

/* The symbol said and the symbol that the file's name says. A name whose quote nobody knows (my-data.csv) says none. */
static int settle_symbol(const ts_candles_query *query, const char *said, char symbol[TS_SYMBOL_TEXT], ts_error *error)
{
    char named[TS_SYMBOL_TEXT] = "";
    ts_error no_symbol = {0};
    bool names = !ts_symbol_from_path(query->file, named, &no_symbol);
    if (said && names && ts_symbol_known(named) && strcmp(said, named))
        return ts_fail(error, TS_BAD_DATA, "%s: the symbol is said to be %s, but the file's name says %s", query->file,
                       said, named);
    if (said) snprintf(symbol, TS_SYMBOL_TEXT, "%s", said);
    else if (names) memcpy(symbol, named, sizeof named);
    else bare_name(query->file, symbol);
    return 0;
}

static int load_text(const ts_candles_query *query, const char *symbol, int64_t interval_ms, ts_series *series,
                     ts_read_report *report, ts_error *error)
{
    if (ts_candles_read(query->file, &query->reading, series, report, error)) return -1;
    if (ts_series_settle_interval(series, interval_ms, error)) return ts_error_context(error, "%s", query->file);
    snprintf(series->exchange, sizeof series->exchange, "%s", query->exchange ? query->exchange : TS_STORE_EXCHANGE);
    return settle_symbol(query, symbol, series->symbol, error);
}

static int load_batch(const ts_candles_query *query, const char *symbol, int64_t interval_ms, ts_series *series,
                      ts_read_report *report, ts_error *error)
{
    if (ts_batch_read(query->file, series, error)) return -1;
    if (symbol && strcmp(symbol, series->symbol))
        return ts_fail(error, TS_BAD_DATA, "%s: the symbol is said to be %s, but the batch holds %s", query->file,
                       symbol, series->symbol);
    if (interval_ms && interval_ms != series->interval_ms)
        return ts_fail(error, TS_BAD_DATA, "%s: the interval is said to be %s, but the batch holds %s", query->file,
                       ts_interval_text(interval_ms), ts_interval_text(series->interval_ms));
    if (report) *report = (ts_read_report){.shape = "batch", .rows = series->bars};
    return 0;
}

static int load_store(const ts_candles_query *query, const char *symbol, int64_t interval_ms, ts_series *series,
                      ts_read_report *report, ts_error *error)
{
    if (!symbol || !interval_ms)
        return ts_fail(error, TS_USAGE, "reading the store %s needs --symbol and --interval", query->store);
    ts_store_key key = {.root = query->store, .interval_ms = interval_ms};
    snprintf(key.exchange, sizeof key.exchange, "%s", query->exchange ? query->exchange : TS_STORE_EXCHANGE);
    snprintf(key.symbol, sizeof key.symbol, "%s", symbol);
    if (ts_store_read(&key, series, error)) return -1;
    if (report) *report = (ts_read_report){.shape = "store", .rows = series->bars};
    return 0;
}

static int drop_before(ts_series *series, int64_t from_ms, ts_error *error)
{
    char wanted[TS_TIME_TEXT], last[TS_TIME_TEXT];
    size_t first = ts_series_find(series, from_ms);
    ts_series kept = {0};
    if (!first) return 0;
    if (first == series->bars)
        return ts_fail(error, TS_BAD_DATA, "%s: no bar from %s on, the last is of %s", series->symbol,
                       ts_time_text(from_ms, wanted), ts_time_text(series->time[series->bars - 1], last));
    if (ts_series_copy(series, first, series->bars, &kept, error)) return -1;
    ts_series_clear(series);
    *series = kept;
    return 0;
}

int ts_candles_load(const ts_candles_query *query, ts_series *series, ts_read_report *report, ts_error *error)
{
    char symbol_text[TS_SYMBOL_TEXT], *symbol = NULL;
    int64_t interval_ms = 0;
    if (!query->file == !query->store)
        return ts_fail(error, TS_USAGE, "say where the candles are: either a file of candles or a store");
    if (query->symbol) {
        if (ts_symbol_parse(query->symbol, symbol_text, error)) return -1;
        symbol = symbol_text;
    }
    if (query->interval && ts_interval_parse(query->interval, &interval_ms, error)) return -1;
    if (query->exchange && ts_exchange_check(query->exchange, error)) return -1;
    int status;
    if (query->store) status = load_store(query, symbol, interval_ms, series, report, error);
    else if (ts_batch_is(query->file)) status = load_batch(query, symbol, interval_ms, series, report, error);
    else status = load_text(query, symbol, interval_ms, series, report, error);
    if (!status && query->from_ms > 0) status = drop_before(series, query->from_ms, error);
    if (!status && query->fill_gaps) status = ts_series_fill_gaps(series, error);
    if (status) ts_series_clear(series);
    return status;
}

int ts_candles_symbol(const ts_candles_query *query, char symbol[TS_SYMBOL_TEXT], ts_error *error)
{
    ts_series series = {0};
    char said[TS_SYMBOL_TEXT];
    if (query->symbol && ts_symbol_parse(query->symbol, said, error)) return -1;
    if (!ts_batch_is(query->file)) return settle_symbol(query, query->symbol ? said : NULL, symbol, error);
    if (ts_batch_read(query->file, &series, error)) return -1;
    memcpy(symbol, series.symbol, sizeof series.symbol);
    ts_series_clear(&series);
    return 0;
}
