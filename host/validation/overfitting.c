/* Two passes over the trials: who is best in each half, then how many trials do worse than the other half's best. Each
 * job has halves of its own and takes all trials in order, so that the number of threads changes nothing. */
#include "host/validation/overfitting.h"

#include "common/memory.h"
#include "host/metrics/power.h"
#include "host/validation/halves.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct measure {
    const ts_trial_blocks *trials;
    const ts_cpu_kernels *kernels;
    ts_halves_plan plan;
    size_t jobs;
    ts_half_sums *sums; /* by job */
    bool ranking;       /* the second pass */
    /* TS_HALVES places after TS_HALVES places, the two parts of each in turn: */
    double *score; /* of the best trial; in the second pass of the trial to be ranked */
    double *outdone;
    double *best;    /* by place: the number of the best trial, -1: none */
    uint32_t *empty; /* by place: trials without a position */
} measure;

/* Compare a group of trials, the first of them `first`, over the halves of one unit. */
static void compare(measure *m, const ts_half_sums *sums, size_t number, size_t first, size_t count)
{
    const ts_half_unit *unit = &m->plan.unit[number];
    for (size_t h = 0; h < unit->highers; h++) {
        size_t high = (unit->higher + h) * TS_HALF_STRIDE, place = unit->first + h * TS_HALVES;
        ts_halves call = {.low = sums->low + number * TS_HALF_STRIDE * 2 * TS_HALVES,
                          .most = {sums->most[0] + number * TS_HALF_STRIDE, sums->most[1] + number * TS_HALF_STRIDE},
                          .halves = unit->lowers,
                          .high = {sums->high[0] + high, sums->high[1] + high},
                          .trials = count,
                          .first_trial = first};
        double(*score)[TS_HALVES] = (double(*)[TS_HALVES])(m->score + 2 * place);
        double(*outdone)[TS_HALVES] = (double(*)[TS_HALVES])(m->outdone + 2 * place);
        if (m->ranking) m->kernels->outdone(&call, (const double(*)[TS_HALVES])score, outdone);
        else m->kernels->best(&call, score, m->best + place);
    }
}

/* All trials over every jobs-th unit. */
static void pass_job(void *context, int worker, size_t job)
{
    measure *m = context;
    (void)worker;
    const ts_trial_blocks *trials = m->trials;
    const ts_half_filling filling = {&m->plan, m->kernels, job, m->jobs, !m->ranking};
    for (size_t first = 0; first < trials->trials; first += TS_HALF_GROUP) {
        size_t count = trials->trials - first < TS_HALF_GROUP ? trials->trials - first : TS_HALF_GROUP;
        size_t from = first * (size_t)trials->blocks;
        ts_half_sums_fill(&filling, &m->sums[job], trials->returns + from, trials->squares + from, count);
        for (size_t unit = job; unit < m->plan.units; unit += m->jobs) compare(m, &m->sums[job], unit, first, count);
    }
}

static void pass(measure *m, ts_threads *threads)
{
    if (threads) ts_threads_run(threads, m->jobs, pass_job, m);
    else pass_job(m, 0, 0);
}

/* Where the first part of a place's score stands; the second is TS_HALVES further. */
static size_t part_of(size_t place) { return place / TS_HALVES * 2 * TS_HALVES + place % TS_HALVES; }

static unsigned other_half(const measure *m, size_t place)
{
    return ((1u << m->plan.blocks) - 1) ^ m->plan.half[place];
}

/* The trial that won in the half opposite to a place, -1: none. */
static ptrdiff_t winner_against(const measure *m, size_t place)
{
    return (ptrdiff_t)m->best[m->plan.place[other_half(m, place)]];
}

static double sum_over(const measure *m, const double *blocks, ptrdiff_t trial, unsigned half)
{
    return ts_half_sum(&m->plan, blocks + (size_t)trial * (size_t)m->trials->blocks, half);
}

/* After the first pass: each place gets the score there of the trial that won in the other half. */
static void set_winners(measure *m)
{
    for (size_t place = 0; place < m->plan.places; place++) {
        ptrdiff_t winner = m->plan.half[place] == TS_NO_HALF ? -1 : winner_against(m, place);
        double *score = m->score + part_of(place);
        score[0] = score[TS_HALVES] = 0;
        if (winner < 0) continue;
        double sum = sum_over(m, m->trials->returns, winner, m->plan.half[place]);
        score[0] = sum * fabs(sum);
        score[TS_HALVES] = sum_over(m, m->trials->squares, winner, m->plan.half[place]);
    }
    m->ranking = true;
}

/* Count for each half the trials that have no position in it. */
static int count_empty(measure *m, ts_error *error)
{
    const ts_trial_blocks *trials = m->trials;
    uint32_t *with = ts_alloc((size_t)1 << trials->blocks, sizeof *with); /* trials by the blocks they traded in */
    if (!with) return ts_no_memory(error, "the blocks in which trials had positions");
    for (size_t t = 0; t < trials->trials; t++) {
        unsigned set = 0;
        for (int b = 0; b < trials->blocks; b++)
            set |= (unsigned)(trials->squares[t * (size_t)trials->blocks + (size_t)b] > 0) << b;
        with[set]++;
    }
    for (unsigned set = 0; set < 1u << trials->blocks; set++) {
        if (!with[set] || __builtin_popcount(set) > trials->blocks / 2) continue;
        for (size_t place = 0; place < m->plan.places; place++)
            m->empty[place] += m->plan.half[place] & set ? 0 : with[set];
    }
    free(with);
    return 0;
}

/* Twice the rank among all trials of the trial ranked at this place: the middle of the ranks of its equals. */
static double twice_rank(const measure *m, size_t place)
{
    size_t at = part_of(place);
    double less = m->outdone[at], at_most = m->outdone[at + TS_HALVES], empty = m->empty[place];
    if (m->score[at + TS_HALVES] > 0) less += empty;
    else less = 0, at_most = empty;
    return less + at_most + 1;
}

static double half_sharpe(const measure *m, ptrdiff_t trial, unsigned half)
{
    double n = 0, sum = sum_over(m, m->trials->returns, trial, half);
    for (unsigned set = half; set; set &= set - 1) n += (double)m->trials->bars[__builtin_ctz(set)];
    double square = sum_over(m, m->trials->squares, trial, half) - sum * sum / n;
    return n > 1 && square > 0 ? sum / n / sqrt(square / (n - 1)) : NAN;
}

/* The slope of y on x over the pairs of which both are defined. */
static double slope_of(const double (*pair)[2], size_t count)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(pair[i][0] + pair[i][1])) n++, x += pair[i][0], y += pair[i][1];
    for (size_t i = 0; i < count; i++) {
        if (isnan(pair[i][0] + pair[i][1])) continue;
        double off = pair[i][0] - x / n;
        xx += off * off;
        xy += off * (pair[i][1] - y / n);
    }
    return xx > 0 ? xy / xx : NAN;
}

/* The logit of the winner that stands at this place among `winners[]` counted by twice their rank. */
static double logit_at(const uint32_t *winners, size_t place, double trials)
{
    size_t twice = 0;
    for (size_t seen = winners[0]; seen <= place; seen += winners[twice]) twice++;
    return ts_log((double)twice / (2 * (trials + 1) - (double)twice));
}

static int summarise(const measure *m, ts_overfitting *result, ts_error *error)
{
    double trials = (double)m->trials->trials;
    double(*sharpe)[2] = ts_alloc(m->plan.places, sizeof *sharpe);
    uint32_t *winners = ts_alloc(m->trials->trials + 1, 2 * sizeof *winners); /* by twice their rank */
    size_t count = 0, behind = 0, losses = 0;
    int status = winners && sharpe ? 0 : ts_no_memory(error, "the ranks of winners");
    for (size_t place = 0; place < m->plan.places && !status; place++) {
        if (m->plan.half[place] == TS_NO_HALF) continue;
        ptrdiff_t winner = winner_against(m, place);
        if (winner < 0) continue;
        double twice = twice_rank(m, place);
        winners[(size_t)twice]++;
        behind += twice <= trials + 1;
        losses += m->score[part_of(place)] < 0;
        sharpe[count][0] = half_sharpe(m, winner, other_half(m, place));
        sharpe[count++][1] = half_sharpe(m, winner, m->plan.half[place]);
    }
    if (count) {
        result->combinations = count;
        result->probability = (double)behind / (double)count;
        result->median_logit = (logit_at(winners, (count - 1) / 2, trials) + logit_at(winners, count / 2, trials)) / 2;
        result->loss = (double)losses / (double)count;
        result->slope = slope_of((const double(*)[2])sharpe, count);
    }
    free(winners);
    free(sharpe);
    return status;
}

static int check(const ts_trial_blocks *trials, ts_error *error)
{
    size_t blocks = (size_t)trials->blocks;
    for (size_t i = 0; i < trials->trials * blocks; i++) {
        double sum = trials->returns[i], squares = trials->squares[i];
        if (isfinite(sum) && isfinite(squares) && (squares > 0 || (squares == 0 && sum == 0))) continue;
        return ts_fail(
            error, TS_BAD_DATA,
            "trial %zu, block %zu: a sum of returns of %g with a sum of squares of %g: expected finite sums, "
            "of squares above 0, or both 0",
            i / blocks + 1, i % blocks + 1, sum, squares);
    }
    return 0;
}

static int prepare(measure *m, ts_threads *threads, ts_error *error)
{
    if (ts_halves_plan_init(&m->plan, m->trials->blocks, error) || check(m->trials, error)) return -1;
    size_t places = m->plan.places, workers = threads ? (size_t)ts_threads_count(threads) : 1;
    m->jobs = workers < m->plan.units ? workers : m->plan.units;
    m->sums = ts_alloc(m->jobs, sizeof *m->sums);
    m->score = ts_alloc(places, 2 * sizeof *m->score);
    m->outdone = ts_alloc(places, 2 * sizeof *m->outdone);
    m->best = ts_alloc(places, sizeof *m->best);
    m->empty = ts_alloc(places, sizeof *m->empty);
    if (!m->sums || !m->score || !m->outdone || !m->best || !m->empty)
        return ts_no_memory(error, "the best trials of halves");
    for (size_t job = 0; job < m->jobs; job++)
        if (ts_half_sums_init(&m->sums[job], error)) return -1;
    for (size_t place = 0; place < places; place++) {
        m->best[place] = -1;
        m->score[part_of(place)] = -1; /* with squares of 0: every trial with a position is better */
    }
    return count_empty(m, error);
}

static void release(measure *m)
{
    ts_halves_plan_clear(&m->plan);
    for (size_t job = 0; m->sums && job < m->jobs; job++) ts_half_sums_clear(&m->sums[job]);
    free(m->sums), free(m->score), free(m->outdone), free(m->best), free(m->empty);
}

int ts_overfitting_measure(const ts_trial_blocks *trials, const ts_cpu_kernels *kernels, ts_threads *threads,
                           ts_overfitting *result, ts_error *error)
{
    measure m = {.trials = trials, .kernels = kernels};
    *result = (ts_overfitting){0, NAN, NAN, NAN, NAN};
    int status = prepare(&m, threads, error);
    if (!status && trials->trials >= 2) {
        pass(&m, threads);
        set_winners(&m);
        pass(&m, threads);
        status = summarise(&m, result, error);
    }
    release(&m);
    return status;
}
