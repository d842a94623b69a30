/* `tradestream discover --objective A,B` as a shell sees it: the front is that of all genomes, the same bytes whatever
 * computes it, and every row can be made again. */
#define _GNU_SOURCE
#include "common/json.h"
#include "host/metrics/metrics.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char folder[512], candles[600];

static int make_candles(void **state)
{
    if (ts_temporary_make(state)) return -1;
    snprintf(folder, sizeof folder, "%s", ts_temporary(""));
    snprintf(candles, sizeof candles, "%s", ts_temporary("SYN-USD.1m.csv"));
    return shell(TRADESTREAM "data generate --seed 3 --bars 6000 -o '%s'", candles);
}

/* The rows of a discovery, an array. */
static json_t *rows_of(const char *options)
{
    json_t *rows = json_array();
    shell_expect(shell(TRADESTREAM "discover --candles '%s' --min-trades 1 --format jsonl %s", candles, options), 0,
                 "");
    char *rest = shell_out;
    for (char *line; (line = strsep(&rest, "\n")) && *line;)
        assert_int_equal(json_array_append_new(rows, json_loads(line, 0, NULL)), 0);
    return rows;
}

static double metric(const json_t *row, const char *key)
{
    return json_number_value(json_object_get(json_object_get(row, "metrics"), key));
}

/* -1, 0 or 1: the first is better, equal, worse. */
static int compare(const json_t *a, const json_t *b, const char *key)
{
    double x = metric(a, key), y = metric(b, key);
    int order = (x > y) - (x < y);
    return ts_metric_table[ts_metric_find(key)].better == TS_LOWER ? order : -order;
}

/* Nothing is better in one without being worse in another; of equal ones the first in the list. */
static bool in_front(const json_t *all, size_t i, const char *const *keys)
{
    const json_t *row = json_array_get(all, i), *other;
    size_t j;
    json_array_foreach(all, j, other)
    {
        int better = 0, worse = 0;
        for (const char *const *key = keys; *key; key++) {
            better += compare(other, row, *key) < 0;
            worse += compare(other, row, *key) > 0;
        }
        if (!worse && (better || j < i)) return false;
    }
    return true;
}

static const json_t *find(const json_t *rows, const json_t *parameters)
{
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row)
    {
        if (json_equal(json_object_get(row, "parameters"), parameters)) return row;
    }
    return NULL;
}

static void expect_scores(const json_t *row, const char *const *keys, size_t front)
{
    const json_t *scores = json_object_get(row, "scores"), *names = json_object_get(row, "objectives");
    size_t count = 0;
    for (; keys[count]; count++) {
        assert_string_equal(json_string_value(json_array_get(names, count)), keys[count]);
        assert_true(json_number_value(json_array_get(scores, count)) == metric(row, keys[count]));
    }
    assert_int_equal(json_array_size(scores), count);
    assert_int_equal(json_array_size(names), count);
    assert_int_equal(json_integer_value(json_object_get(row, "front")), front);
    assert_string_equal(json_string_value(json_object_get(row, "objective")), keys[0]);
    assert_true(json_number_value(json_object_get(row, "score")) == metric(row, keys[0]));
}

/* All genomes by the search of the first objective, against the front of the search of them all. */
static void expect_front(const char *strategy, const char *const *keys)
{
    char options[512], list[128] = "";
    for (const char *const *key = keys; *key; key++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", key == keys ? "" : ",", *key);
    snprintf(options, sizeof options, "--strategies %s --objective %s --search exhaustive --top 10000", strategy,
             keys[0]);
    json_t *all = rows_of(options), *row;
    snprintf(options, sizeof options, "--strategies %s --objective %s --top 10000", strategy, list);
    json_t *rows = rows_of(options);
    size_t front = 0, i;
    assert_true(json_array_size(all) > 40);
    json_array_foreach(all, i, row)
    {
        bool stays = in_front(all, i, keys);
        const json_t *found = find(rows, json_object_get(row, "parameters"));
        if (stays != !!found) fail_msg("%s, genome %zu of %s", strategy, i, list);
        front += stays;
    }
    assert_int_equal(json_array_size(rows), front);
    json_array_foreach(rows, i, row)
    {
        expect_scores(row, keys, front);
        assert_int_equal(json_integer_value(json_object_get(row, "rank")), i + 1);
        if (i) assert_true(compare(json_array_get(rows, i - 1), row, keys[0]) <= 0);
    }
    print_message("%s, %s: %zu of %zu\n", strategy, list, front, json_array_size(all));
    json_decref(all);
    json_decref(rows);
}

static void an_enumerated_front_is_that_of_all_genomes(void **state)
{
    (void)state;
    static const char *const two[] = {"sharpe", "max_drawdown", NULL};
    static const char *const three[] = {"win_rate", "turnover", "profit_factor", NULL};
    static const char *const four[] = {"volatility", "expectancy", "worst_trade", "trades", NULL};
    expect_front("ADX_DMI", two);
    expect_front("ADX_DMI", three);
    expect_front("ADX_DMI", four);
}

#define NSGA2                                                                                                          \
    "--strategies MACD_CROSSOVER,SMA_RSI,ATR_TRAILING_STOP --search nsga2 --population 40 --generations 4 "            \
    "--min-trades 1 --objective sharpe,turnover,win_rate "

static void the_same_bytes_for_threads_and_back_ends(void **state)
{
    (void)state;
    static const char *const ways[] = {"--threads 1 --backend scalar", "--threads 4 --backend scalar",
                                       "--threads 2 --backend avx2", "--threads 1 --backend avx512"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        int rc = shell(TRADESTREAM "discover --candles '%s' " NSGA2 "--seed 7 %s --out '%s/%s'", candles, ways[i],
                       folder, i ? "other" : "first");
        if (rc == 69) continue; /* this machine lacks the back end */
        shell_expect(rc, 0, "results in");
        if (i) shell_expect(shell("cmp '%s/first/results.jsonl' '%s/other/results.jsonl'", folder, folder), 0, "");
    }
    assert_int_equal(shell("grep -c '\"search\": \"nsga2\"' '%s/first/results.jsonl'", folder), 0);
    assert_true(strtol(shell_out, NULL, 10) >= 9);
    assert_int_equal(shell(TRADESTREAM "discover --candles '%s' " NSGA2 "--seed 8 --out '%s/other'", candles, folder),
                     0);
    assert_int_equal(shell("cmp -s '%s/first/results.jsonl' '%s/other/results.jsonl'", folder, folder), 1);
}

/* Rows are computed again with every score; one that was edited is found. */
static void rows_are_verified(void **state)
{
    (void)state;
    shell_expect(shell(TRADESTREAM "discover --candles '%s' " NSGA2 "--out '%s/rows'", candles, folder), 0, "");
    shell_expect(shell(TRADESTREAM "verify '%s/rows' --candles '%s'", folder, candles), 0, "");
    ts_error error = {0};
    json_t *row;
    assert_int_equal(shell("head -1 '%s/rows/results.jsonl' >'%s/row.json'", folder, folder), 0);
    row = ts_json_load(ts_temporary("row.json"), 1 << 20, &error);
    if (!row) fail_msg("%s", error.text);
    json_array_set_new(json_object_get(row, "scores"), 1, json_real(0.5));
    char *edited = json_dumps(row, JSON_REAL_PRECISION(17));
    const char *path = ts_temporary_text("edited.jsonl", edited);
    shell_expect(shell(TRADESTREAM "verify '%s' --candles '%s'", path, candles), 1, "");
    shell_expect_out("scores[1]");
    shell_expect(shell(TRADESTREAM "validate '%s/row.json' --candles '%s'", folder, candles), 0, "");
    free(edited);
    json_decref(row);
}

/* What the table says: that it is a front, of what, and how much of it. An objective without a column gets one. */
static void the_table_says_that_it_is_a_front(void **state)
{
    (void)state;
    shell_expect(shell(TRADESTREAM "discover --candles '%s' --strategies ADX_DMI --min-trades 1 --top 3 "
                                   "--objective sharpe,turnover,win_rate --out '%s/three'",
                       candles, folder),
                 0, "");
    shell_expect_out("FRONT of sharpe (more is better), turnover (less is better) and win_rate (more is better): ");
    shell_expect_out("; kept are the 3 of ");
    shell_expect_out("  turnover  ");
    assert_null(strstr(shell_out, "  win_rate  ")); /* the column is "win %" */
    shell_expect(shell("grep -c '\"objectives\"' '%s/three/run.json'", folder), 0, "");
    shell_expect(shell(TRADESTREAM "discover --candles '%s' --strategies ADX_DMI --min-trades 1", candles), 0, "");
    assert_null(strstr(shell_out, "FRONT"));
    shell_expect(shell(TRADESTREAM "discover --candles '%s' --strategies PIVOT --min-trades 100000 "
                                   "--objective sharpe,calmar",
                       candles),
                 0, "");
    shell_expect_out("NO FEASIBLE GENOME");
    shell_expect_out("a defined sharpe,calmar");
    assert_null(strstr(shell_out, "FRONT"));
}

static void bad_lists_are_refused(void **state)
{
    (void)state;
    static const shell_refusal cases[] = {
        {"--objective sharpe,sharpe", 2, "--objective: sharpe is named twice"},
        {"--objective sharpe,calmr", 2, "--objective: no objective \"calmr\": did you mean calmar?"},
        {"--objective sharpe,", 2, "--objective: a key is missing"},
        {"--objective ''", 2, "--objective"},
        {"--objective sharpe,calmar,sortino,volatility,win_rate", 2, "--objective: 5 keys: expected 1 to 4"},
        {"--objective sharpe,calmar --search ga", 2, "say nsga2 or auto"},
        {"--objective sharpe --search nsga2", 2, "expected 2 to 4 keys"},
        {"--objective sharpe,calmar --walk-forward train=1d,test=12h", 2, "--walk-forward: a test window trades"},
    };
    char command[1024];
    snprintf(command, sizeof command, TRADESTREAM "discover --candles '%s' --strategies PIVOT", candles);
    shell_refuses(command, cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_enumerated_front_is_that_of_all_genomes),
        cmocka_unit_test(the_same_bytes_for_threads_and_back_ends),
        cmocka_unit_test(rows_are_verified),
        cmocka_unit_test(the_table_says_that_it_is_a_front),
        cmocka_unit_test(bad_lists_are_refused),
    };
    return cmocka_run_group_tests(tests, make_candles, ts_temporary_remove);
}
