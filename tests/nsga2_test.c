/* NSGA-II on ZDT1 (Zitzler, Deb, Thiele: Comparison of Multiobjective Evolutionary Algorithms, Evolutionary Computation
 * 8 (2), 2000), whose front is known: f2 = 1 - sqrt(f1). Its variables are the genes, its objectives two metrics of
 * different directions: f1 is the drawdown, -f2 the Sharpe ratio. No engine, no candles. */
#include "host/search/breeding.h"
#include "host/search/front.h"
#include "host/search/search.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { VARIABLES = 10, STEPS = 101, SEEN_MAX = 1 << 15, TOP = 500 };

typedef struct zdt1 {
    const ts_strategy *strategy;
    ts_genome *seen;
    size_t count, calls, largest_batch;
    int32_t least;     /* a smaller first gene has too few trades, the fewer the smaller */
    int32_t undefined; /* a smaller first gene has no Sharpe ratio */
    bool fails;
} zdt1;

static double f1(const ts_genome *genome) { return genome->gene[0] / (STEPS - 1.0); }

static double f2(const ts_strategy *strategy, const ts_genome *genome)
{
    double sum = 0;
    for (int i = 1; i < strategy->parameters; i++) sum += genome->gene[i] / (STEPS - 1.0);
    double g = 1 + 9 * sum / (strategy->parameters - 1);
    return g * (1 - sqrt(f1(genome) / g));
}

static int evaluate(void *context, const ts_genome *genomes, size_t count, ts_metrics *out, ts_error *error)
{
    zdt1 *z = context;
    if (z->fails && z->calls++ > 1) return ts_fail(error, TS_FAILED, "the evaluator failed");
    if (count > z->largest_batch) z->largest_batch = count;
    for (size_t i = 0; i < count; i++) {
        assert_true(ts_genome_valid(z->strategy, &genomes[i]));
        int32_t first = genomes[i].gene[0];
        for (int j = 0; j < TS_METRICS; j++) out[i].value[j] = NAN;
        out[i].value[TS_METRIC_sharpe] = first < z->undefined ? NAN : -f2(z->strategy, &genomes[i]);
        out[i].value[TS_METRIC_max_drawdown] = f1(&genomes[i]);
        out[i].value[TS_METRIC_trades] = first < z->least ? first / 4 : 100;
        assert_true(z->count < SEEN_MAX);
        z->seen[z->count++] = genomes[i];
    }
    return 0;
}

static int by_genome(const void *a, const void *b) { return ts_genome_compare(a, b); }

static zdt1 problem_of(int variables, int32_t steps, const char *require)
{
    static const char *const entry[] = {"close > a + b", "close > a + b + c + d + e + f + g + h + i + j"};
    ts_parameter parameter[VARIABLES];
    ts_error error = {0};
    for (int i = 0; i < variables; i++)
        parameter[i] = (ts_parameter){
            .name = {(char)('a' + i)}, .integer = true, .step = 1, .fallback = steps / 2 + i, .steps = steps};
    ts_strategy_text text = {.name = "ZDT1",
                             .require = require,
                             .entry = entry[variables == VARIABLES],
                             .exit = "close < open",
                             .parameters = (size_t)variables,
                             .parameter = parameter};
    zdt1 z = {.strategy = ts_strategy_new(&text, &error), .seen = calloc(SEEN_MAX, sizeof(ts_genome))};
    if (!z.strategy) fail_msg("%s", error.text);
    assert_non_null(z.seen);
    return z;
}

static void problem_clear(zdt1 *z)
{
    ts_strategy_free((ts_strategy *)z->strategy);
    free(z->seen);
}

static ts_search_settings settings_of(ts_search_kind kind, uint64_t evaluations)
{
    ts_error error = {0};
    ts_search_settings settings = {.kind = kind,
                                   .evaluations = evaluations,
                                   .top = TOP,
                                   .seed = 7,
                                   .objective = {.min_trades = 30, .max_drawdown = 1},
                                   .breeding = ts_breeding_preset(0)};
    if (ts_objectives_parse("sharpe,max_drawdown", &settings.objective, &settings.also, &error))
        fail_msg("%s", error.text);
    settings.breeding.population = 200;
    return settings;
}

static void search(const ts_search_settings *settings, zdt1 *z, ts_search_result *result)
{
    ts_error error = {0};
    ts_search_task task = {z->strategy, "BTC-USDT", 0, 1000};
    z->count = z->calls = z->largest_batch = 0;
    if (ts_search_run(settings, &task, &(ts_evaluator){evaluate, z}, result, &error)) fail_msg("%s", error.text);
    assert_int_equal(result->evaluations, z->count);
    qsort(z->seen, z->count, sizeof *z->seen, by_genome);
    for (size_t i = 1; i < z->count; i++) assert_true(ts_genome_compare(&z->seen[i - 1], &z->seen[i]) < 0);
}

/* The area that a result covers below the point (1.1, 1.1): members come by falling score, so by rising f2. */
static double hypervolume(const ts_strategy *strategy, const ts_search_result *result)
{
    double area = 0, edge = 1.1;
    for (size_t i = 0; i < result->top_count; i++) {
        double x = f1(&result->top[i].genome), y = f2(strategy, &result->top[i].genome);
        double next = i + 1 < result->top_count ? f2(strategy, &result->top[i + 1].genome) : 1.1;
        if (next > 1.1) next = 1.1;
        if (x < edge && y < next) area += (1.1 - x) * (next - y);
    }
    return area;
}

/* Of the front on the lattice from its first gene on: all other genes 0. */
static double known_hypervolume(int32_t least)
{
    double area = 0;
    for (int32_t i = least; i < STEPS; i++) {
        double x = i / (STEPS - 1.0), below = i == least ? 1.1 : 1 - sqrt((i - 1) / (STEPS - 1.0));
        area += (1.1 - x) * (below - (1 - sqrt(x)));
    }
    return area;
}

/* Mean distance of the members to the nearest point of the known front. */
static double generational_distance(const ts_strategy *strategy, const ts_search_result *result)
{
    double sum = 0;
    for (size_t i = 0; i < result->top_count; i++) {
        double nearest = INFINITY, x = f1(&result->top[i].genome), y = f2(strategy, &result->top[i].genome);
        for (int j = 0; j <= 10000; j++) {
            double distance = hypot(x - j / 10000.0, y - (1 - sqrt(j / 10000.0)));
            if (distance < nearest) nearest = distance;
        }
        sum += nearest;
    }
    return sum / (double)result->top_count;
}

static void print_quality(const char *name, const zdt1 *z, const ts_search_result *result)
{
    print_message("%s: %zu of the front, hypervolume %.5f of %.5f, generational distance %.6f\n", name, result->front,
                  hypervolume(z->strategy, result), known_hypervolume(z->least),
                  generational_distance(z->strategy, result));
}

/* 101^10 genomes, of which 101 are the front. */
static void the_front_of_zdt1_is_found_where_random_is_far_off(void **state)
{
    (void)state;
    zdt1 z = problem_of(VARIABLES, STEPS, NULL);
    ts_search_settings settings = settings_of(TS_SEARCH_AUTO, 15000);
    ts_search_result found, random;
    search(&settings, &z, &found);
    assert_int_equal(found.kind, TS_SEARCH_NSGA2);
    assert_int_equal(found.evaluations, 15000);
    print_quality("nsga2", &z, &found);
    settings.kind = TS_SEARCH_RANDOM;
    search(&settings, &z, &random);
    print_quality("random", &z, &random);
    assert_float_equal(known_hypervolume(0), 1.21 - 1.0 / 3, 0.01); /* the lattice is close to the curve */
    assert_true(generational_distance(z.strategy, &found) < 0.005);
    assert_true(hypervolume(z.strategy, &found) > 0.99 * known_hypervolume(0));
    assert_true(hypervolume(z.strategy, &found) <= known_hypervolume(0) + 1e-12);
    assert_true(generational_distance(z.strategy, &random) > 0.5);
    assert_true(hypervolume(z.strategy, &random) < 0.5 * known_hypervolume(0));
    ts_search_result_clear(&found);
    ts_search_result_clear(&random);
    problem_clear(&z);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median score of those of all that were seen, in the order of genomes, whom the definition lets survive: the
 * smallest rank first, of equal rank the loneliest, then the smallest genome. */
static double median_of_survivors(const zdt1 *z, size_t survivors)
{
    static ts_point point[SEEN_MAX];
    static uint32_t rank[SEEN_MAX];
    static double crowding[SEEN_MAX], score[SEEN_MAX];
    ts_error error = {0};
    for (size_t i = 0; i < z->count; i++) point[i] = (ts_point){{f2(z->strategy, &z->seen[i]), f1(&z->seen[i])}};
    assert_int_equal(ts_front_ranks(point, z->count, 2, rank, &error), 0);
    assert_int_equal(ts_front_crowding(point, rank, z->count, 2, crowding, &error), 0);
    for (size_t n = 0; n < survivors; n++) {
        size_t best = SIZE_MAX;
        for (size_t i = 0; i < z->count; i++) {
            if (rank[i] == UINT32_MAX) continue; /* has survived */
            if (best == SIZE_MAX || rank[i] < rank[best] || (rank[i] == rank[best] && crowding[i] > crowding[best]))
                best = i;
        }
        score[n] = -point[best].cost[0];
        rank[best] = UINT32_MAX;
    }
    qsort(score, survivors, sizeof *score, by_value);
    return (score[(survivors - 1) / 2] + score[survivors / 2]) / 2;
}

/* After one generation, when everything that was seen competed. */
static void the_fittest_survive(void **state)
{
    (void)state;
    zdt1 z = problem_of(VARIABLES, STEPS, NULL);
    ts_search_settings settings = settings_of(TS_SEARCH_NSGA2, 15000);
    ts_search_result found;
    settings.breeding.population = 31;
    settings.breeding.generations = 1;
    for (settings.seed = 1; settings.seed <= 30; settings.seed++) {
        search(&settings, &z, &found);
        assert_int_equal(found.steps, 2);
        assert_in_range(found.evaluations, 55, 62);
        assert_int_equal(found.step[1].feasible, 31);
        assert_true(found.step[1].median == median_of_survivors(&z, 31));
        ts_search_result_clear(&found);
    }
    problem_clear(&z);
}

/* A genome without enough trades is never better than one with enough: the front begins where those do. Without a
 * score in each objective a genome is no result either. */
static void infeasible_genomes_lead_to_the_feasible_and_stay_out(void **state)
{
    (void)state;
    zdt1 z = problem_of(VARIABLES, STEPS, NULL);
    ts_search_settings settings = settings_of(TS_SEARCH_NSGA2, 15000);
    ts_search_result found;
    z.least = 95; /* 6 of 101 values */
    search(&settings, &z, &found);
    print_quality("few feasible", &z, &found);
    assert_true(hypervolume(z.strategy, &found) > 0.99 * known_hypervolume(95));
    for (size_t i = 0; i < found.top_count; i++) assert_in_range(found.top[i].genome.gene[0], 95, STEPS - 1);
    ts_search_result_clear(&found);
    z.least = 0, z.undefined = 30;
    search(&settings, &z, &found);
    assert_true(hypervolume(z.strategy, &found) > 0.99 * known_hypervolume(30));
    for (size_t i = 0; i < found.top_count; i++) assert_in_range(found.top[i].genome.gene[0], 30, STEPS - 1);
    ts_search_result_clear(&found);
    problem_clear(&z);
}

/* Every genome of a small space against every other one. */
static void an_enumerated_front_is_exact(void **state)
{
    (void)state;
    zdt1 z = problem_of(2, STEPS, "a + b >= 50");
    ts_search_settings settings = settings_of(TS_SEARCH_AUTO, STEPS * STEPS);
    ts_search_result found;
    z.least = 20;
    search(&settings, &z, &found);
    assert_int_equal(found.kind, TS_SEARCH_EXHAUSTIVE);
    size_t front = 0;
    for (size_t i = 0; i < z.count; i++) {
        double x = f1(&z.seen[i]), y = f2(z.strategy, &z.seen[i]);
        bool stays = z.seen[i].gene[0] >= z.least;
        for (size_t j = 0; j < z.count && stays; j++) {
            double u = f1(&z.seen[j]), v = f2(z.strategy, &z.seen[j]);
            if (z.seen[j].gene[0] >= z.least && u <= x && v <= y && (u < x || v < y)) stays = false;
        }
        size_t at = 0;
        while (at < found.top_count && ts_genome_compare(&found.top[at].genome, &z.seen[i])) at++;
        assert_int_equal(at < found.top_count, stays);
        front += stays;
    }
    assert_int_equal(found.front, front);
    assert_in_range(front, 40, 81);
    for (size_t i = 1; i < found.top_count; i++)
        assert_true(found.top[i - 1].standing.score > found.top[i].standing.score);
    ts_search_result_clear(&found);
    problem_clear(&z);
}

/* Of a front larger than --top the ends are always among what is kept. */
static void a_small_top_keeps_the_ends(void **state)
{
    (void)state;
    zdt1 z = problem_of(VARIABLES, STEPS, NULL);
    ts_search_settings settings = settings_of(TS_SEARCH_NSGA2, 15000);
    ts_search_result whole, part;
    search(&settings, &z, &whole);
    settings.top = 5;
    search(&settings, &z, &part);
    assert_int_equal(part.top_count, 5);
    assert_int_equal(part.front, whole.front);
    assert_memory_equal(&part.top[0].genome, &whole.top[0].genome, sizeof(ts_genome));
    assert_memory_equal(&part.top[4].genome, &whole.top[whole.top_count - 1].genome, sizeof(ts_genome));
    ts_search_result_clear(&whole);
    ts_search_result_clear(&part);
    problem_clear(&z);
}

static void the_same_seed_finds_the_same(void **state)
{
    (void)state;
    zdt1 z = problem_of(VARIABLES, STEPS, "a < b or c < d");
    ts_search_settings settings = settings_of(TS_SEARCH_NSGA2, 3000);
    ts_search_result first, again, other;
    search(&settings, &z, &first);
    settings.batch = 37;
    search(&settings, &z, &again);
    assert_int_equal(z.largest_batch, 37);
    assert_int_equal(first.top_count, again.top_count);
    assert_int_equal(first.steps, again.steps);
    for (size_t i = 0; i < first.top_count; i++) {
        assert_memory_equal(&first.top[i].genome, &again.top[i].genome, sizeof(ts_genome));
        assert_memory_equal(&first.top[i].metrics, &again.top[i].metrics, sizeof(ts_metrics));
    }
    for (size_t i = 0; i < first.steps; i++) {
        assert_true(first.step[i].best == again.step[i].best && first.step[i].median == again.step[i].median);
        if (i) assert_true(first.step[i].best >= first.step[i - 1].best);
    }
    assert_true(first.sharpe.mean == again.sharpe.mean && first.sharpe.variance == again.sharpe.variance);
    settings.seed = 8;
    search(&settings, &z, &other);
    assert_memory_not_equal(&first.sharpe, &other.sharpe, sizeof first.sharpe);
    ts_search_result_clear(&first);
    ts_search_result_clear(&again);
    ts_search_result_clear(&other);
    problem_clear(&z);
}

/* A search that is forced on a space smaller than its budget ends, and one of generations after as many. */
static void it_ends(void **state)
{
    (void)state;
    zdt1 z = problem_of(2, 20, "a < b");
    ts_search_settings settings = settings_of(TS_SEARCH_NSGA2, 20000);
    ts_search_result result;
    search(&settings, &z, &result);
    assert_in_range(result.evaluations, 180, 190);
    ts_search_result_clear(&result);
    z.least = STEPS;
    search(&settings, &z, &result);
    assert_int_equal(result.top_count, 0);
    assert_int_equal(result.front, 0);
    assert_true(isnan(result.step[0].best));
    ts_search_result_clear(&result);
    problem_clear(&z);
    z = problem_of(VARIABLES, STEPS, NULL);
    settings.breeding.generations = 3;
    search(&settings, &z, &result);
    assert_int_equal(result.steps, 4);
    assert_in_range(result.evaluations, 700, 800);
    ts_search_result_clear(&result);
    problem_clear(&z);
}

static void a_failed_evaluation_ends_the_search(void **state)
{
    (void)state;
    zdt1 z = problem_of(VARIABLES, STEPS, NULL);
    ts_search_settings settings = settings_of(TS_SEARCH_NSGA2, 20000);
    ts_search_task task = {z.strategy, "BTC-USDT", 0, 1000};
    ts_search_result result;
    ts_error error = {0};
    z.fails = true;
    assert_int_equal(ts_search_run(&settings, &task, &(ts_evaluator){evaluate, &z}, &result, &error), -1);
    assert_string_equal(error.text, "the evaluator failed");
    assert_null(result.top);
    problem_clear(&z);
}

static void the_kind_of_search_fits_the_objectives(void **state)
{
    (void)state;
    ts_search_settings settings = settings_of(TS_SEARCH_GA, 100);
    ts_error error = {0};
    assert_int_equal(ts_search_check(&settings, &error), -1);
    assert_int_equal(error.code, TS_USAGE);
    assert_non_null(strstr(error.text, "--search ga"));
    settings.kind = TS_SEARCH_NSGA2;
    assert_int_equal(ts_search_check(&settings, &error), 0);
    settings.also.count = 0;
    error = (ts_error){0};
    assert_int_equal(ts_search_check(&settings, &error), -1);
    assert_int_equal(error.code, TS_USAGE);
    assert_non_null(strstr(error.text, "2 to 4 keys"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_front_of_zdt1_is_found_where_random_is_far_off),
        cmocka_unit_test(the_fittest_survive),
        cmocka_unit_test(infeasible_genomes_lead_to_the_feasible_and_stay_out),
        cmocka_unit_test(an_enumerated_front_is_exact),
        cmocka_unit_test(a_small_top_keeps_the_ends),
        cmocka_unit_test(the_same_seed_finds_the_same),
        cmocka_unit_test(it_ends),
        cmocka_unit_test(a_failed_evaluation_ends_the_search),
        cmocka_unit_test(the_kind_of_search_fits_the_objectives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
