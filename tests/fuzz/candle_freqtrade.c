/* Any bytes as a file of freqtrade: one JSON array of rows. */
#include "tests/fuzz/candle_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_candles(&(ts_reading){.shape = "freqtrade"}, bytes, size);
    return 0;
}
