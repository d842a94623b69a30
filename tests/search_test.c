/* The searches on fitness landscapes whose best genome is known: no engine, no candles. */
#include "host/search/breeding.h"
#include "host/search/search.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEEN_MAX = 1 << 16 };

/* Counts how often each genome is asked for, and checks that it is one. */
typedef struct landscape {
    const ts_strategy *strategy;
    ts_genome *seen;
    size_t count, largest_batch, calls;
    double trades;
    bool fails;
} landscape;

/* The score falls with the distance of genes from a point two thirds up each axis, with ripples that make local tops.
 */
static double height(const ts_strategy *strategy, const ts_genome *genome)
{
    double sum = 0;
    for (int i = 0; i < strategy->parameters; i++) {
        double top = (double)((strategy->parameter[i].steps - 1) * 2 / 3), away = fabs(genome->gene[i] - top);
        sum -= away + (genome->gene[i] % 3 ? 0.5 : 0);
    }
    return sum;
}

static int evaluate(void *context, const ts_genome *genomes, size_t count, ts_metrics *out, ts_error *error)
{
    landscape *land = context;
    land->calls++;
    if (count > land->largest_batch) land->largest_batch = count;
    if (land->fails && land->calls > 1) return ts_fail(error, TS_FAILED, "the evaluator failed");
    for (size_t i = 0; i < count; i++) {
        assert_true(ts_genome_valid(land->strategy, &genomes[i]));
        for (int j = 0; j < TS_PARAMETERS_MAX; j++) {
            int32_t steps = j < land->strategy->parameters ? land->strategy->parameter[j].steps : 1;
            assert_in_range(genomes[i].gene[j], 0, steps - 1);
        }
        for (int j = 0; j < TS_METRICS; j++) out[i].value[j] = NAN;
        out[i].value[TS_METRIC_sharpe] = height(land->strategy, &genomes[i]);
        out[i].value[TS_METRIC_trades] = land->trades;
        out[i].value[TS_METRIC_max_drawdown] = 0.25;
        out[i].value[TS_METRIC_total_return] = out[i].value[TS_METRIC_sharpe];
        assert_true(land->count < SEEN_MAX);
        land->seen[land->count++] = genomes[i];
    }
    return 0;
}

static int by_genome(const void *a, const void *b) { return ts_genome_compare(a, b); }

static void assert_no_genome_twice(landscape *land)
{
    qsort(land->seen, land->count, sizeof *land->seen, by_genome);
    for (size_t i = 1; i < land->count; i++) assert_true(ts_genome_compare(&land->seen[i - 1], &land->seen[i]) < 0);
}

static ts_strategy *strategy_of(int parameters, int32_t steps, const char *require)
{
    static const char names[][2] = {"a", "b", "c", "d", "e", "f"};
    static const char *const entries[] = {"close > a",
                                          "close > a + b",
                                          "close > a + b + c",
                                          "close > a + b + c + d",
                                          "close > a + b + c + d + e",
                                          "close > a + b + c + d + e + f"};
    ts_parameter parameter[6];
    ts_error error = {0};
    for (int i = 0; i < parameters; i++) {
        parameter[i] = (ts_parameter){.integer = true, .min = 2, .step = 1, .fallback = 3 + i, .steps = steps};
        memcpy(parameter[i].name, names[i], 2);
    }
    ts_strategy *strategy = ts_strategy_new(&(ts_strategy_text){.name = "LANDSCAPE",
                                                                .require = require,
                                                                .entry = entries[parameters - 1],
                                                                .exit = "close < open",
                                                                .parameters = (size_t)parameters,
                                                                .parameter = parameter},
                                            &error);
    if (!strategy) fail_msg("%s", error.text);
    return strategy;
}

static ts_search_settings settings_of(ts_search_kind kind, uint64_t evaluations)
{
    ts_error error = {0};
    ts_search_settings settings = {.kind = kind,
                                   .evaluations = evaluations,
                                   .top = 5,
                                   .seed = 7,
                                   .objective = {.min_trades = 30, .max_drawdown = 1},
                                   .breeding = ts_breeding_preset(0)};
    assert_int_equal(ts_objective_parse("sharpe", &settings.objective, &error), 0);
    return settings;
}

static void search(const ts_search_settings *settings, landscape *land, ts_search_result *result)
{
    ts_error error = {0};
    ts_search_task task = {land->strategy, "BTC-USDT", 0, 1000};
    land->count = land->largest_batch = land->calls = 0;
    if (!land->trades) land->trades = 100;
    if (ts_search_run(settings, &task, &(ts_evaluator){evaluate, land}, result, &error)) fail_msg("%s", error.text);
    assert_int_equal(result->evaluations, land->count);
    assert_no_genome_twice(land);
    for (size_t i = 1; i < result->top_count; i++)
        assert_true(ts_objective_compare(&settings->objective, &result->top[i - 1].standing, &result->top[i - 1].genome,
                                         &result->top[i].standing, &result->top[i].genome) < 0);
}

static landscape land_of(const ts_strategy *strategy)
{
    landscape land = {.strategy = strategy, .seen = calloc(SEEN_MAX, sizeof(ts_genome))};
    assert_non_null(land.seen);
    return land;
}

static void exhaustive_meets_every_valid_genome_once(void **state)
{
    (void)state;
    ts_strategy *strategy = strategy_of(3, 12, "a < b");
    landscape land = land_of(strategy);
    ts_search_settings settings = settings_of(TS_SEARCH_AUTO, 12 * 12 * 12);
    ts_search_result result;
    settings.batch = 100;
    search(&settings, &land, &result);
    assert_int_equal(result.kind, TS_SEARCH_EXHAUSTIVE);
    assert_int_equal(land.count, 12 * 11 / 2 * 12);
    assert_int_equal(land.largest_batch, 100);
    assert_int_equal(result.top_count, 5);
    assert_int_equal(result.steps, (12 * 11 / 2 * 12 + 99) / 100);
    double best = -INFINITY;
    for (size_t i = 0; i < land.count; i++) {
        double one = height(strategy, &land.seen[i]);
        if (one > best) best = one;
    }
    assert_true(result.top[0].standing.score == best);
    assert_true(result.step[result.steps - 1].best == best);
    ts_search_result_clear(&result);
    free(land.seen);
    ts_strategy_free(strategy);
}

static void auto_chooses_by_the_budget(void **state)
{
    (void)state;
    ts_strategy *strategy = strategy_of(2, 20, NULL);
    ts_search_settings settings = settings_of(TS_SEARCH_AUTO, 400);
    ts_search_kind kind;
    ts_error error = {0};
    assert_int_equal(ts_search_choose(&settings, strategy, &kind, &error), 0);
    assert_int_equal(kind, TS_SEARCH_EXHAUSTIVE);
    settings.evaluations = 399;
    assert_int_equal(ts_search_choose(&settings, strategy, &kind, &error), 0);
    assert_int_equal(kind, TS_SEARCH_GA);
    settings.kind = TS_SEARCH_EXHAUSTIVE;
    assert_int_equal(ts_search_choose(&settings, strategy, &kind, &error), -1);
    assert_int_equal(error.code, TS_USAGE);
    assert_non_null(strstr(error.text, "400 points"));
    ts_strategy_free(strategy);
}

/* 40^5 is 100 million points; 6,000 evaluations find the top, which 6,000 random ones do not. */
static void genetic_climbs_where_random_does_not(void **state)
{
    (void)state;
    ts_strategy *strategy = strategy_of(5, 40, NULL);
    landscape land = land_of(strategy);
    ts_genome top = {{26, 26, 26, 26, 26}};
    ts_search_result genetic, random;
    ts_search_settings settings = settings_of(TS_SEARCH_GA, 6000);
    double best = -INFINITY;
    for (int32_t gene = 24; gene <= 27; gene++) {
        top.gene[0] = top.gene[1] = top.gene[2] = top.gene[3] = top.gene[4] = gene;
        if (height(strategy, &top) > best) best = height(strategy, &top);
    }
    search(&settings, &land, &genetic);
    assert_int_equal(genetic.evaluations, 6000);
    assert_true(genetic.top[0].standing.score >= best - 1);
    settings.kind = TS_SEARCH_RANDOM;
    search(&settings, &land, &random);
    assert_int_equal(random.evaluations, 6000);
    assert_true(random.top[0].standing.score < best - 3);
    ts_search_result_clear(&genetic);
    ts_search_result_clear(&random);
    free(land.seen);
    ts_strategy_free(strategy);
}

/* What is found depends on nothing but the seed, the strategy, the symbol and the window: not on the size of batches.
 */
static void the_same_seed_finds_the_same(void **state)
{
    (void)state;
    ts_strategy *strategy = strategy_of(4, 50, "a < b and c < d");
    landscape land = land_of(strategy);
    for (ts_search_kind kind = TS_SEARCH_GA; kind <= TS_SEARCH_RANDOM; kind++) {
        ts_search_settings settings = settings_of(kind, 3000);
        ts_search_result first, again, other;
        search(&settings, &land, &first);
        settings.batch = 37;
        search(&settings, &land, &again);
        assert_true(land.largest_batch <= 37);
        assert_int_equal(first.evaluations, again.evaluations);
        assert_int_equal(first.top_count, again.top_count);
        for (size_t i = 0; i < first.top_count; i++) {
            assert_memory_equal(&first.top[i].genome, &again.top[i].genome, sizeof(ts_genome));
            assert_memory_equal(&first.top[i].metrics, &again.top[i].metrics, sizeof(ts_metrics));
        }
        assert_true(first.sharpe.mean == again.sharpe.mean && first.sharpe.variance == again.sharpe.variance);
        settings.seed = 8;
        search(&settings, &land, &other);
        assert_memory_not_equal(&first.sharpe, &other.sharpe, sizeof first.sharpe);
        ts_search_result_clear(&first);
        ts_search_result_clear(&again);
        ts_search_result_clear(&other);
    }
    free(land.seen);
    ts_strategy_free(strategy);
}

/* The original's settings: of 50 at most 30 are new in each of 30 generations. */
static void the_original_preset_asks_for_at_most_950(void **state)
{
    (void)state;
    ts_strategy *strategy = strategy_of(6, 50, NULL);
    landscape land = land_of(strategy);
    ts_search_settings settings = settings_of(TS_SEARCH_GA, 20000);
    settings.breeding = ts_breeding_preset(1);
    ts_search_result result;
    search(&settings, &land, &result);
    assert_int_equal(result.steps, 31);
    assert_true(result.evaluations > 300);
    assert_true(result.evaluations <= 950);
    for (size_t i = 1; i < result.steps; i++) {
        assert_true(result.step[i].best >= result.step[i - 1].best);
        assert_true(result.step[i].evaluations - result.step[i - 1].evaluations <= 30);
    }
    ts_search_result_clear(&result);
    free(land.seen);
    ts_strategy_free(strategy);
}

/* Searches that are forced on a space smaller than their budget end, having seen nearly all of it. */
static void a_small_space_ends_the_search(void **state)
{
    (void)state;
    ts_strategy *strategy = strategy_of(2, 20, "a < b");
    landscape land = land_of(strategy);
    for (ts_search_kind kind = TS_SEARCH_GA; kind <= TS_SEARCH_RANDOM; kind++) {
        ts_search_settings settings = settings_of(kind, 20000);
        ts_search_result result;
        search(&settings, &land, &result);
        assert_in_range(result.evaluations, 180, 190);
        ts_search_result_clear(&result);
    }
    free(land.seen);
    ts_strategy_free(strategy);
}

static void nothing_feasible_leaves_an_empty_list(void **state)
{
    (void)state;
    ts_strategy *strategy = strategy_of(2, 10, NULL);
    landscape land = land_of(strategy);
    land.trades = 29;
    for (ts_search_kind kind = TS_SEARCH_EXHAUSTIVE; kind <= TS_SEARCH_RANDOM; kind++) {
        ts_search_settings settings = settings_of(kind, 100);
        ts_search_result result;
        search(&settings, &land, &result);
        assert_int_equal(result.top_count, 0);
        assert_int_equal(result.feasible, 0);
        assert_true(result.evaluations > 90);
        assert_true(isnan(result.step[0].best) && isnan(result.step[0].median));
        ts_search_result_clear(&result);
    }
    free(land.seen);
    ts_strategy_free(strategy);
}

static void settings_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    const struct {
        int population, islands;
        const char *says;
    } cases[] = {{1, 1, "--population 1"}, {0, 1, "--population 0"}, {10, 6, "--islands 6"}, {10, 0, "--islands 0"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ts_search_settings settings = settings_of(TS_SEARCH_GA, 100);
        ts_error error = {0};
        settings.breeding.population = cases[i].population;
        settings.breeding.islands = cases[i].islands;
        assert_int_equal(ts_search_check(&settings, &error), -1);
        assert_int_equal(error.code, TS_USAGE);
        assert_non_null(strstr(error.text, cases[i].says));
    }
}

static void a_failed_evaluation_ends_the_search(void **state)
{
    (void)state;
    ts_strategy *strategy = strategy_of(3, 30, NULL);
    landscape land = land_of(strategy);
    ts_search_task task = {strategy, "BTC-USDT", 0, 1000};
    land.fails = true;
    for (ts_search_kind kind = TS_SEARCH_EXHAUSTIVE; kind <= TS_SEARCH_RANDOM; kind++) {
        ts_search_settings settings = settings_of(kind, 27000);
        ts_search_result result;
        ts_error error = {0};
        land.count = land.calls = 0;
        settings.batch = 64;
        assert_int_equal(ts_search_run(&settings, &task, &(ts_evaluator){evaluate, &land}, &result, &error), -1);
        assert_string_equal(error.text, "the evaluator failed");
        assert_null(result.top);
    }
    free(land.seen);
    ts_strategy_free(strategy);
}

/* Two values 1 and 4 give the mean 2.5 and the sample variance 4.5. */
static void the_moments_of_the_sharpe_ratios(void **state)
{
    (void)state;
    ts_strategy *strategy = strategy_of(1, 9, NULL);
    landscape land = land_of(strategy);
    ts_search_settings settings = settings_of(TS_SEARCH_EXHAUSTIVE, 9);
    ts_search_result result;
    search(&settings, &land, &result);
    double mean = 0, squares = 0;
    for (size_t i = 0; i < 9; i++) mean += height(strategy, &land.seen[i]) / 9;
    for (size_t i = 0; i < 9; i++) squares += pow(height(strategy, &land.seen[i]) - mean, 2);
    assert_int_equal(result.sharpe.count, 9);
    assert_float_equal(result.sharpe.mean, mean, 1e-12);
    assert_float_equal(result.sharpe.variance, squares / 8, 1e-12);
    ts_search_result_clear(&result);
    free(land.seen);
    ts_strategy_free(strategy);
}

/* Single-point children are a's genes followed by b's; uniform ones have every gene from one of them; blended genes
 * stay within the parents' interval widened by half on each side; a nudge changes exactly one gene. */
static void children_have_their_parents_genes(void **state)
{
    (void)state;
    ts_strategy *strategy = strategy_of(6, 50, NULL);
    ts_breeding breeding = ts_breeding_preset(0);
    ts_genome a = {{10, 10, 10, 10, 10, 10}}, b = {{20, 20, 20, 20, 20, 20}};
    breeding.crossover_rate = 1;
    for (uint32_t draw = 0; draw < 1000; draw++) {
        ts_draws draws = ts_draws_at(1, draw, 0, 0);
        breeding.crossover = TS_CROSSOVER_SINGLE_POINT;
        ts_genome child = ts_breed_cross(&breeding, strategy, &a, &b, &draws);
        assert_int_equal(child.gene[0], 10);
        assert_int_equal(child.gene[5], 20);
        for (int i = 1; i < 6; i++) assert_true(child.gene[i] >= child.gene[i - 1]);
        breeding.crossover = TS_CROSSOVER_UNIFORM;
        child = ts_breed_cross(&breeding, strategy, &a, &b, &draws);
        for (int i = 0; i < 6; i++) assert_true(child.gene[i] == 10 || child.gene[i] == 20);
        breeding.crossover = TS_CROSSOVER_BLEND;
        child = ts_breed_cross(&breeding, strategy, &a, &b, &draws);
        for (int i = 0; i < 6; i++) assert_in_range(child.gene[i], 5, 25);
        ts_breed_nudge(&breeding, strategy, &child, &draws);
        ts_genome nudged = child;
        ts_breed_nudge(&breeding, strategy, &nudged, &draws);
        int changed = 0;
        for (int i = 0; i < 6; i++) changed += nudged.gene[i] != child.gene[i];
        assert_int_equal(changed, 1);
    }
    ts_strategy_free(strategy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exhaustive_meets_every_valid_genome_once),
        cmocka_unit_test(auto_chooses_by_the_budget),
        cmocka_unit_test(genetic_climbs_where_random_does_not),
        cmocka_unit_test(the_same_seed_finds_the_same),
        cmocka_unit_test(the_original_preset_asks_for_at_most_950),
        cmocka_unit_test(a_small_space_ends_the_search),
        cmocka_unit_test(nothing_feasible_leaves_an_empty_list),
        cmocka_unit_test(settings_that_make_no_sense_are_refused),
        cmocka_unit_test(a_failed_evaluation_ends_the_search),
        cmocka_unit_test(the_moments_of_the_sharpe_ratios),
        cmocka_unit_test(children_have_their_parents_genes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
