#include "services/tradestream/validator.h"

#include "common/log.h"
#include "common/memory.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#define AT(field) offsetof(ts_options, field)

static const double stresses[] = {0, 1, 2, 5};

const ts_setting ts_options_validation[] = {
    {"min-trades", TS_SETTING_INT, AT(min_trades), "30", 0, 1e9, NULL, "N", "fewer: INSUFFICIENT_DATA"},
    {"min-dsr", TS_SETTING_REAL, AT(min_dsr), "0.95", 0, 1, NULL, "P",
     "deflated Sharpe ratio: probability that it beats the luckiest of the run's trials"},
    {"max-pbo", TS_SETTING_REAL, AT(max_pbo), "0.5", 0, 1, NULL, "P", "probability of backtest overfitting"},
    {"min-plateau", TS_SETTING_REAL, AT(min_plateau), "0.5", 0, 1, NULL, "X",
     "median score one step away, as a share of its own"},
    {"min-periods", TS_SETTING_REAL, AT(min_periods), "0.5", 0, 1, NULL, "X", "share of the periods that earn"},
    {"periods", TS_SETTING_INT, AT(periods), "8", 1, TS_PERIODS_MOST, NULL, "N",
     "that the window is cut into; a walk-forward has its test windows"},
    {"stress", TS_SETTING_CHOICE, AT(stress), "2", 0, 0, "0|1|2|5", NULL,
     "multiple of the costs at which it must still earn"},
    {"benchmark", TS_SETTING_CHOICE, AT(benchmark), "buy_hold", 0, 0, "none|buy_hold", NULL, "what it must beat"},
    {"confidence", TS_SETTING_REAL, AT(confidence), "0.9", 0.5, 0.999, NULL, "P", "of the bootstrap's intervals"},
    {"resamples", TS_SETTING_INT, AT(resamples), "1000", 2, TS_MOST_RESAMPLES, NULL, "N", "of the bootstrap"},
    {"seed", TS_SETTING_INT, AT(seed), "1", 0, INFINITY, NULL, "N", "of the bootstrap"},
    {"top", TS_SETTING_INT, AT(top), "1000000", 1, 1e6, NULL, "N", "examine the first N results only"},
    {0}};

static ts_examination_settings settings_of(const ts_options *options)
{
    return (ts_examination_settings){.min_trades = (double)options->min_trades,
                                     .min_deflated_sharpe = options->min_dsr,
                                     .max_overfitting = options->max_pbo,
                                     .min_plateau = options->min_plateau,
                                     .min_periods = options->min_periods,
                                     .stress = stresses[options->stress],
                                     .benchmark = options->benchmark == 1,
                                     .periods = (size_t)options->periods,
                                     .bootstrap = {.resamples = (size_t)options->resamples,
                                                   .confidence = options->confidence,
                                                   .key = (uint64_t)options->seed}};
}

int ts_validator_open(ts_validator *v, const char *path, const ts_options *options, ts_error *error)
{
    *v = (ts_validator){.options = options, .settings = settings_of(options)};
    if (ts_recall_open(&v->recall, options, error) || ts_stored_file_read(path, &v->file, error) ||
        !(v->engine = ts_options_engine_new(options, error)) || !(v->order = ts_recall_order(&v->file, error)))
        goto fail;
    v->count = v->file.count < (size_t)options->top ? v->file.count : (size_t)options->top;
    v->found = ts_alloc(v->count, sizeof *v->found);
    if (v->found) return 0;
    ts_no_memory(error, "the examinations");
fail:
    ts_validator_close(v);
    return -1;
}

void ts_validator_close(ts_validator *v)
{
    for (size_t i = 0; v->found && i < v->count; i++) ts_examination_clear(&v->found[i]);
    free(v->found);
    free(v->order);
    ts_engine_free(v->engine);
    ts_recall_close(&v->recall);
    ts_stored_file_clear(&v->file);
}

/* The test windows of a walk-forward, or the one window that was searched. The caller's to free. */
static ts_segment *segments_of(const ts_stored_result *result, const ts_recalled *recalled, size_t *count,
                               ts_error *error)
{
    *count = result->folds ? result->folds : 1;
    ts_segment *segment = ts_alloc(*count, sizeof *segment);
    if (!segment) {
        ts_no_memory(error, "the windows");
        return NULL;
    }
    segment[0] = (ts_segment){result->start_ms, result->end_ms, recalled->genome, true};
    for (size_t i = 0; i < result->folds; i++) {
        const ts_stored_fold *fold = &result->fold[i];
        segment[i] = (ts_segment){.from_ms = fold->when.test_from_ms, .to_ms = fold->when.test_to_ms};
        segment[i].traded = fold->chosen;
        if (!fold->chosen) continue;
        if (ts_stored_genome(&fold->parameters, &recalled->strategy, &segment[i].genome, error)) {
            free(segment);
            return NULL;
        }
    }
    return segment;
}

/* Where the genome that is handed on was found: the window, or the last train window that found one. */
static void set_search(ts_subject *subject, const ts_stored_result *result)
{
    subject->searched_from_ms = result->start_ms;
    subject->searched_to_ms = result->end_ms;
    subject->score = result->score;
    for (size_t i = 0; i < result->folds; i++) {
        if (!result->fold[i].chosen) continue;
        subject->searched_from_ms = result->fold[i].when.train_from_ms;
        subject->searched_to_ms = result->fold[i].when.train_to_ms;
        subject->score = result->fold[i].score;
    }
}

static int examine(ts_validator *v, const ts_stored_result *result, ts_examination *found, ts_error *error)
{
    ts_recalled recalled;
    if (ts_recall_result(&v->recall, result, &recalled, error)) return -1;
    ts_subject subject = {.market = recalled.market,
                          .strategy = &recalled.strategy,
                          .genome = recalled.genome,
                          .objective = result->objective,
                          .trials = result->counted ? (double)result->luck.run_trials : 1,
                          .spread = result->counted ? result->luck.spread : NAN,
                          .overfitting = result->counted ? result->luck.overfitting : NAN};
    subject.objective.max_drawdown = 1;
    subject.objective.min_trades = 1;
    if (!result->searched && ts_objective_parse("sharpe", &subject.objective, error)) return -1;
    ts_segment *segment = segments_of(result, &recalled, &subject.segments, error);
    if (!segment) return -1;
    subject.segment = segment;
    set_search(&subject, result);
    if (!result->searched) subject.score = result->metrics.value[TS_METRIC_sharpe];
    int status = ts_examine(v->engine, &subject, &v->settings, found, error);
    free(segment);
    return status;
}

int ts_validator_run(ts_validator *v, ts_error *error)
{
    size_t done = 0, approved = 0;
    for (size_t i = 0; i < v->file.count; i++) {
        const ts_stored_result *result = v->order[i];
        size_t at = (size_t)(result - v->file.result);
        if (at >= v->count) continue;
        if (examine(v, result, &v->found[at], error)) return ts_stored_file_context(&v->file, result, error);
        done++;
        approved += v->found[at].verdict == TS_APPROVED;
        ts_progress(done == v->count, "%zu of %zu results examined, %zu approved; %s %s", done, v->count, approved,
                    result->symbol, result->strategy);
    }
    return 0;
}
