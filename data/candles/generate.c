/* The price takes four steps a bar, each with a normal-like draw (the sum of four uniforms), so that highs and lows lie
 * where a path would put them. Only + - * / and comparisons: libm differs between machines. */
#include "data/candles/generate.h"

#include "common/philox.h"

#include <math.h>
#include <stdio.h>

#define TICK   100.0    /* prices are whole hundredths */
#define LOT    100000.0 /* volumes are whole hundred-thousandths */
#define START  INT64_C(1577836800000)
#define MINUTE INT64_C(60000)

enum { STEPS = 4, GAP_LONGEST = 60 };

/* Each regime in units of one bar: the mean length, the drift of a bar, the deviation of a bar in units of the
 * market's, and the share of its way back to where the regime began that the price takes in a bar. */
typedef struct regime {
    const char *name;
    double bars, drift, deviation, back;
} regime;

static const regime regimes[] = {
    {"quiet", 600, 0, 0.45, 0},           {"trend up", 400, 0.12, 0.9, 0}, {"trend down", 400, -0.12, 0.9, 0},
    {"mean reverting", 700, 0, 1, 0.025}, {"volatile", 250, 0, 2.2, 0},
};

enum { REGIMES = sizeof regimes / sizeof *regimes };

/* One regime for ever, before its `edge`. */
static const regime noise = {"noise", 1e18, 0, 1, 0};

#define TREND_BARS 300.0
#define SWING_BACK 0.25 /* share of a swing that is gone after a bar */

typedef struct walker {
    ts_draws draws;
    const regime *now;
    double price, anchor; /* where the regime began */
    double start;
    double deviation; /* of a bar, as a fraction of the price */
    const ts_market_plan *wanted;
    double drift; /* of a bar in a TREND: +edge or -edge */
    double swing; /* of a REVERT: how far the price lies from its fair value, as a fraction */
} walker;

/* Mean 0, deviation 1, from -3.46 to 3.46: the sum of four uniforms on 0 .. 1 has mean 2 and variance 1/3. */
static double draw_normal(ts_draws *draws)
{
    double sum = 0;
    for (int i = 0; i < 4; i++) sum += (double)ts_draw_u32(draws) * 0x1p-32;
    return (sum - 2) * 1.7320508075688772;
}

static double on_grid(double value, double units) { return (double)(int64_t)(value * units + 0.5) / units; }

/* A step of the swing: an autoregression whose stationary deviation is `edge` deviations of a bar. */
static double swing_change(walker *market)
{
    const double back = SWING_BACK / STEPS; /* to first order */
    double deviation = market->wanted->edge * market->deviation * sqrt(back * (2 - back));
    double before = market->swing;
    market->swing += deviation * draw_normal(&market->draws) - back * before;
    return (market->swing - before) / (1 + before);
}

/* A weak pull to the first price keeps even a very long walk within a few powers of ten. */
static void step(walker *market)
{
    const regime *now = market->now;
    double deviation = market->deviation * now->deviation * 0.5; /* a half: the square root of one of four steps */
    double change = deviation * draw_normal(&market->draws);
    change += (now->drift * market->deviation + now->back * (market->anchor / market->price - 1)) / STEPS;
    if (market->wanted->character == TS_MARKET_MIXED) change += 1e-6 * (1 - market->price / market->start);
    if (market->wanted->character == TS_MARKET_TREND) change += market->drift * market->deviation / STEPS;
    if (market->wanted->character == TS_MARKET_REVERT) change += swing_change(market);
    if (change > 0.25) change = 0.25;
    if (change < -0.2) change = -0.2;
    market->price *= 1 + change;
    if (market->price < 1 / TICK) market->price = 1 / TICK;
}

static void maybe_switch(walker *market)
{
    if (market->wanted->character != TS_MARKET_MIXED) {
        if (ts_draw_unit(&market->draws) * TREND_BARS < 1) market->drift = -market->drift;
        return;
    }
    if (ts_draw_unit(&market->draws) * market->now->bars >= 1) return;
    market->now = &regimes[ts_draw_below(&market->draws, REGIMES)];
    market->anchor = market->price;
}

static ts_candle next_candle(walker *market, int64_t time)
{
    double open = on_grid(market->price, TICK), high = open, low = open, close = open;
    for (int i = 0; i < STEPS; i++) {
        step(market);
        close = on_grid(market->price, TICK);
        high = close > high ? close : high;
        low = close < low ? close : low;
    }
    double busy = 1 + (high - low) / (open * market->deviation); /* wide bars trade more */
    double volume = on_grid(busy * (0.2 + 1.6 * ts_draw_unit(&market->draws)) * 300000 / market->start, LOT);
    maybe_switch(market);
    return (ts_candle){.time = time, .value = {open, high, low, close, volume}};
}

/* A bar's deviation: 6 in 10,000 a minute, and the square root of time for longer bars by Newton's steps. */
static double bar_deviation(int64_t interval_ms)
{
    double minutes = (double)interval_ms / (double)MINUTE, root = minutes > 1 ? minutes : 1;
    for (int i = 0; i < 40; i++) root = 0.5 * (root + minutes / root);
    return 0.0006 * root;
}

static int check_market(const ts_market_plan *market, int64_t interval_ms, double price, ts_error *error)
{
    if (market->bars < 1 || market->bars > TS_BARS_LIMIT)
        return ts_fail(error, TS_USAGE, "%zu bars: expected 1 to %d", market->bars, TS_BARS_LIMIT);
    if (!(market->gap_share >= 0 && market->gap_share <= 0.5))
        return ts_fail(error, TS_USAGE, "the share of gaps is %g: expected 0 to 0.5", market->gap_share);
    if (!(market->edge >= 0 && market->edge <= 10))
        return ts_fail(error, TS_USAGE, "the edge is %g: expected 0 to 10", market->edge);
    if (!(market->volatility >= 0 && market->volatility <= 20))
        return ts_fail(error, TS_USAGE, "the volatility is %g: expected 0 to 20", market->volatility);
    if (!(price >= 1 && price <= 1e9)) return ts_fail(error, TS_USAGE, "first price %g: expected 1 to 1e9", price);
    int64_t longest = (int64_t)market->bars * (market->gap_share > 0 ? GAP_LONGEST + 1 : 1);
    if (longest > INT64_C(3000000000000) / interval_ms)
        return ts_fail(error, TS_USAGE, "%zu bars of this interval last longer than a century", market->bars);
    return 0;
}

int ts_market_generate(const ts_market_plan *market, ts_series *series, ts_error *error)
{
    int64_t interval_ms = market->interval_ms ? market->interval_ms : MINUTE;
    double price = market->price != 0 ? market->price : 30000;
    if (check_market(market, interval_ms, price, error)) return -1;
    snprintf(series->exchange, sizeof series->exchange, "synthetic");
    snprintf(series->symbol, sizeof series->symbol, "SYN-USD");
    series->interval_ms = interval_ms;
    series->synthetic = true;
    if (ts_series_reserve(series, market->bars, error)) return -1;
    double volatility = market->volatility != 0 ? market->volatility : 1;
    walker walk = {.draws = ts_draws_at(market->seed, 0, 0, 0),
                   .now = market->character == TS_MARKET_MIXED ? regimes : &noise,
                   .wanted = market,
                   .drift = market->edge,
                   .price = price,
                   .anchor = price,
                   .start = price,
                   .deviation = volatility * bar_deviation(interval_ms)};
    ts_draws gaps = ts_draws_at(market->seed, 1, 0, 0); /* apart, so that a series with gaps is one without, thinned */
    int64_t time = market->start_ms;
    for (size_t skip = 0; series->bars < market->bars; time += interval_ms) {
        double drift = walk.drift;
        ts_candle candle = next_candle(&walk, time);
        if (skip) {
            skip--;
            continue;
        }
        if (market->hidden)
            market->hidden[series->bars] = market->character == TS_MARKET_TREND ? (drift > 0 ? 1 : -1) : walk.swing;
        if (ts_series_append(series, &candle, error)) return -1;
        if (ts_draw_unit(&gaps) < market->gap_share) skip = 1 + ts_draw_below(&gaps, GAP_LONGEST);
    }
    return 0;
}

int ts_generate(uint64_t seed, size_t bars, int64_t interval_ms, ts_series *series, ts_error *error)
{
    ts_market_plan market = {.seed = seed, .bars = bars, .interval_ms = interval_ms, .start_ms = START};
    return ts_market_generate(&market, series, error);
}
