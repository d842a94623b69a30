/* What every decoded message must hold, whatever the bytes were. */
#ifndef TS_TESTS_FUZZ_DECODED_H
#define TS_TESTS_FUZZ_DECODED_H

#include "ingest/message.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static inline void fuzz_decode(int (*decode)(const void *, size_t, ts_message *, ts_error *), const uint8_t *bytes,
                               size_t size)
{
    static ts_message message; /* used again, as a stream does */
    ts_error error = {0};
    int status = decode(bytes, size, &message, &error);
    MUST(status == 0 ? error.code == TS_OK : error.code == TS_BAD_DATA && *error.text);
    if (status) return;
    MUST(message.trades == 0 || message.kind == TS_MESSAGE_TRADES);
    for (size_t i = 0; i < message.trades; i++) {
        const ts_market_trade *trade = &message.trade[i];
        MUST(trade->price > 0 && trade->size > 0 && ts_exact_real(trade->price) <= 1e15);
        MUST(trade->time_us >= 0 && trade->time_us < INT64_C(7258118400000000)); /* before 2200 */
        MUST(*trade->symbol && memchr(trade->symbol, 0, sizeof trade->symbol));
    }
    MUST(memchr(message.text, 0, sizeof message.text));
}

#endif
