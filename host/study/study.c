#include "host/study/study_internal.h"

#include "common/memory.h"
#include "host/metrics/curve.h"
#include "host/search/together.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Genome-bars of one call of the engine: so many that rows are shared well, so few that the progress is seen to move.
 */
static const double batch_genome_bars = 2e9;
enum { BATCH_MIN = 256, BATCH_MAX = 8192 };

static void course_clear(ts_course *c)
{
    for (size_t i = 0; c->when && c->window && i < c->windows; i++) ts_market_free(c->window[i]);
    for (size_t i = 0; c->book && i < c->windows; i++) ts_trial_book_free(c->book[i]);
    free(c->book);
    free(c->window);
    free(c->when);
    free(c->walks);
    free(c->listed);
    free(c->place);
    free(c->genomes);
}

static int64_t end_of(const ts_market *market)
{
    return ts_market_time(market, ts_market_first(market) + ts_market_bars(market) - 1) + 1;
}

/* Windows of a walk-forward; the last bar ends an interval after its time. */
static int open_folds(ts_course *c, ts_error *error)
{
    const ts_market *market = c->task->market;
    int64_t from = ts_market_time(market, ts_market_first(market)), to = end_of(market) - 1 + c->interval_ms;
    if (ts_walk_forward_windows(c->settings->walk_forward, from, to, TS_TOGETHER_MAX, &c->when, &c->windows, error))
        return -1;
    c->window = ts_alloc(c->windows, sizeof *c->window);
    if (!c->window) return ts_no_memory(error, "the windows");
    for (size_t i = 0; i < c->windows; i++) {
        c->window[i] = ts_market_window(market, c->when[i].train_from_ms, c->when[i].train_to_ms, 1, error);
        if (!c->window[i]) return ts_error_context(error, "train window %zu", i + 1);
    }
    return 0;
}

/* Windows of the caller's, with a book each. */
static int open_windows(ts_course *c, ts_market *const *windows, size_t count, ts_error *error)
{
    c->windows = count;
    c->window = ts_alloc(count, sizeof *c->window);
    c->book = ts_alloc(count, sizeof *c->book);
    if (!c->window || !c->book) return ts_no_memory(error, "the windows");
    memcpy(c->window, windows, count * sizeof *windows);
    for (size_t i = 0; i < count && c->settings->blocks; i++)
        if (ts_trial_book_new(windows[i], c->settings->blocks, &c->book[i], error)) return -1;
    return 0;
}

static int make_room(ts_course *c, ts_error *error)
{
    size_t walks = c->book ? c->windows * (1 + TS_BLOCKS_MOST) : c->windows;
    c->walks = ts_alloc(walks, sizeof *c->walks);
    return c->walks ? 0 : ts_no_memory(error, "the windows");
}

static int run_searches(ts_course *c, ts_search_result *results, ts_error *error)
{
    ts_search_settings settings = c->settings->search;
    double batch = batch_genome_bars / (double)ts_market_bars(c->task->market);
    settings.batch = batch < BATCH_MIN ? BATCH_MIN : batch > BATCH_MAX ? BATCH_MAX : (size_t)batch;
    if (c->when) settings.top = 1;
    ts_search_task *tasks = ts_alloc(c->windows, sizeof *tasks);
    if (!tasks) return ts_no_memory(error, "the windows");
    for (size_t i = 0; i < c->windows; i++)
        tasks[i] = (ts_search_task){c->task->strategy, c->task->symbol,
                                    ts_market_time(c->window[i], ts_market_first(c->window[i])),
                                    end_of(c->window[i]) - 1 + c->interval_ms};
    const ts_answerer answerer = {ts_course_answer, c};
    int status = ts_search_together(&settings, tasks, c->windows, &answerer, results, error);
    free(tasks);
    return status;
}

/* Nothing was long enough to be traded at all. */
static int check_warmup(const ts_course *c, ts_error *error)
{
    double loaded = (double)(ts_market_first(c->task->market) + ts_market_bars(c->task->market));
    if (c->least_warmup < loaded) return 0;
    return ts_fail(error, TS_BAD_DATA, "the warm-up of %.0f bars is not shorter than the %.0f bars loaded",
                   c->least_warmup, loaded);
}

/* The bar returns of every winner of a window. */
static int measure_winners(const ts_course *c, const ts_market *window, ts_study *study, ts_error *error)
{
    size_t bars = ts_market_bars(window), winners = study->found.top_count;
    double *returns = ts_alloc(bars, sizeof *returns);
    study->moments = ts_alloc(winners + 1, sizeof *study->moments);
    int status = returns && study->moments ? 0 : ts_no_memory(error, "the winners' returns");
    for (size_t i = 0; !status && i < winners; i++) {
        ts_backtest backtest;
        study->moments[i] = (ts_moments){NAN, NAN, NAN, NAN};
        if (!c->settings->blocks) continue;
        status = ts_backtest_run(c->engine, window, c->task->strategy, &study->found.top[i].genome, &backtest, error);
        if (status) break;
        ts_curve_returns(backtest.equity, bars, returns);
        study->moments[i] = ts_moments_of(returns, bars);
        ts_backtest_clear(&backtest);
    }
    free(returns);
    return status;
}

static int conclude(const ts_course *c, size_t which, ts_search_result *result, ts_study *study, ts_error *error)
{
    if (ts_trial_book_close(c->book[which], c->engine, &study->trials, error)) return -1;
    study->found = *result;
    *result = (ts_search_result){0};
    return measure_winners(c, c->window[which], study, error);
}

/* Search what is open, and make of it one study a window, or one of all of a walk-forward. */
static int run(ts_course *c, ts_study *studies, ts_error *error)
{
    ts_search_result *results = ts_alloc(c->windows, sizeof *results);
    int status = results ? make_room(c, error) : ts_no_memory(error, "the searches");
    if (!status) status = run_searches(c, results, error);
    if (!status) status = check_warmup(c, error);
    if (!status && c->when) status = ts_course_test(c, results, studies, error);
    for (size_t i = 0; !status && !c->when && i < c->windows; i++)
        status = conclude(c, i, &results[i], &studies[i], error);
    for (size_t i = 0; results && i < c->windows; i++) ts_search_result_clear(&results[i]);
    free(results);
    return status;
}

static ts_course course_of(ts_engine *engine, const ts_study_settings *settings, const ts_study_task *task,
                           const ts_study_watch *watch)
{
    return (ts_course){.engine = engine,
                       .settings = settings,
                       .task = task,
                       .watch = watch,
                       .earlier = watch ? watch->earlier : (ts_reader){0},
                       .interval_ms = ts_market_interval(task->market),
                       .least_warmup = INFINITY};
}

static const ts_study nothing = {.trials = {0, NAN, NAN, NAN}};

int ts_study_run(ts_engine *engine, const ts_study_settings *settings, const ts_study_task *task,
                 const ts_study_watch *watch, ts_study *study, ts_error *error)
{
    ts_market *whole = (ts_market *)task->market;
    if (!settings->walk_forward) return ts_study_run_windows(engine, settings, task, &whole, 1, watch, study, error);
    ts_course c = course_of(engine, settings, task, watch);
    *study = nothing;
    int status = open_folds(&c, error);
    if (!status) status = run(&c, study, error);
    course_clear(&c);
    if (status) ts_study_clear(study);
    return status;
}

int ts_study_run_windows(ts_engine *engine, const ts_study_settings *settings, const ts_study_task *task,
                         ts_market *const *windows, size_t count, const ts_study_watch *watch, ts_study *studies,
                         ts_error *error)
{
    for (size_t i = 0; i < count; i++) studies[i] = nothing;
    if (!count || count > TS_STUDY_WINDOWS_MOST)
        return ts_fail(error, TS_USAGE, "%zu windows: expected 1 to %d", count, TS_STUDY_WINDOWS_MOST);
    ts_course c = course_of(engine, settings, task, watch);
    int status = open_windows(&c, windows, count, error);
    if (!status) status = run(&c, studies, error);
    course_clear(&c);
    for (size_t i = 0; status && i < count; i++) ts_study_clear(&studies[i]);
    return status;
}

void ts_study_clear(ts_study *study)
{
    ts_search_result_clear(&study->found);
    free(study->fold);
    free(study->moments);
    *study = (ts_study){0};
}

double ts_study_train_score(const ts_study *study)
{
    double sum = 0, count = 0;
    for (size_t i = 0; i < study->folds; i++)
        if (study->fold[i].chosen) sum += study->fold[i].train.standing.score, count++;
    return count > 0 ? sum / count : NAN;
}
