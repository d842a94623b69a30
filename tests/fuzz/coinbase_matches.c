/* Any bytes as a message of Coinbase's Exchange feed. */
#include "ingest/coinbase_matches.h"

#include "tests/fuzz/decoded.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_decode(ts_coinbase_matches_decode, bytes, size);
    return 0;
}
