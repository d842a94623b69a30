/* The engine's door: strategies and genomes in, metrics out. One evaluator serves `discover`, `backtest` and `bench`.
 */
#ifndef TS_HOST_ENGINE_H
#define TS_HOST_ENGINE_H

#include "common/error.h"
#include "host/language/strategy.h"
#include "host/metrics/metrics.h"
#include "host/series/series.h"

#include <stddef.h>
#include <stdint.h>

typedef enum ts_fill { TS_FILL_NEXT_OPEN, TS_FILL_CLOSE } ts_fill;

/* What the simulator assumes. */
typedef struct ts_simulation {
    ts_fill fill;
    double fee, slippage; /* fractions, each side */
    double bars_per_year, risk_free;
    int64_t from_ms, to_ms; /* trading window [from, to); INT64_MIN and INT64_MAX: all that is loaded */
} ts_simulation;

typedef struct ts_engine ts_engine; /* back end, threads, counters */
typedef struct ts_market ts_market; /* one series ready to be evaluated: columns, prefix sums, ranges; immutable */

/* `backend` "auto" takes the best this machine has; a named one that is not there is TS_UNAVAILABLE. One that has a
 * device and loses it later (it fails, or has no memory or room) is replaced by the processor's best for the rest of
 * the engine's life: one warning is logged, results are the same. */
ts_engine *ts_engine_new(const char *backend, int threads, ts_error *error);
/* The same with the device that a back end is to open, "P:D" of `tradestream devices` (NULL: the best), and the library
 * that knows the devices (NULL: the usual one). */
ts_engine *ts_engine_open(const char *backend, const char *device, const char *library, int threads, ts_error *error);
void ts_engine_free(ts_engine *engine);
const char *ts_engine_backend(const ts_engine *engine);
int ts_engine_threads(const ts_engine *engine);

/* Genomes x bars evaluated so far; may be read while ts_evaluate runs in another thread. */
uint64_t ts_engine_genome_bars(const ts_engine *engine);

/* The same by back end: the one chosen and, when its device has failed, the one in its place. Returns their number. */
enum { TS_SHARES = 2 };
typedef struct ts_share {
    const char *backend;
    uint64_t genome_bars;
} ts_share;
size_t ts_engine_shares(const ts_engine *engine, ts_share share[TS_SHARES]);

/* Kernels launched on a device so far, and rows computed for genomes by the processor. */
uint64_t ts_engine_launches(const ts_engine *engine);
uint64_t ts_engine_host_rows(const ts_engine *engine);

/* Copies what it needs of `series`. TS_BAD_DATA when the window holds fewer than 2 bars. */
ts_market *ts_market_new(const ts_series *series, const ts_simulation *simulation, ts_error *error);
void ts_market_free(ts_market *market);
size_t ts_market_bars(const ts_market *market);  /* bars of the trading window */
size_t ts_market_first(const ts_market *market); /* its first bar in the series; its last is first + bars - 1 */

int64_t ts_market_interval(const ts_market *market); /* milliseconds a bar */
const ts_simulation *ts_market_simulation(const ts_market *market);

/* Equity of buying at the first possible fill and holding: ts_market_bars closes, the last after the sale. */
void ts_market_hold(const ts_market *market, double *equity);

/* The bars [from_ms, to_ms) of a market, at a multiple of its costs: the answers are those of a market that ends there,
 * with rows computed from the same first bar. Shares the market's tables, which must outlive it; freed as a market. At
 * other than full costs its genome-bars are not counted as evaluated. TS_BAD_DATA when it holds fewer than 2 bars. */
ts_market *ts_market_window(const ts_market *market, int64_t from_ms, int64_t to_ms, double costs, ts_error *error);
size_t ts_market_find(const ts_market *market, int64_t time_ms); /* the first bar not before; past the last: none */
int64_t ts_market_time(const ts_market *market, size_t bar);     /* of the bars loaded */

/* Evaluate `count` genomes: out[i] belongs to genomes[i]. Every genome must be valid. Bits do not depend on back end,
 * threads, tile or the other genomes of the batch. A genome whose warm-up is as long as the series makes no trades:
 * whether anything could trade is the caller's question, as it depends on which genomes it asks about together. */
int ts_evaluate(ts_engine *engine, const ts_market *market, const ts_strategy *strategy, const ts_genome *genomes,
                size_t count, ts_metrics *out, ts_error *error);

/* Sums over the bars of a window: of bar returns r, of r^2; and closed trades. */
typedef struct ts_sums {
    double returns, squares, trades;
} ts_sums;

/* Genomes to walk over one window, and where the answers go: of genome[i], or of genome i when `genome` is NULL. */
typedef struct ts_walks {
    const ts_market *market;
    const uint32_t *genome; /* `count` of them, none twice */
    size_t count;
    ts_metrics *metrics; /* NULL, or room for `count` */
    ts_sums *sums;       /* the same */
} ts_walks;

/* Evaluate genomes over several windows of one market at once: rows and masks are computed once for all windows. The
 * answers are those of ts_evaluate on each window. */
int ts_evaluate_walks(ts_engine *engine, const ts_strategy *strategy, const ts_genome *genomes, size_t count,
                      const ts_walks *walks, size_t walks_count, ts_error *error);

typedef struct ts_trade {
    int64_t entry_ms, exit_ms;
    size_t entry_bar, exit_bar;     /* in the series */
    double entry_price, exit_price; /* fills, slippage included */
    int side;                       /* +1 long, -1 short */
    double change;                  /* return after costs */
    size_t bars_held;
    const char *reason; /* exit, stop_loss, ..., end, ruin */
} ts_trade;

typedef struct ts_backtest {
    ts_metrics metrics;
    ts_trade *trade;
    size_t trades;
    double *equity;   /* ts_market_bars values: marked at each close */
    int8_t *position; /* +1, 0, -1 at each close */
} ts_backtest;

/* One genome with its trades and its equity curve; the metrics are ts_evaluate's. */
int ts_backtest_run(ts_engine *engine, const ts_market *market, const ts_strategy *strategy, const ts_genome *genome,
                    ts_backtest *out, ts_error *error);
void ts_backtest_clear(ts_backtest *backtest);

/* The rows of series or signal expressions (1 and 0 for a signal) over all loaded bars: rows[i] has series->bars
 * values. */
int ts_engine_rows(ts_engine *engine, const ts_series *series, const ts_expression *const *expressions, size_t count,
                   double *const *rows, ts_error *error);

#endif
