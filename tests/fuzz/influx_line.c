/* InfluxDB's line protocol: whatever the reader takes, the writer writes so that the reader takes it for the same; and
 * prices of any digits come through. */
#include "data/influx/line.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>

static void round_trip(const ts_store_key *series, const ts_candle *candle)
{
    ts_strbuf line = {0};
    ts_store_key key;
    ts_candle read;
    ts_error error = {0};
    ts_line_put(&line, series, candle);
    MUST(line.text && !ts_line_read(line.text, line.length, &key, &read, &error));
    MUST(!memcmp(candle, &read, sizeof read) && !strcmp(key.symbol, series->symbol));
    MUST(!strcmp(key.exchange, series->exchange) && key.interval_ms == series->interval_ms);
    ts_strbuf_clear(&line);
}

/* Any bits as a price: the same digits, between 2^-59 and 2^49. */
static double price_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = (bits & 0xfffffffffffff) | ((uint64_t)1023 - 59 + (bits >> 52) % 108) << 52;
    memcpy(&value, &bits, sizeof value);
    return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    ts_store_key series = {.exchange = "coinbase", .symbol = "BTC-USD", .interval_ms = 60000};
    ts_candle candle;
    ts_error error = {0};
    if (!ts_line_read((const char *)bytes, size, &series, &candle, &error)) round_trip(&series, &candle);
    else MUST(error.code && *error.text);
    if (size < sizeof candle) return 0;
    series = (ts_store_key){.exchange = "coinbase", .symbol = "BTC-USD", .interval_ms = 60000};
    memcpy(&candle, bytes, sizeof candle);
    candle.time %= 4102444800000; /* the year 2100 */
    for (int c = 0; c < TS_COLUMNS; c++) candle.value[c] = price_of(candle.value[c]);
    round_trip(&series, &candle);
    return 0;
}
