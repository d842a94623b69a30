#include "services/tradestream/discover_sources.h"

#include "common/interval.h"
#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SYMBOLS_MAX = 10000 };

void ts_sources_clear(ts_sources *sources)
{
    free(sources->source);
    *sources = (ts_sources){0};
}

/* The symbols of "A,B" in their order; none for "all" and NULL. */
static int split_symbols(const char *text, char (**symbols)[TS_SYMBOL_TEXT], size_t *count, ts_error *error)
{
    size_t most = 1;
    *symbols = NULL;
    *count = 0;
    if (!text || !strcmp(text, "all")) return 0;
    for (const char *c = text; *c; c++) most += *c == ',';
    if (most > SYMBOLS_MAX) return ts_fail(error, TS_USAGE, "--symbols: at most %d expected", SYMBOLS_MAX);
    *symbols = ts_alloc(most, TS_SYMBOL_TEXT);
    if (!*symbols) return ts_no_memory(error, "symbols");
    for (const char *at = text;; at++) {
        char word[TS_SYMBOL_TEXT];
        size_t length = strcspn(at, ",");
        if (length >= sizeof word) return ts_fail(error, TS_USAGE, "--symbols: \"%.60s\" is no symbol", at);
        memcpy(word, at, length);
        word[length] = '\0';
        if (ts_symbol_parse(word, (*symbols)[(*count)++], error)) return ts_error_context(error, "--symbols");
        at += length;
        if (!*at) return 0;
    }
}

static int from_files(const ts_options *options, ts_sources *sources, ts_error *error)
{
    char(*symbols)[TS_SYMBOL_TEXT];
    size_t named, count = options->files.count;
    int rc = split_symbols(options->symbols, &symbols, &named, error);
    sources->source = ts_alloc(count, sizeof *sources->source);
    if (!rc && !sources->source) rc = ts_no_memory(error, "the list of candles");
    if (!rc && named && named != count)
        rc = ts_fail(error, TS_USAGE, "--symbols names %zu, --candles %zu: one symbol for each file expected", named,
                     count);
    for (size_t i = 0; i < count && !rc; i++) {
        ts_source *source = &sources->source[sources->count++];
        const char *path = options->files.text[i], *slash = strrchr(path, '/');
        source->file = slash ? slash + 1 : path;
        source->query = (ts_candles_query){.file = path,
                                           .exchange = options->exchange,
                                           .interval = options->interval,
                                           .from_ms = options->load_from_ms,
                                           .fill_gaps = options->fill_gaps};
        if (!named) continue;
        memcpy(source->symbol, symbols[i], sizeof source->symbol);
        source->query.symbol = source->symbol;
    }
    free(symbols);
    return rc;
}

static bool is_among(const char *symbol, char (*symbols)[TS_SYMBOL_TEXT], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(symbols[i], symbol)) return true;
    return count == 0;
}

/* Take the series of the right exchange, symbol and interval. Not said, the interval must be the only one there is. */
static int take_keys(const ts_options *options, const ts_store_key *keys, size_t count, char (*symbols)[TS_SYMBOL_TEXT],
                     size_t named, ts_sources *sources, ts_error *error)
{
    const char *exchange = options->exchange ? options->exchange : TS_STORE_EXCHANGE;
    int64_t interval_ms = 0;
    if (options->interval && ts_interval_parse(options->interval, &interval_ms, error)) return -1;
    for (size_t i = 0; i < count; i++) {
        const ts_store_key *key = &keys[i];
        if (strcmp(key->exchange, exchange) || !is_among(key->symbol, symbols, named)) continue;
        if (options->interval && key->interval_ms != interval_ms) continue;
        if (interval_ms && key->interval_ms != interval_ms)
            return ts_fail(error, TS_USAGE, "%s holds %s and %s candles: say which with --interval", options->store,
                           ts_interval_text(interval_ms), ts_interval_text(key->interval_ms));
        interval_ms = key->interval_ms;
        ts_source *source = &sources->source[sources->count++];
        memcpy(source->symbol, key->symbol, sizeof source->symbol);
        source->query = (ts_candles_query){.store = options->store,
                                           .exchange = exchange,
                                           .symbol = source->symbol,
                                           .interval = ts_interval_text(interval_ms),
                                           .from_ms = options->load_from_ms,
                                           .fill_gaps = options->fill_gaps};
    }
    for (size_t i = 0; i < named; i++) {
        bool found = false;
        for (size_t j = 0; j < sources->count; j++) found = found || !strcmp(sources->source[j].symbol, symbols[i]);
        if (!found)
            return ts_fail(error, TS_BAD_DATA, "%s: no candles of %s%s%s on exchange %s", options->store, symbols[i],
                           options->interval ? " at " : "", options->interval ? options->interval : "", exchange);
    }
    if (sources->count) return 0;
    return ts_fail(error, TS_BAD_DATA,
                   "%s: no candles%s%s on exchange %s ('tradestream data list' shows what there is)", options->store,
                   options->interval ? " at " : "", options->interval ? options->interval : "", exchange);
}

static int from_store(const ts_options *options, ts_sources *sources, ts_error *error)
{
    char(*symbols)[TS_SYMBOL_TEXT];
    size_t named, count = 0;
    ts_store_key *keys = NULL;
    int rc = split_symbols(options->symbols, &symbols, &named, error);
    if (!rc) rc = ts_store_list(options->store, &keys, &count, error);
    if (!rc) sources->source = ts_alloc(count + 1, sizeof *sources->source);
    if (!rc && !sources->source) rc = ts_no_memory(error, "the list of candles");
    if (!rc) rc = take_keys(options, keys, count, symbols, named, sources, error);
    free(keys);
    free(symbols);
    return rc;
}

int ts_sources_find(const ts_options *options, ts_sources *sources, ts_error *error)
{
    *sources = (ts_sources){0};
    if (!options->files.count == !options->store)
        return ts_fail(error, TS_USAGE, "candles are needed: say either --candles FILE... or --store DIR");
    int rc = options->store ? from_store(options, sources, error) : from_files(options, sources, error);
    if (rc) ts_sources_clear(sources);
    return rc;
}
