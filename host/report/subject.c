#include "host/report/subject.h"

#include "common/memory.h"

#include <math.h>
#include <stdlib.h>

/* A walk-forward trades each test window with what its train window found; the last train window that found something
 * is where the genome comes from. */
static int walked(const ts_stored_result *result, ts_segment *segment, ts_subject *subject, ts_error *error)
{
    for (size_t i = 0; i < result->folds; i++) {
        const ts_stored_fold *fold = &result->fold[i];
        segment[i] =
            (ts_segment){.from_ms = fold->when.test_from_ms, .to_ms = fold->when.test_to_ms, .traded = fold->chosen};
        if (!fold->chosen) continue;
        if (ts_stored_genome(&fold->parameters, subject->strategy, &segment[i].genome, error))
            return ts_error_context(error, "walk_forward: folds[%zu]", i);
        subject->searched_from_ms = fold->when.train_from_ms;
        subject->searched_to_ms = fold->when.train_to_ms;
        subject->score = fold->score;
    }
    return 0;
}

int ts_subject_of(const ts_stored_result *result, const ts_market *market, const ts_strategy *strategy,
                  ts_subject *subject, ts_error *error)
{
    *subject = (ts_subject){.market = market,
                            .strategy = strategy,
                            .segments = result->folds ? result->folds : 1,
                            .searched_from_ms = result->start_ms,
                            .searched_to_ms = result->end_ms,
                            .score = result->searched ? result->score : result->metrics.value[TS_METRIC_sharpe],
                            .objective = result->objective,
                            .trials = result->counted ? (double)result->luck.run_trials : 1,
                            .spread = result->counted ? result->luck.spread : NAN,
                            .overfitting = result->counted ? result->luck.overfitting : NAN};
    subject->objective.min_trades = 1;
    subject->objective.max_drawdown = 1;
    if (!result->searched && ts_objective_parse("sharpe", &subject->objective, error)) return -1;
    if (ts_stored_genome(&result->parameters, strategy, &subject->genome, error)) return -1;
    ts_segment *segment = ts_alloc(subject->segments, sizeof *segment);
    if (!segment) return ts_no_memory(error, "the windows of a result");
    subject->segment = segment;
    segment[0] = (ts_segment){result->start_ms, result->end_ms, subject->genome, true};
    if (!result->folds || !walked(result, segment, subject, error)) return 0;
    ts_subject_clear(subject);
    return -1;
}

void ts_subject_clear(ts_subject *subject)
{
    free((void *)subject->segment);
    subject->segment = NULL;
}
