/* A part of an evaluation, to be computed elsewhere: some of its genomes over all of its windows. The answers of the
 * parts are put together where the question was asked; a genome's answer does not depend on its company, so the bits
 * are those of the whole. */
#ifndef TS_HOST_PART_H
#define TS_HOST_PART_H

#include "common/bytes.h"
#include "host/engine/engine.h"

/* What is evaluated at once; see ts_evaluate_walks. */
typedef struct ts_question_set {
    const ts_genome *genomes;
    size_t count;
    const ts_walks *walks;
    size_t walks_count;
} ts_question_set;

/* Windows of one market that parts have asked for, kept for those that follow. */
typedef struct ts_part_windows {
    const ts_market *market;
    ts_market **window;
    size_t count;
} ts_part_windows;
void ts_part_windows_clear(ts_part_windows *windows);

/* The genomes [from, to) of a question. */
void ts_part_put(ts_strbuf *out, const ts_question_set *whole, size_t from, size_t to);

/* Compute what ts_part_put wrote, on the same market and strategy, and append the answer. */
int ts_part_evaluate(ts_reader *in, ts_engine *engine, const ts_market *market, const ts_strategy *strategy,
                     ts_part_windows *windows, ts_strbuf *answer, ts_error *error);

/* Put the answer for the genomes [from, to) where the question wants it. */
int ts_part_take(ts_reader *answer, const ts_question_set *whole, size_t from, size_t to, ts_error *error);

#endif
