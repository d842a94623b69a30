/* A random walk: each close is the one before times exp(x), x the sum of twelve uniforms (mean 0, deviation 1) times
 * 8 in 10,000. Only + - * /, so that no two machines differ; exp is its series to the third power, which at the largest
 * |x| of 0.0048 is right to 3e-11. */
#include "bench/candles.h"

#include "common/philox.h"
#include "data/candles/generate.h"

#include <stdio.h>

#define DEVIATION 0.0008
#define START     INT64_C(1577836800000) /* 2020-01-01 */
#define MINUTE    INT64_C(60000)

static double uniform(ts_draws *draws) { return (double)ts_draw_u32(draws) * 0x1p-32; }

static double growth(ts_draws *draws)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) sum += uniform(draws);
    double x = sum * DEVIATION;
    return 1 + x * (1 + x * (0.5 + x / 6));
}

/* The open lies near the close before; high and low reach a little beyond both. */
static ts_candle candle_at(ts_draws *draws, int64_t time, double before)
{
    double close = before * growth(draws), open = before * (1 + DEVIATION / 8 * (uniform(draws) - 0.5));
    double high = open > close ? open : close, low = open < close ? open : close;
    high *= 1 + DEVIATION * uniform(draws);
    low *= 1 - DEVIATION * uniform(draws);
    double volume = 10 * (0.2 + uniform(draws)) * (1 + (high - low) / (before * DEVIATION));
    return (ts_candle){time, {open, high, low, close, volume}};
}

int ts_bench_candles(uint64_t seed, size_t bars, ts_series *series, ts_error *error)
{
    ts_draws draws = ts_draws_at(seed, 0, 0, 0);
    double price = 100;
    snprintf(series->exchange, sizeof series->exchange, "synthetic");
    snprintf(series->symbol, sizeof series->symbol, "SYN-USD");
    series->interval_ms = MINUTE;
    series->synthetic = true;
    if (ts_series_reserve(series, bars, error)) return -1;
    for (size_t i = 0; i < bars; i++) {
        ts_candle candle = candle_at(&draws, START + (int64_t)i * MINUTE, price);
        if (ts_series_append(series, &candle, error)) return -1;
        price = candle.value[TS_CLOSE];
    }
    return 0;
}

int ts_bench_market_candles(size_t bars, ts_series *series, ts_error *error)
{
    return ts_generate(1, bars, MINUTE, series, error);
}
