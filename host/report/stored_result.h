/* A result read back from JSON: the reverse of host/report/result.h, with everything that other programs may have
 * changed in between checked. What a later version adds is passed over. */
#ifndef TS_HOST_STORED_RESULT_H
#define TS_HOST_STORED_RESULT_H

#include "host/report/result.h"

/* Parameters as they are named; whether a strategy has them is for ts_stored_genome to say. */
typedef struct ts_stored_parameters {
    size_t count;
    struct {
        char name[48];
        double value;
    } named[TS_PARAMETERS_MAX];
} ts_stored_parameters;

/* One train window and the test window after it; of one in which training found nothing, only the times and the
 * number of genomes. */
typedef struct ts_stored_fold {
    ts_train_test when;
    bool chosen;
    ts_stored_parameters parameters;
    double score;
    ts_metrics train, test;
    uint64_t evaluations;
} ts_stored_fold;

/* Times in milliseconds; undefined numbers are NaN. The simulation's window is start_ms to end_ms. */
typedef struct ts_stored_result {
    size_t number; /* its line, or its place in an array, from 1 */
    char strategy[64], definition_hash[TS_FINGERPRINT_TEXT];
    ts_direction direction;
    ts_stored_parameters parameters;
    char exchange[32], symbol[TS_SYMBOL_TEXT], fingerprint[TS_FINGERPRINT_TEXT], engine_version[32];
    int64_t interval_ms, load_from_ms, start_ms, end_ms;
    bool synthetic, fill_gaps;
    ts_simulation simulation;
    ts_metrics metrics;
    /* of a winner; a backtest's output has none of these */
    bool searched;
    ts_objective objective; /* without its limits */
    double score;
    ts_objectives also; /* none: a search of one objective */
    double scores[TS_OBJECTIVES_MAX];
    ts_search_kind kind;
    uint64_t rank, seed, evaluations;
    char *command; /* NULL: none */
    bool counted;  /* `luck` was said */
    ts_luck luck;
    ts_walk_forward walk_forward; /* train_ms 0: none */
    double in_sample_score;
    ts_stored_fold *fold;
    size_t folds;
} ts_stored_result;

/* Read one object, whatever made it; freed with ts_stored_clear. TS_BAD_DATA names the member, what was expected and
 * what was found. */
int ts_stored_read(const json_t *object, ts_stored_result *result, ts_error *error);
void ts_stored_clear(ts_stored_result *result);

/* The genome of stored parameters. TS_BAD_DATA when one is unknown, missing, off the lattice, or `require` fails. */
int ts_stored_genome(const ts_stored_parameters *parameters, const ts_strategy *strategy, ts_genome *genome,
                     ts_error *error);

#endif
