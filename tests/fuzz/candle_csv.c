/* Any bytes as a file of candles; the first one says how to read it. */
#include "tests/fuzz/candle_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const ts_reading ways[] = {
        {0},
        {.on_conflict = TS_CONFLICT_KEEP_LAST, .errors_limit = 5, .drop_last = true},
        {.columns = "ts,o,h,l,c,-,v"},
        {.shape = "binance"},
        {.shape = "kraken"},
        {.shape = "coinbase"},
        {.shape = "plain", .unit = TS_UNIT_NS},
        {.shape = "header", .unit = TS_UNIT_ISO},
    };
    if (size) fuzz_candles(&ways[*bytes % (sizeof ways / sizeof *ways)], bytes + 1, size - 1);
    return 0;
}
