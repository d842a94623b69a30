/* Fronts, crowding and the archive against implementations that follow the definitions word by word, on random points
 * with many ties. */
#include "common/philox.h"
#include "host/search/archive.h"
#include "host/search/front.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { POINTS = 300, ROUNDS = 60 };

/* Costs from 0 to levels - 1: the fewer levels, the more ties; 0 levels: any. */
static size_t random_points(ts_draws *draws, size_t objectives, uint32_t levels, ts_point points[POINTS])
{
    size_t count = ts_draw_below(draws, POINTS + 1);
    for (size_t i = 0; i < count; i++)
        for (size_t m = 0; m < objectives; m++)
            points[i].cost[m] = levels ? (double)ts_draw_below(draws, levels) - 2 : ts_draw_unit(draws);
    return count;
}

static bool naive_beats(const ts_point *a, const ts_point *b, size_t objectives)
{
    size_t no_worse = 0, better = 0;
    for (size_t m = 0; m < objectives; m++) no_worse += a->cost[m] <= b->cost[m], better += a->cost[m] < b->cost[m];
    return no_worse == objectives && better > 0;
}

/* Peel the fronts off one by one. */
static void naive_ranks(const ts_point *points, size_t count, size_t objectives, uint32_t *rank)
{
    for (size_t i = 0; i < count; i++) rank[i] = UINT32_MAX;
    for (size_t left = count, front = 0; left > 0; front++)
        for (size_t i = 0; i < count; i++) {
            bool beaten = false;
            for (size_t j = 0; j < count && !beaten; j++)
                beaten = rank[j] >= front && naive_beats(&points[j], &points[i], objectives);
            if (rank[i] != UINT32_MAX || beaten) continue;
            rank[i] = (uint32_t)front;
            left--;
        }
}

/* Does point i come before j in an objective? */
static bool before(const ts_point *points, size_t i, size_t j, size_t objective)
{
    double x = points[i].cost[objective], y = points[j].cost[objective];
    return x < y || (x == y && i < j);
}

/* The neighbours of a point are found among all of its front, not by sorting. */
static double naive_crowding(const ts_point *points, const uint32_t *rank, size_t count, size_t objectives, size_t of)
{
    double sum = 0;
    for (size_t m = 0; m < objectives; m++) {
        size_t lower = SIZE_MAX, upper = SIZE_MAX;
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < count; i++) {
            if (rank[i] != rank[of]) continue;
            if (points[i].cost[m] < low) low = points[i].cost[m];
            if (points[i].cost[m] > high) high = points[i].cost[m];
            if (before(points, i, of, m) && (lower == SIZE_MAX || before(points, lower, i, m))) lower = i;
            if (before(points, of, i, m) && (upper == SIZE_MAX || before(points, i, upper, m))) upper = i;
        }
        if (low == high) continue;
        if (lower == SIZE_MAX || upper == SIZE_MAX) return INFINITY;
        sum += (points[upper].cost[m] - points[lower].cost[m]) / (high - low);
    }
    return sum;
}

static void ranks_and_crowding_follow_their_definitions(void **state)
{
    (void)state;
    static ts_point points[POINTS];
    static uint32_t rank[POINTS], want[POINTS];
    static double crowding[POINTS];
    uint32_t fronts = 0;
    for (uint32_t round = 0; round < ROUNDS; round++)
        for (size_t objectives = 1; objectives <= TS_OBJECTIVES_MAX; objectives++) {
            static const uint32_t levels[] = {0, 2, 5, 30, 1};
            ts_error error = {0};
            ts_draws draws = ts_draws_at(0x66726f6e74, round, (uint32_t)objectives, 0);
            size_t count = random_points(&draws, objectives, levels[round % 5], points);
            naive_ranks(points, count, objectives, want);
            assert_int_equal(ts_front_ranks(points, count, objectives, rank, &error), 0);
            assert_int_equal(ts_front_crowding(points, rank, count, objectives, crowding, &error), 0);
            for (size_t i = 0; i < count; i++) {
                assert_int_equal(rank[i], want[i]);
                if (rank[i] > fronts) fronts = rank[i];
                assert_true(crowding[i] == naive_crowding(points, rank, count, objectives, i));
            }
        }
    assert_true(fronts > 100); /* one objective: a front for every value */
}

/* By hand: (0,4) (1,2) (4,0) are the front, (1,4) and (4,2) the next, (4,4) the last. */
static void a_small_case_by_hand(void **state)
{
    (void)state;
    static const ts_point points[] = {{{4, 4}}, {{0, 4}}, {{1, 2}}, {{4, 0}}, {{1, 4}}, {{4, 2}}};
    static const uint32_t want[] = {2, 0, 0, 0, 1, 1};
    uint32_t rank[6];
    double crowding[6];
    ts_error error = {0};
    assert_int_equal(ts_front_ranks(points, 6, 2, rank, &error), 0);
    assert_memory_equal(rank, want, sizeof want);
    assert_int_equal(ts_front_crowding(points, rank, 6, 2, crowding, &error), 0);
    assert_true(crowding[0] == 0); /* alone */
    assert_true(isinf(crowding[1]) && isinf(crowding[3]) && isinf(crowding[4]) && isinf(crowding[5]));
    assert_true(crowding[2] == 2); /* 4/4 + 4/4 */
}

static ts_search_settings settings_of(const char *keys, size_t top)
{
    ts_error error = {0};
    ts_search_settings settings = {.top = top, .objective = {.min_trades = 0, .max_drawdown = 1}};
    if (ts_objectives_parse(keys, &settings.objective, &settings.also, &error)) fail_msg("%s", error.text);
    return settings;
}

/* A candidate whose sharpe falls and whose volatility and turnover rise with the costs of a point. */
static ts_candidate candidate_of(const ts_search_settings *settings, const ts_point *point, int32_t gene)
{
    ts_candidate candidate = {.genome = {{gene}}};
    candidate.metrics.value[TS_METRIC_sharpe] = -point->cost[0];
    candidate.metrics.value[TS_METRIC_volatility] = point->cost[1];
    candidate.metrics.value[TS_METRIC_turnover] = point->cost[2];
    candidate.standing = ts_objectives_stand(&settings->objective, &settings->also, &candidate.metrics);
    assert_true(candidate.standing.feasible);
    return candidate;
}

static void fill(const ts_search_settings *settings, const ts_point *points, size_t count, size_t step,
                 ts_search_result *result)
{
    ts_error error = {0};
    ts_archive *archive = ts_archive_new(settings);
    *result = (ts_search_result){.top = calloc(settings->top + 1, sizeof *result->top)};
    assert_non_null(archive);
    assert_non_null(result->top);
    for (size_t i = 0, at = 0; i < count; i++, at = (at + step) % count) {
        ts_candidate candidate = candidate_of(settings, &points[at], (int32_t)at);
        assert_int_equal(ts_archive_show(archive, &candidate, &error), 0);
    }
    assert_int_equal(ts_archive_take(archive, result, &error), 0);
    ts_archive_free(archive);
}

/* The first of equal points that no other one beats. */
static bool in_front(const ts_point *points, size_t count, size_t i)
{
    for (size_t j = 0; j < count; j++) {
        if (naive_beats(&points[j], &points[i], 3)) return false;
        if (j < i && !memcmp(points[j].cost, points[i].cost, 3 * sizeof(double))) return false;
    }
    return true;
}

static void the_archive_is_the_front_in_any_order(void **state)
{
    (void)state;
    static ts_point points[POINTS];
    ts_search_settings settings = settings_of("sharpe,volatility,turnover", POINTS);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        ts_draws draws = ts_draws_at(0x617263, round, 0, 0);
        size_t count = 2 + random_points(&draws, 3, round % 3 ? 4 * (round % 3) : 0, points) / 2, front = 0;
        ts_search_result forward, shuffled;
        fill(&settings, points, count, 1, &forward);
        fill(&settings, points, count, count - 1, &shuffled);
        for (size_t i = 0; i < count; i++) front += in_front(points, count, i);
        assert_int_equal(forward.top_count, front);
        assert_int_equal(forward.front, front);
        assert_int_equal(shuffled.front, front);
        for (size_t i = 0; i < front; i++) {
            assert_true(in_front(points, count, (size_t)forward.top[i].genome.gene[0]));
            assert_memory_equal(&forward.top[i].genome, &shuffled.top[i].genome, sizeof(ts_genome));
            assert_memory_equal(&forward.top[i].metrics, &shuffled.top[i].metrics, sizeof(ts_metrics));
            if (i) assert_true(forward.top[i - 1].standing.score >= forward.top[i].standing.score);
        }
        free(forward.top);
        free(shuffled.top);
    }
}

/* Along the line x + y = 32: the ends are kept, then 16 (between 8 and 24) and, of 8 and 24 which are equally lonely,
 * the smaller genome. */
static void a_part_of_the_front_is_its_loneliest(void **state)
{
    (void)state;
    static const double at[] = {0, 1, 2, 24, 8, 16, 31, 30, 32};
    static const int32_t want[] = {0, 5, 3, 8};
    ts_point points[9];
    ts_search_settings settings = settings_of("sharpe,volatility,turnover", 4);
    ts_search_result result;
    for (int i = 0; i < 9; i++) points[i] = (ts_point){{at[i], 32 - at[i], 0}};
    fill(&settings, points, 9, 5, &result);
    assert_int_equal(result.front, 9);
    assert_int_equal(result.top_count, 4);
    for (int i = 0; i < 4; i++) assert_int_equal(result.top[i].genome.gene[0], want[i]);
    free(result.top);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_and_crowding_follow_their_definitions),
        cmocka_unit_test(a_small_case_by_hand),
        cmocka_unit_test(the_archive_is_the_front_in_any_order),
        cmocka_unit_test(a_part_of_the_front_is_its_loneliest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
