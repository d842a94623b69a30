/* Batches of trials on their way to the evaluator, and what is kept of the results: the best few with all their
 * metrics, counts, and the moments of the Sharpe ratios. Results are taken in the order asked, never in the order
 * computed. */
#include "host/search/trials.h"

#include "common/memory.h"
#include "host/search/diversity.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Large enough to share rows well, small enough that the progress is seen to move. */
enum { BATCH = 8192 };

static uint64_t stream_key(const ts_search_settings *settings, const ts_search_task *task)
{
    char text[256], digits[TS_FINGERPRINT_TEXT];
    int length = snprintf(text, sizeof text, "%" PRIu64 "\n%s\n%s\n%" PRId64 "\n%" PRId64, settings->seed,
                          task->strategy->name, task->symbol, task->start_ms, task->end_ms);
    ts_fingerprint_of(text, (size_t)length, digits);
    digits[16] = '\0';
    return strtoull(digits, NULL, 16);
}

int ts_trials_init(ts_trials *trials, const ts_search_settings *settings, const ts_search_task *task,
                   const ts_evaluator *evaluator, bool remember, ts_search_result *result, ts_error *error)
{
    *trials = (ts_trials){.settings = settings,
                          .evaluator = evaluator,
                          .strategy = task->strategy,
                          .result = result,
                          .key = stream_key(settings, task),
                          .left = settings->evaluations,
                          .batch = settings->batch ? settings->batch : BATCH};
    trials->asked = ts_alloc(trials->batch, sizeof *trials->asked);
    trials->metrics = ts_alloc(trials->batch, sizeof *trials->metrics);
    trials->score = ts_grow(NULL, trials->batch, sizeof *trials->score);
    trials->room = trials->batch;
    result->top = ts_alloc(settings->top + 1, sizeof *result->top);
    bool whole = trials->asked && trials->metrics && trials->score && result->top;
    if (settings->also.count) {
        trials->archive = ts_archive_new(settings);
        whole = whole && trials->archive;
    }
    if (remember) {
        trials->memory = ts_memory_new();
        trials->trial = ts_alloc(trials->batch, sizeof(ts_trial *));
        whole = whole && trials->memory && trials->trial;
    }
    return whole ? 0 : ts_no_memory(error, "a search");
}

void ts_trials_clear(ts_trials *trials)
{
    ts_memory_free(trials->memory);
    ts_archive_free(trials->archive);
    free(trials->asked);
    free(trials->trial);
    free(trials->metrics);
    free(trials->score);
    *trials = (ts_trials){0};
}

/* Into the front, or the best few. */
static int keep(ts_trials *trials, const ts_candidate *candidate, ts_error *error)
{
    if (trials->archive) return ts_archive_show(trials->archive, candidate, error);
    ts_search_result *result = trials->result;
    const ts_objective *objective = &trials->settings->objective;
    size_t at = result->top_count;
    while (at > 0 && ts_objective_compare(objective, &candidate->standing, &candidate->genome,
                                          &result->top[at - 1].standing, &result->top[at - 1].genome) < 0)
        at--;
    if (at >= trials->settings->top) return 0;
    memmove(&result->top[at + 1], &result->top[at], (result->top_count - at) * sizeof *result->top);
    result->top[at] = *candidate;
    if (result->top_count < trials->settings->top) result->top_count++;
    return 0;
}

/* Welford's update of the Sharpe ratios of the genomes that traded. */
static void count_sharpe(ts_trials *trials, const ts_metrics *metrics)
{
    double sharpe = metrics->value[TS_METRIC_sharpe];
    if (!(metrics->value[TS_METRIC_trades] > 0) || isnan(sharpe)) return;
    ts_trial_moments *moments = &trials->result->sharpe;
    moments->count++;
    double deviation = sharpe - moments->mean;
    moments->mean += deviation / (double)moments->count;
    trials->sharpe_squares += deviation * (sharpe - moments->mean);
    moments->variance = moments->count > 1 ? trials->sharpe_squares / (double)(moments->count - 1) : 0;
}

static int add_score(ts_trials *trials, double score, ts_error *error)
{
    if (trials->scores == trials->room) {
        double *more = ts_grow(trials->score, trials->room * 2, sizeof *more);
        if (!more) return ts_no_memory(error, "the scores of a generation");
        trials->score = more;
        trials->room *= 2;
    }
    trials->score[trials->scores++] = score;
    return 0;
}

int ts_trials_flush(ts_trials *trials, ts_error *error)
{
    size_t count = trials->waiting;
    const ts_search_settings *settings = trials->settings;
    ts_search_result *result = trials->result;
    trials->waiting = 0;
    if (count == 0) return 0;
    if (trials->evaluator->evaluate(trials->evaluator->context, trials->asked, count, trials->metrics, error))
        return -1;
    for (size_t i = 0; i < count; i++) {
        const ts_metrics *metrics = &trials->metrics[i];
        ts_standing standing = ts_objectives_stand(&settings->objective, &settings->also, metrics);
        if (trials->trial) trials->trial[i]->standing = standing;
        count_sharpe(trials, metrics);
        result->profitable += metrics->value[TS_METRIC_total_return] > 0;
        if (!standing.feasible) continue;
        result->feasible++;
        if (keep(trials, &(ts_candidate){trials->asked[i], standing, *metrics}, error) ||
            add_score(trials, standing.score, error))
            return -1;
    }
    result->evaluations += count;
    return 0;
}

int ts_trials_ask(ts_trials *trials, const ts_genome *genome, ts_error *error)
{
    trials->asked[trials->waiting++] = *genome;
    trials->left--;
    return trials->waiting == trials->batch ? ts_trials_flush(trials, error) : 0;
}

int ts_trials_look(ts_trials *trials, const ts_genome *genome, ts_trial **trial, ts_error *error)
{
    *trial = ts_memory_find(trials->memory, genome);
    if (*trial || trials->left == 0) return 0;
    *trial = ts_memory_add(trials->memory, genome);
    if (!*trial) return ts_no_memory(error, "the genomes of a search");
    trials->trial[trials->waiting] = *trial;
    return ts_trials_ask(trials, genome, error);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *value, size_t count)
{
    if (count == 0) return NAN;
    qsort(value, count, sizeof *value, by_value);
    return (value[(count - 1) / 2] + value[count / 2]) / 2;
}

static double best_score(const ts_trials *trials)
{
    if (trials->archive) return ts_archive_best(trials->archive);
    return trials->result->top_count ? trials->result->top[0].standing.score : NAN;
}

int ts_trials_step(ts_trials *trials, ts_trial *const *population, size_t count, ts_error *error)
{
    ts_search_result *result = trials->result;
    if (ts_trials_flush(trials, error)) return -1;
    if (population) trials->scores = 0;
    for (size_t i = 0; i < count; i++)
        if (population[i] && population[i]->standing.feasible &&
            add_score(trials, population[i]->standing.score, error))
            return -1;
    if ((result->steps & (result->steps - 1)) == 0) { /* room for 1, 2, 4, 8... */
        ts_search_step *more = ts_grow(result->step, result->steps ? result->steps * 2 : 1, sizeof *more);
        if (!more) return ts_no_memory(error, "the steps of a search");
        result->step = more;
    }
    result->step[result->steps++] = (ts_search_step){.evaluations = result->evaluations,
                                                     .best = best_score(trials),
                                                     .feasible = trials->scores,
                                                     .median = median(trials->score, trials->scores),
                                                     .diversity = ts_diversity(trials->strategy, population, count)};
    trials->scores = 0;
    return 0;
}

int ts_trials_end(ts_trials *trials, ts_error *error)
{
    return trials->archive ? ts_archive_take(trials->archive, trials->result, error) : 0;
}
