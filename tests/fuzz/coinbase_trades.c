/* Any bytes as a message of Coinbase's Advanced Trade feed. */
#include "ingest/coinbase_trades.h"

#include "tests/fuzz/decoded.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_decode(ts_coinbase_trades_decode, bytes, size);
    return 0;
}
