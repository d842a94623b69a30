/* The model of many ranks on cases worked by hand, and the case itself with two ranks on few candles. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "bench/scaling_model.h"

#include "common/json.h"
#include "tests/mpirun.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static ts_scaling_forecast forecast(const ts_scaling_costs *costs, int ranks)
{
    ts_scaling_forecast made;
    ts_error error = {0};
    if (ts_scaling_forecast_make(costs, ranks, &made, &error)) fail_msg("%s", error.text);
    return made;
}

static void expect(double value, double wanted)
{
    if (!(fabs(value - wanted) < 1e-12)) fail_msg("%.17g, not %.17g", value, wanted);
}

static void equal_tasks_are_shared_evenly(void **state)
{
    (void)state;
    const ts_scaling_costs costs = {.task = (const double[]){1}, .costs = 1, .tasks = 64, .start = 2};
    for (int ranks = 1; ranks <= 64; ranks *= 2) {
        ts_scaling_forecast made = forecast(&costs, ranks);
        expect(made.seconds, 2 + 64. / ranks);
        expect(made.idle, 0);
    }
    expect(forecast(&costs, 128).seconds, 3);
    expect(forecast(&costs, 128).idle, 0.5);
}

/* Two ranks: 1 and 1; then 1 and 9, which nobody shares. */
static void a_long_task_at_the_end_leaves_others_idle(void **state)
{
    (void)state;
    const ts_scaling_costs costs = {.task = (const double[]){1, 1, 1, 9}, .costs = 4, .tasks = 4};
    ts_scaling_forecast made = forecast(&costs, 2);
    expect(made.seconds, 10);
    expect(made.idle, 1 - 12. / 20);
}

/* Rank 1 works from 0.25 to 1.25 and is heard at 1.5; rank 0 from 0 to 1 and from 1 to 2; the last task reaches rank 1
 * at 1.75 and its result rank 0 at 3. */
static void latency_delays_the_others(void **state)
{
    (void)state;
    const ts_scaling_costs costs = {.task = (const double[]){1}, .costs = 1, .tasks = 4, .latency = 0.25};
    expect(forecast(&costs, 1).seconds, 4);
    expect(forecast(&costs, 2).seconds, 3);
}

/* While 8 or more wait, rank 1 has the next one there before it has told of the last; only its first message and the
 * round trips of the last few cost it anything. */
static void a_task_in_advance_hides_latency(void **state)
{
    (void)state;
    const ts_scaling_costs costs = {.task = (const double[]){1}, .costs = 1, .tasks = 200, .latency = 0.25};
    double seconds = forecast(&costs, 2).seconds;
    assert_true(seconds >= 100 && seconds < 103); /* without one in advance rank 1 does two tasks in 3 s: 120 s */
}

/* Given at 0.1 and 0.2; told at 1.1, handled until 1.2, and at 1.2, handled until 1.3. */
static void messages_take_rank_0s_time(void **state)
{
    (void)state;
    ts_scaling_costs costs = {.task = (const double[]){1}, .costs = 1, .tasks = 2, .message = 0.1};
    ts_scaling_forecast made = forecast(&costs, 2);
    expect(made.seconds, 1.3);
    expect(made.coordination, 0.4 / 1.3);
    costs.answers = 3; /* 1.1 to 1.5, then to 1.9 */
    expect(forecast(&costs, 2).seconds, 1.9);
}

/* One rank: the first task ends at 1, the checkpoint at 1.5, the second task at 2.5, the last checkpoint at 3. */
static void a_checkpoint_holds_up_the_dealing(void **state)
{
    (void)state;
    ts_scaling_costs costs = {
        .task = (const double[]){1}, .costs = 1, .tasks = 2, .checkpoint = 0.5, .checkpoint_every = 1};
    expect(forecast(&costs, 1).seconds, 3);
    expect(forecast(&costs, 1).checkpoints, 1. / 3);
    costs.checkpoint_every = 10;
    expect(forecast(&costs, 1).seconds, 2.5);
}

static void senseless_models_are_errors(void **state)
{
    (void)state;
    ts_scaling_costs costs = {.task = (const double[]){1}, .costs = 1, .tasks = 2};
    ts_scaling_forecast made;
    ts_error error = {0};
    assert_int_equal(ts_scaling_forecast_make(&costs, 0, &made, &error), -1);
    assert_int_equal(ts_scaling_forecast_make(&costs, TS_SCALING_RANKS_MAX + 1, &made, &error), -1);
    costs.tasks = 0;
    assert_int_equal(ts_scaling_forecast_make(&costs, 1, &made, &error), -1);
}

static double number(const json_t *line, const char *key)
{
    const json_t *value = json_object_get(line, key);
    if (!json_is_number(value)) fail_msg("no number \"%s\"", key);
    return json_number_value(value);
}

static void expect_line(const json_t *line, int ranks, bool modelled)
{
    static const char *const keys[] = {"seconds", "speed_up", "efficiency", "coordination_share", "checkpoint_share"};
    static const char *const measured[] = {"genome_bars_per_s", "model_seconds", "model_ratio"};
    expect(number(line, "ranks"), ranks);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!(number(line, keys[i]) >= 0)) fail_msg("%s", keys[i]);
    for (size_t i = 0; i < sizeof measured / sizeof *measured && !modelled; i++)
        if (!(number(line, measured[i]) > 0)) fail_msg("%s", measured[i]);
    expect(number(line, "efficiency"), number(line, "speed_up") / ranks);
    if (modelled) assert_true(number(line, "efficiency") <= 1 + 1e-9 && number(line, "searches") == 6000);
}

static void the_case_measures_three_and_foretells_seven(void **state)
{
    (void)state;
    static const int ranks[] = {1, 2, 4, 1, 2, 4, 16, 64, 256, 1024};
    mpirun_or_skip();
    const char *file = ts_temporary("SYN-USD.1m.csv");
    shell_expect(shell(TRADESTREAM "data generate --interval 1m --bars 1000 --seed 1 --out '%s'", file), 0, "");
    shell_expect(shell(TRADESTREAM "bench --case scaling --file '%s' --genomes 50 --repeats 1 --format json", file), 0,
                 "");
    size_t count = 0;
    for (char *at = shell_out, *end; (end = strchr(at, '\n')) && count < 10; at = end + 1, count++) {
        *end = '\0';
        json_t *line = json_loads(at, 0, NULL);
        assert_non_null(line);
        expect_line(line, ranks[count], count > 2);
        json_decref(line);
    }
    assert_int_equal(count, 10);
}

static void without_mpirun_it_says_so(void **state)
{
    (void)state;
    shell_expect(shell("PATH=/nowhere " TRADESTREAM "bench --case scaling --bars 1000 --genomes 50 --repeats 1"), 69,
                 "no mpirun");
    assert_string_equal(shell_out, "");
}

static void failures_of_the_runs_are_told(void **state)
{
    (void)state;
    mpirun_or_skip();
    shell_expect(shell(TRADESTREAM "bench --case scaling --repeats 1 --file '%s'", ts_temporary("none.csv")), 1,
                 "none.csv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_tasks_are_shared_evenly), cmocka_unit_test(a_long_task_at_the_end_leaves_others_idle),
        cmocka_unit_test(latency_delays_the_others),     cmocka_unit_test(a_task_in_advance_hides_latency),
        cmocka_unit_test(messages_take_rank_0s_time),    cmocka_unit_test(a_checkpoint_holds_up_the_dealing),
        cmocka_unit_test(senseless_models_are_errors),   cmocka_unit_test(the_case_measures_three_and_foretells_seven),
        cmocka_unit_test(without_mpirun_it_says_so),     cmocka_unit_test(failures_of_the_runs_are_told),
    };
    setenv("LSAN_OPTIONS", "detect_leaks=0", 1); /* of ranks: Open MPI leaves memory to the end of the process */
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}
