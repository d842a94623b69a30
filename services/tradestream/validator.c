#include "services/tradestream/validator.h"

#include "common/log.h"
#include "common/memory.h"
#include "host/report/subject.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#define AT(field) offsetof(ts_options, field)

static const double stresses[] = {0, 1, 2, 5};

const ts_setting ts_options_validation[] = {
    {"min-trades", TS_SETTING_INT, AT(min_trades), "30", 0, 1e9, NULL, "N", "fewer: INSUFFICIENT_DATA"},
    {"min-dsr", TS_SETTING_REAL, AT(min_dsr), "0.95", 0, 1, NULL, "P",
     "deflated Sharpe ratio: probability that it beats the luckiest of the run's trials"},
    {"max-pbo", TS_SETTING_REAL, AT(max_pbo), "0.5", 0, 1, NULL, "P",
     "probability of backtest overfitting, where trials differ by more than chance"},
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
    {0}};

ts_examination_settings ts_options_examine(const ts_options *options)
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
    *v = (ts_validator){.options = options, .settings = ts_options_examine(options)};
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

static int examine(ts_validator *v, const ts_stored_result *result, ts_examination *found, ts_error *error)
{
    ts_recalled recalled;
    if (ts_recall_result(&v->recall, result, &recalled, error)) return -1;
    ts_subject subject;
    if (ts_subject_of(result, recalled.market, &recalled.strategy, &subject, error)) return -1;
    int status = ts_examine(v->engine, &subject, &v->settings, found, error);
    ts_subject_clear(&subject);
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
