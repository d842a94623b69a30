/* The options that several verbs share: each is declared once, in a table of options_*.c; all tables fill one struct.
 */
#ifndef TS_SERVICES_TRADESTREAM_OPTIONS_H
#define TS_SERVICES_TRADESTREAM_OPTIONS_H

#include "common/settings.h"
#include "data/candles/candles.h"
#include "host/engine/engine.h"
#include "host/search/search.h"

typedef struct ts_options {
    /* where candles come from */
    const char *file; /* one file */
    ts_texts files;   /* or several */
    const char *store, *exchange, *symbol, *symbols, *interval;
    bool fill_gaps;
    /* what the simulator assumes */
    int fill, direction; /* direction -1: the strategy's own */
    double fee, slippage, bars_per_year, risk_free;
    int64_t load_from_ms, from_ms, to_ms;
    /* what computes */
    const char *backend;
    int64_t threads;
    const char *device, *opencl_library; /* NULL: the best, and libOpenCL.so.1 */
    /* one strategy */
    const char *strategy, *entry, *exit, *short_entry, *short_exit;
    ts_texts params, lets;
    /* many strategies, and the search */
    ts_texts strategies;
    int search, preset, crossover, mutation;
    int64_t evaluations, population, generations, islands, tournament, top, seed, min_trades;
    double mutation_rate, crossover_rate, elite, max_drawdown;
    const char *objective, *walk_forward, *windows;
    bool statistics;
    int trials;
    /* what makes a result more than luck */
    double min_dsr, max_pbo, min_plateau, min_periods, confidence;
    int64_t periods, resamples;
    int stress, benchmark;
    /* what is written */
    ts_texts exprs, sinks;
    const char *trades_path, *equity_path, *out;
    int format, resume;
    bool fresh;
    int64_t rows;
} ts_options;

/* Of which trials a winner is the best. */
enum { TS_TRIALS_OF_RUN, TS_TRIALS_OF_SEARCH };

extern const ts_setting ts_options_one_source[]; /* --candles FILE, --store, --symbol, ... */
extern const ts_setting ts_options_sources[];    /* --candles FILE..., --store, --symbols, ... */
extern const ts_setting ts_options_recall[];     /* what stored results need to be made again */
extern const ts_setting ts_options_window[];     /* --from, --to */
extern const ts_setting ts_options_simulation[]; /* --fill, --fee, ... */
extern const ts_setting ts_options_engine[];     /* --backend, --threads */
extern const ts_setting ts_options_opencl[];     /* --device, --opencl-library */
extern const ts_setting ts_options_one_strategy[];
extern const ts_setting ts_options_search[];

/* The simulation asked for, on candles of an interval. */
ts_simulation ts_options_simulate(const ts_options *options, int64_t interval_ms);

/* The engine asked for; threads not given: all cores this process may use. */
ts_engine *ts_options_engine_new(const ts_options *options, ts_error *error);

/* The same for one of several ranks of a machine, which share its devices out unless one was named. */
ts_engine *ts_options_engine_of_rank(const ts_options *options, int threads, int local_rank, ts_error *error);

/* The search asked for: the preset with what was said changed. Checked. */
int ts_options_search_settings(const ts_options *options, ts_search_settings *settings, ts_error *error);

/* The one series of backtest and series. */
int ts_options_load(const ts_options *options, ts_series *series, ts_error *error);

#endif
