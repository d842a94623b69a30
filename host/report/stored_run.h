/* run.json read back: what a report says of the run itself. */
#ifndef TS_HOST_STORED_RUN_H
#define TS_HOST_STORED_RUN_H

#include "common/json.h"
#include "common/symbol.h"
#include "host/metrics/objective.h"

/* The texts are borrowed from the document and never NULL. */
typedef struct ts_stored_step {
    double evaluations, best, median, diversity;
} ts_stored_step;

typedef struct ts_stored_search {
    const char *symbol, *strategy, *kind;
    const char *skipped; /* "": it was not */
    uint64_t evaluations, feasible, profitable;
    ts_stored_step *step;
    size_t steps;
} ts_stored_search;

typedef struct ts_stored_series {
    const char *symbol, *candles, *interval, *first, *last, *skipped, *longest_after;
    uint64_t bars, gaps, missing, longest, zero_volume;
} ts_stored_series;

typedef struct ts_stored_run {
    json_t *document; /* NULL: there is none, and `absent` says why */
    char absent[512];
    const char *command, *engine_version, *commit, *finished, *backend, *cpu, *objective;
    double seconds, search_seconds, genome_bars_per_s, min_trades, max_drawdown;
    uint64_t threads, evaluations, genome_bars, seed, results;
    ts_stored_series *one_series;
    size_t series;
    ts_stored_search *search;
    size_t searches;
} ts_stored_run;

/* Read a file; one that is not there is no error. TS_BAD_DATA names the file, the member and what was expected. Freed
 * with ts_stored_run_clear. */
int ts_stored_run_read(const char *path, ts_stored_run *run, ts_error *error);
void ts_stored_run_clear(ts_stored_run *run);

/* The search of a strategy on a symbol, NULL when there is none. */
const ts_stored_search *ts_stored_run_find(const ts_stored_run *run, const char *symbol, const char *strategy);

/* Genomes of all searches whose net return was positive. */
uint64_t ts_stored_run_profitable(const ts_stored_run *run);

#endif
