/* A discovery: every strategy chosen searched on every series chosen, series by series, so that one is in memory at a
 * time. What cannot be searched (a series too short, a damaged file) is skipped, told and counted. */
#ifndef TS_SERVICES_TRADESTREAM_DISCOVERY_H
#define TS_SERVICES_TRADESTREAM_DISCOVERY_H

#include "host/report/leaderboard.h"
#include "host/study/study.h"
#include "services/tradestream/discover_sources.h"
#include "services/tradestream/strategy_choice.h"

/* One series as it was loaded. */
typedef struct ts_loaded {
    char symbol[TS_SYMBOL_TEXT], exchange[32];
    int64_t interval_ms, first_ms, last_ms;
    size_t bars;       /* loaded; 0 when it could not be */
    ts_gaps gaps;      /* as they are in the source, also when they were filled */
    ts_strbuf candles; /* the file's name as a word of a command; empty: from the store */
    char skipped[256]; /* why; empty when it was not */
} ts_loaded;

/* One strategy searched on one series. */
typedef struct ts_outcome {
    const ts_strategy *strategy;
    const ts_loaded *loaded;
    ts_origin origin;
    ts_study study;
    double seconds;
    char skipped[256];
} ts_outcome;

typedef struct ts_discovery {
    const ts_options *options;
    ts_search_settings search;
    ts_walk_forward walk_forward; /* train_ms 0: none */
    ts_choice choice;
    ts_sources sources;
    ts_engine *engine;
    ts_loaded *loaded;   /* one a source */
    ts_outcome *outcome; /* sources x strategies, in that order */
    size_t outcomes, skipped;
    ts_result *result; /* all winners, the best first */
    size_t results;
    uint64_t trials; /* that one winner is chosen from: see ts_luck */
    ts_run_totals totals;
    double folds;              /* train windows of the series under way; 1 without walk-forward */
    double planned, done;      /* genomes: of all outcomes, of those that are behind */
    double started, searching; /* seconds: when it began; spent in searches */
    int (*finished)(void *context, const struct ts_discovery *discovery, const ts_outcome *outcome, ts_error *error);
    void *context; /* `finished` is told of every outcome that was searched */
} ts_discovery;

/* Everything that can be refused before any candle is read. */
int ts_discovery_init(ts_discovery *discovery, const ts_options *options, ts_error *error);

/* Search it all. TS_BAD_DATA when everything was skipped. */
int ts_discovery_run(ts_discovery *discovery, ts_error *error);
void ts_discovery_clear(ts_discovery *discovery);

/* The winner number `index` of an outcome. */
ts_result ts_outcome_result(const ts_discovery *discovery, const ts_outcome *outcome, size_t index);

#endif
