/* Any bytes as the answer of a REST interface; the first one says of which. */
#include "data/candles/candle_rules.h"
#include "ingest/candle_exchange.h"
#include "tests/fuzz/fuzz.h"

static const char *const exchanges[] = {"coinbase", "coinbase-exchange", "binance", "kraken"};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static ts_candle_rows rows; /* used again, as a source does */
    ts_error error = {0};
    size_t count;
    if (!size) return 0;
    const ts_candle_exchange *exchange = ts_candle_exchange_find(exchanges[bytes[0] % 4], &error);
    MUST(exchange);
    int status = ts_candle_rows_read(&exchange->layout, 60000, bytes + 1, size - 1, &rows, &error);
    MUST(status == 0 ? error.code == TS_OK : error.code == TS_BAD_DATA && *error.text);
    if (status) return 0;
    MUST(!rows.refused && rows.count <= TS_ROWS_LIMIT);
    for (size_t i = 0; i < rows.count; i++) {
        MUST(!ts_candle_check(&rows.candle[i], &error));
        MUST(rows.candle[i].time % 60000 == 0 && (!i || rows.candle[i - 1].time < rows.candle[i].time));
    }
    const ts_candle *part = ts_candle_rows_within(&rows, 1740787200000, 1740787320000, &count);
    for (size_t i = 0; i < count; i++) MUST(part[i].time >= 1740787200000 && part[i].time < 1740787320000);
    return 0;
}
