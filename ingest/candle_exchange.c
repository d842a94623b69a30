#include "ingest/candle_exchange.h"

#include "common/clock.h"
#include "common/interval.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/public/get-public-product-candles: at most
 * 350 candles, and whether the end belongs to the range is not said. */
static bool coinbase_path(const char *product, int64_t interval_ms, int64_t from_ms, int64_t to_ms, ts_strbuf *path)
{
    static const struct {
        const char *interval, *name;
    } names[] = {{"1m", "ONE_MINUTE"},     {"5m", "FIVE_MINUTE"}, {"15m", "FIFTEEN_MINUTE"},
                 {"30m", "THIRTY_MINUTE"}, {"1h", "ONE_HOUR"},    {"2h", "TWO_HOUR"},
                 {"4h", "FOUR_HOUR"},      {"6h", "SIX_HOUR"},    {"1d", "ONE_DAY"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i].interval, ts_interval_text(interval_ms))) {
            ts_strbuf_printf(
                path, "/api/v3/brokerage/market/products/%s/candles?start=%" PRId64 "&end=%" PRId64 "&granularity=%s",
                product, from_ms / 1000, to_ms / 1000, names[i].name);
            return true;
        }
    return false;
}

/* https://docs.cdp.coinbase.com/api-reference/exchange-api/rest-api/products/get-product-candles: at most 300 candles
 * with the end, six intervals. */
static bool exchange_path(const char *product, int64_t interval_ms, int64_t from_ms, int64_t to_ms, ts_strbuf *path)
{
    static const int64_t known[] = {60, 300, 900, 3600, 21600, 86400};
    char from[TS_TIME_TEXT], to[TS_TIME_TEXT];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i] * 1000 == interval_ms) {
            ts_strbuf_printf(path, "/products/%s/candles?granularity=%" PRId64 "&start=%s&end=%s", product, known[i],
                             ts_time_text(from_ms, from), ts_time_text(to_ms, to));
            return true;
        }
    return false;
}

/* https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints: every interval, the times
 * of openings, both ends included. */
static bool binance_path(const char *product, int64_t interval_ms, int64_t from_ms, int64_t to_ms, ts_strbuf *path)
{
    ts_strbuf_printf(path, "/api/v3/klines?symbol=%s&interval=%s&startTime=%" PRId64 "&endTime=%" PRId64 "&limit=1000",
                     product, ts_interval_text(interval_ms), from_ms, to_ms - 1);
    return true;
}

/* https://docs.kraken.com/api/docs/rest-api/get-ohlc-data: up to now, and never more than the last 720. */
static bool kraken_path(const char *product, int64_t interval_ms, int64_t from_ms, int64_t to_ms, ts_strbuf *path)
{
    static const int64_t known[] = {1, 5, 15, 30, 60, 240, 1440};
    (void)to_ms;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i] * 60000 == interval_ms) {
            ts_strbuf_printf(path, "/0/public/OHLC?pair=%s&interval=%" PRId64 "&since=%" PRId64, product, known[i],
                             from_ms / 1000 - 1);
            return true;
        }
    return false;
}

static const ts_candle_exchange exchanges[] = {
    {"coinbase",
     "https://api.coinbase.com",
     "/api/v3/brokerage/time",
     8,
     300,
     false,
     "-",
     false,
     {TS_ROWS_OBJECTS, 1000, 0, {0}},
     coinbase_path},
    {"coinbase-exchange",
     "https://api.exchange.coinbase.com",
     "/time",
     8,
     299,
     false,
     "-",
     false,
     {TS_ROWS_PLAIN, 1000, 6, {TS_ROW_TIME, TS_LOW, TS_HIGH, TS_OPEN, TS_CLOSE, TS_VOLUME}},
     exchange_path},
    {"binance",
     "https://api.binance.com",
     "/api/v3/time",
     20,
     1000,
     false,
     "",
     false,
     {TS_ROWS_PLAIN, 1, 6, {TS_ROW_TIME, TS_OPEN, TS_HIGH, TS_LOW, TS_CLOSE, TS_VOLUME}},
     binance_path},
    {"kraken",
     "https://api.kraken.com",
     "/0/public/Time",
     1,
     720,
     true,
     "",
     true,
     {TS_ROWS_RESULT, 1000, 7, {TS_ROW_TIME, TS_OPEN, TS_HIGH, TS_LOW, TS_CLOSE, TS_ROW_OTHER, TS_VOLUME}},
     kraken_path},
};

const ts_candle_exchange *ts_candle_exchange_find(const char *name, ts_error *error)
{
    char list[128] = "";
    for (size_t i = 0; i < sizeof exchanges / sizeof *exchanges; i++) {
        if (name && !strcmp(exchanges[i].name, name)) return &exchanges[i];
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", exchanges[i].name);
    }
    ts_fail(error, TS_BAD_CONFIG, "exchange '%.40s' is not known: expected one of %s", name ? name : "", list);
    return NULL;
}

static const char *code_of(const ts_candle_exchange *exchange, const char *code)
{
    static const char *const old[][2] = {{"BTC", "XBT"}, {"DOGE", "XDG"}};
    for (size_t i = 0; exchange->old_codes && i < sizeof old / sizeof *old; i++)
        if (!strcmp(old[i][0], code)) return old[i][1];
    return code;
}

void ts_candle_exchange_product(const ts_candle_exchange *exchange, const char *symbol, ts_strbuf *product)
{
    size_t length = strcspn(symbol, "-");
    char base[TS_SYMBOL_TEXT];
    snprintf(base, sizeof base, "%.*s", (int)length, symbol);
    ts_strbuf_printf(product, "%s%s%s", code_of(exchange, base), exchange->product,
                     symbol[length] ? code_of(exchange, symbol + length + 1) : "");
}
