/* Candles taken apart into made-up trades that would have made them: for tests of what builds candles from trades. */
#ifndef TS_TESTS_CANDLE_TRADES_H
#define TS_TESTS_CANDLE_TRADES_H

#include "host/series/series.h"

typedef struct candle_trade {
    uint64_t id, price, size; /* ids are consecutive; price and size in units of 10^-8 */
    int64_t time_us;
    size_t bar;
} candle_trade;

/* 5 to 200 trades a bar (fewer of a bar that has not as many units, none of one without volume), in order of time;
 * their first, highest, lowest and last price and the exact sum of their sizes are the bar's. Numbers of the bars must
 * be whole units. Freed with free(). */
candle_trade *candle_trades(const ts_series *series, uint32_t seed, uint64_t first_id, size_t *count);

/* "65083.67000000" */
enum { UNITS_TEXT = 32 };
const char *units_text(uint64_t units, char text[UNITS_TEXT]);

/* Made-up candles of whole units by the minute; some minutes are missing. */
void unit_candles(uint32_t seed, size_t bars, ts_series *series);

#endif
