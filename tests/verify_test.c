/* `tradestream verify` as a shell sees it: what `discover` wrote is computed again to the last bit, whatever the
 * options; one bit changed anywhere is found and named; what cannot be compared is refused with its place. */
#include "common/json.h"
#include "common/safe_file.h"
#include "host/metrics/metrics.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GA                                                                                                             \
    "--strategies MACD_CROSSOVER,SMA_RSI,ATR_TRAILING_STOP,PIVOT --search ga --population 40 --generations 3 "         \
    "--min-trades 1 --top 2 "

static char folder[512], candles[600];

static int make_runs(void **state)
{
    if (ts_temporary_make(state)) return -1;
    snprintf(folder, sizeof folder, "%s", ts_temporary(""));
    snprintf(candles, sizeof candles, "%s", ts_temporary("SYN-USD.1m.csv"));
    if (shell(TRADESTREAM "data generate --seed 3 --bars 6000 --gaps 0.002 -o '%s'", candles)) return -1;
    if (shell(TRADESTREAM "discover --candles '%s' " GA "--out '%s/plain'", candles, folder)) return -1;
    return shell(TRADESTREAM "discover --candles '%s' " GA "--walk-forward train=1d,test=12h --out '%s/folds'", candles,
                 folder);
}

static int verify(const char *file)
{
    return shell(TRADESTREAM "verify '%s/%s' --candles '%s' --format json", folder, file, candles);
}

/* The first row of a run, to be edited. */
static json_t *first_row(const char *run)
{
    ts_strbuf text = {0};
    ts_error error = {0};
    char name[64];
    snprintf(name, sizeof name, "%s/results.jsonl", run);
    if (ts_file_read(ts_temporary(name), 1 << 24, &text, &error)) fail_msg("%s", error.text);
    json_t *row = json_loadb(text.text, strcspn(text.text, "\n"), 0, NULL);
    assert_non_null(row);
    ts_strbuf_clear(&text);
    return row;
}

/* Write the row behind another that is as it was, and verify both. */
static int verify_edited(const char *run, const json_t *row)
{
    ts_strbuf text = {0};
    json_t *whole = first_row(run);
    char *first = json_dumps(whole, JSON_REAL_PRECISION(17)), *second = json_dumps(row, JSON_REAL_PRECISION(17));
    ts_strbuf_printf(&text, "%s\n%s\n", first, second);
    ts_temporary_text("edited.jsonl", text.text);
    json_decref(whole);
    free(first);
    free(second);
    ts_strbuf_clear(&text);
    return verify("edited.jsonl");
}

/* The differences of the last command: names, "" for none; all must be of the second row. */
static void differences(char *names, size_t size)
{
    json_t *root = json_loads(shell_out, 0, NULL), *difference;
    size_t i, used = 0;
    assert_non_null(root);
    *names = '\0';
    json_array_foreach(json_object_get(root, "differences"), i, difference)
    {
        assert_int_equal(json_integer_value(json_object_get(difference, "row")), 2);
        assert_string_equal(json_string_value(json_object_get(difference, "symbol")), "SYN-USD");
        used += (size_t)snprintf(names + used, size - used, "%s ",
                                 json_string_value(json_object_get(difference, "number")));
        assert_true(used < size);
    }
    json_decref(root);
}

static void what_was_found_is_computed_again(void **state)
{
    (void)state;
    static const char *const options[] = {
        "",
        "--fill close --fee 0 --slippage 0",
        "--direction short --fill-gaps --risk-free 0.02 --no-statistics",
        "--from 2020-01-02 --to 2020-01-04T05:00:00Z --objective tradestream --bars-per-year 365000",
        "--walk-forward train=1d,test=12h,embargo=1h,anchored --fill-gaps",
        "--walk-forward train=2d,test=6h,step=12h"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        shell_expect(shell(TRADESTREAM "discover --candles '%s' " GA "%s --out '%s/run'", candles, options[i], folder),
                     0, "");
        shell_expect(shell(TRADESTREAM "verify '%s/run' --candles '%s'", folder, candles), 0, "");
        shell_expect_out("all the same\n");
        shell_expect(shell(TRADESTREAM "discover --candles '%s' " GA "%s --format json >'%s/all.json'", candles,
                           options[i], folder),
                     0, "");
        shell_expect(verify("all.json"), 0, "");
    }
}

static void real_results_are_computed_again(void **state)
{
    (void)state;
    char file[600];
    snprintf(file, sizeof file, "%s", ts_shared_data(TS_SHARED_DATA, "1h/BTC-USDT.1h.csv.zst"));
    for (int folds = 0; folds < 2; folds++) {
        shell_expect(shell(TRADESTREAM "discover --candles '%s' --strategies all --evaluations 100 --min-trades 1 %s "
                                       "--out '%s/real'",
                           file, folds ? "--walk-forward train=540d,test=180d" : "--from 2021-01-01", folder),
                     0, "");
        shell_expect(shell(TRADESTREAM "verify '%s/real' --candles '%s'", folder, file), 0, "");
        shell_expect_out("all the same\n");
    }
}

/* The output of backtest is a result without a search. */
static void one_backtest_is_verified(void **state)
{
    (void)state;
    shell_expect(
        shell(TRADESTREAM "backtest --candles '%s' --strategy PIVOT --format json >'%s/one.json'", candles, folder), 0,
        "");
    shell_expect(verify("one.json"), 0, "");
}

/* Earlier and later candles come into a store after the search: the rows still begin where they began. */
static void a_store_may_have_grown(void **state)
{
    (void)state;
    shell_expect(shell("cd '%s' && head -1 SYN-USD.1m.csv >head && head -5001 SYN-USD.1m.csv | tail -3000 | cat head - "
                       ">part.csv && " TRADESTREAM "data import --store store --symbol SYN-USD --interval 1m part.csv",
                       folder),
                 0, "");
    shell_expect(shell(TRADESTREAM "discover --store '%s/store' " GA "--out '%s/stored'", folder, folder), 0, "");
    shell_expect(shell(TRADESTREAM "verify '%s/stored' --store '%s/store'", folder, folder), 0, "");
    shell_expect(
        shell(TRADESTREAM "data import --store '%s/store' --symbol SYN-USD --interval 1m '%s'", folder, candles), 0,
        "");
    shell_expect(shell(TRADESTREAM "verify '%s/stored' --store '%s/store'", folder, folder), 0, "");
    shell_expect_out("all the same\n");
    shell_expect(verify("stored"), 0, ""); /* the file has all of it, too */
    shell_expect(shell(TRADESTREAM "verify '%s/stored' --candles '%s/part.csv'", folder, folder), 65,
                 "symbol: no candles of SYN-USD among the 1 files: the first is of part");
    shell_expect(shell(TRADESTREAM "verify '%s/stored' --candles '%s/part.csv' --symbols SYN-USD", folder, folder), 0,
                 "");
    shell_expect(shell(TRADESTREAM "verify '%s/plain' --store '%s/store'", folder, folder), 0, "");
    shell_expect(shell(TRADESTREAM "verify '%s/stored' --store '%s/nowhere'", folder, folder), 65, "nowhere");
}

static void a_strategy_of_a_file_is_named_again(void **state)
{
    (void)state;
    static const char definition[] =
        "{\"name\": \"MINE\", \"description\": \"-\", \"source\": \"-\", \"parameters\": {\"n[0]\": "
        "{\"type\": \"int\", \"min\": 2, \"max\": 9, \"default\": 3}}, \"entry\": \"close > sma(close, n[0])\", "
        "\"exit\": \"close < sma(close, n[0])\"}";
    char changed[sizeof definition];
    const char *mine = ts_temporary_text("my own.json", definition);
    shell_expect(shell(TRADESTREAM "discover --candles '%s' --strategies '%s' --out '%s/mine'", candles, mine, folder),
                 0, "");
    shell_expect(verify("mine"), 65, "mine/results.jsonl:1: strategy: MINE is not in the catalogue");
    shell_expect(shell(TRADESTREAM "verify '%s/mine' --candles '%s' --strategies '%s'", folder, candles, mine), 0, "");
    snprintf(changed, sizeof changed, "%s", definition);
    strstr(changed, "close < sma")[6] = '>';
    mine = ts_temporary_text("my own.json", changed);
    shell_expect(shell(TRADESTREAM "verify '%s/mine' --candles '%s' --strategies '%s'", folder, candles, mine), 65,
                 "mine/results.jsonl:1: definition_hash: the result was made by MINE as ");
}

/* The neighbouring double, the next count, the other truth; a null becomes a number. */
static void change(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    assert_non_null(value);
    if (json_is_real(value)) json_object_set_new(object, key, json_real(nextafter(json_real_value(value), INFINITY)));
    else if (json_is_integer(value)) json_object_set_new(object, key, json_integer(json_integer_value(value) + 1));
    else if (json_is_boolean(value)) json_object_set_new(object, key, json_boolean(!json_is_true(value)));
    else json_object_set_new(object, key, json_real(0.5));
}

static json_t *part(json_t *row, const char *path)
{
    if (!*path) return row;
    json_t *walk = json_object_get(row, "walk_forward");
    json_t *fold = json_array_get(json_object_get(walk, "folds"), 1);
    if (!strcmp(path, "walk_forward")) return walk;
    if (!strcmp(path, "fold")) return fold;
    if (!strcmp(path, "fold train")) return json_object_get(json_object_get(fold, "train"), "metrics");
    if (!strcmp(path, "fold test")) return json_object_get(json_object_get(fold, "test"), "metrics");
    return json_object_get(row, path);
}

/* Change one member of the first row: exactly one difference, with that name. */
static void one_difference(const char *run, const char *path, const char *key, const char *name)
{
    char found[4096], wanted[256];
    json_t *row = first_row(run);
    change(part(row, path), key);
    int code = verify_edited(run, row);
    json_decref(row);
    if (code != 1) fail_msg("%s %s: exit code %d: %s", path, key, code, shell_err);
    differences(found, sizeof found);
    snprintf(wanted, sizeof wanted, "%s ", name);
    assert_string_equal(found, wanted);
}

static void one_bit_of_any_number_is_found(void **state)
{
    (void)state;
    shell_expect(verify("plain"), 0, "");
    for (int i = 0; i < TS_METRICS; i++) {
        const char *key = ts_metric_table[i].name;
        char train[64], test[64];
        snprintf(train, sizeof train, "walk_forward.folds[1].train.%s", key);
        snprintf(test, sizeof test, "walk_forward.folds[1].test.%s", key);
        one_difference("plain", "metrics", key, key);
        one_difference("folds", "metrics", key, key);
        one_difference("folds", "fold train", key, train);
        one_difference("folds", "fold test", key, test);
    }
    one_difference("plain", "", "score", "score");
    one_difference("plain", "", "synthetic", "synthetic");
    one_difference("plain", "trials", "deflated_sharpe", "trials.deflated_sharpe");
    one_difference("plain", "trials", "run", "trials.deflated_sharpe");
    one_difference("folds", "", "evaluations", "evaluations");
    one_difference("folds", "fold", "score", "walk_forward.folds[1].score");
    one_difference("folds", "walk_forward", "in_sample_score", "walk_forward.in_sample_score");
}

/* Set a member of a row's part to a JSON text and verify. */
static int verify_with(const char *run, const char *path, const char *key, const char *value)
{
    json_t *row = first_row(run), *said = json_loads(value, JSON_DECODE_ANY, NULL);
    assert_non_null(said);
    json_object_set_new(part(row, path), key, said);
    int code = verify_edited(run, row);
    json_decref(row);
    return code;
}

/* What the numbers follow from: edited, the numbers are others. */
static void edited_assumptions_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *run, *path, *key, *value, *differs;
    } cases[] = {
        {"plain", "", "fee", "0.0011", "total_return "},
        {"plain", "", "slippage", "0", "total_return "},
        {"plain", "", "fill", "\"close\"", "volatility "},
        {"plain", "", "bars_per_year", "365", "sharpe "},
        {"plain", "", "risk_free", "0.1", "sharpe "},
        {"plain", "", "direction", "\"short\"", "total_return "},
        {"plain", "", "objective", "\"sortino\"", "score "},
        {"plain", "", "start", "\"2020-01-02\"", "bars "},
        {"plain", "", "load_from", "\"2019-12-31T23:59:59Z\"", "load_from "},
        {"plain", "", "command", "\"tradestream backtest\"", "command "},
        {"folds", "", "start", "\"2020-01-01T00:00:30Z\"", "start "},
        {"folds", "fold", "score", "null", "walk_forward.folds[1].score "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char found[8192];
        int code = verify_with(cases[i].run, cases[i].path, cases[i].key, cases[i].value);
        if (code != 1) fail_msg("%s: exit code %d: %s", cases[i].key, code, shell_err);
        differences(found, sizeof found);
        if (!strstr(found, cases[i].differs))
            fail_msg("%s: \"%s\" is not in: %s", cases[i].key, cases[i].differs, found);
    }
}

/* A parameter one step away, in the row and in one fold. */
static void edited_parameters_are_found(void **state)
{
    (void)state;
    static const char *const runs[] = {"plain", "folds"}, *const paths[] = {"", "fold"},
                             *const names[] = {"command ", "walk_forward.folds[1].train.total_return "};
    for (int i = 0; i < 2; i++) {
        char found[8192];
        json_t *row = first_row(runs[i]), *parameters = json_object_get(part(row, paths[i]), "parameters");
        const char *key = json_object_iter_key(json_object_iter(parameters));
        json_int_t value = json_integer_value(json_object_get(parameters, key));
        json_object_set_new(parameters, key, json_integer(value + 1));
        int code = verify_edited(runs[i], row);
        if (code == 65) { /* that was its largest value */
            json_object_set_new(parameters, key, json_integer(value - 1));
            code = verify_edited(runs[i], row);
        }
        shell_expect(code, 1, "1 of 2 results");
        differences(found, sizeof found);
        if (!strstr(found, names[i])) fail_msg("\"%s\" is not in: %s", names[i], found);
        json_decref(row);
    }
}

static void what_cannot_be_compared_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *run, *path, *key, *value, *says;
    } cases[] = {
        {"plain", "", "engine_version", "\"0.0.9\"",
         "edited.jsonl:2: engine_version: the result was made by engine 0.0.9"},
        {"plain", "", "strategy", "\"NOBODY\"", "edited.jsonl:2: strategy: NOBODY is not in the catalogue"},
        {"plain", "", "definition_hash", "\"00000000000000000000000000000000\"", ":2: definition_hash: the result was"},
        {"plain", "", "parameters", "{\"nothing\": 1}", ":2: parameters: "},
        {"plain", "", "parameters", "{}", ": missing"},
        {"plain", "", "symbol", "\"BTC-USD\"", ":2: symbol: no candles of BTC-USD among the 1 files"},
        {"plain", "", "interval", "\"5m\"", ":2: "},
        {"plain", "", "exchange", "\"../../etc\"", ":2: "},
        {"plain", "", "fingerprint", "\"00000000000000000000000000000000\"", ":2: "},
        {"plain", "", "end", "\"2020-01-03\"", "fingerprint: these are not the candles of the result"},
        {"plain", "", "load_from", "\"2020-01-01T00:05:00Z\"", "start: expected a time not before load_from"},
        {"plain", "", "fill_gaps", "true", "fingerprint: these are not the candles"},
        {"plain", "", "fee", "-1", ":2: "},
        {"plain", "", "bars_per_year", "0", ":2: "},
        {"plain", "", "direction", "\"both\"", ":2: "},
        {"folds", "", "walk_forward", "{}", "edited.jsonl:2: walk_forward: "},
        {"folds", "walk_forward", "windows", "\"train=1d,test=6h\"", "walk_forward: folds: expected "},
        {"folds", "walk_forward", "windows", "\"train=100d,test=12h\"", ":2: walk-forward train=100d"},
        {"folds", "fold", "parameters", "{\"nothing\": 1}", "walk_forward: folds[1]: parameters: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        shell_expect(verify_with(cases[i].run, cases[i].path, cases[i].key, cases[i].value), 65, cases[i].says);
        assert_string_equal(shell_out, "");
    }
}

static void other_candles_are_refused(void **state)
{
    (void)state;
    assert_int_equal(shell("mkdir -p '%s/other' && awk -F, -v OFS=, 'NR == 3000 { $6 += 1 } 1' '%s' "
                           ">'%s/other/SYN-USD.1m.csv'",
                           folder, candles, folder),
                     0);
    shell_expect(shell(TRADESTREAM "verify '%s/plain' --candles '%s/other/SYN-USD.1m.csv'", folder, folder), 65,
                 "plain/results.jsonl:1: ");
    shell_expect(1, 1, "fingerprint: these are not the candles of the result");
    /* the right ones are found beside them */
    shell_expect(
        shell(TRADESTREAM "verify '%s/plain' --candles '%s/other/SYN-USD.1m.csv' '%s'", folder, folder, candles), 0,
        "");
}

static void the_table_names_the_cell(void **state)
{
    (void)state;
    shell_expect(
        shell("sed '3s/\"win_rate\": 0/\"win_rate\": 1/' '%s/plain/results.jsonl' >'%s/cell.jsonl'", folder, folder), 0,
        "");
    for (int threads = 1; threads < 4; threads += 2) {
        int code = shell(TRADESTREAM "verify '%s/cell.jsonl' --candles '%s' --threads %d", folder, candles, threads);
        shell_expect(code, 1, "cell.jsonl: 1 of the values, in 1 of 8 results, differ from what is computed");
        shell_expect_out("  3  SYN-USD  ");
        shell_expect_out("  win_rate  ");
        shell_expect_out("1 in 1 results differ\n");
    }
}

static void bad_files_are_refused(void **state)
{
    (void)state;
    assert_int_equal(shell("cd '%s' && mkdir -p none partial && : >empty.jsonl && : >partial/results.partial.jsonl && "
                           "head -c 1000 plain/results.jsonl >cut.jsonl && head -c 100000000 /dev/zero >zeros.jsonl && "
                           "head -c 100000 " TRADESTREAM " >binary.jsonl",
                           folder),
                     0);
    static const struct {
        const char *file, *says;
    } cases[] = {{"empty.jsonl", "holds no results"},
                 {"cut.jsonl", "cut.jsonl:1: the line ends within a result"},
                 {"zeros.jsonl", "zeros.jsonl:1: expected a line of at most"},
                 {"binary.jsonl", "binary.jsonl:1"},
                 {"nowhere.jsonl", "nowhere.jsonl: No such file"},
                 {"none", "no results.jsonl in this folder"},
                 {"partial", "its run has not ended"},
                 {"SYN-USD.1m.csv", "SYN-USD.1m.csv:1:"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        shell_expect(verify(cases[i].file), 65, cases[i].says);
        assert_string_equal(shell_out, "");
    }
    static const shell_refusal usage[] = {{"", 2, "--store DIR"},
                                          {"--candles x.csv --store y", 2, "--store DIR"},
                                          {"more --candles x.csv", 2, "One file of results"},
                                          {"--candles x.csv --symbols A-USD,B-USD", 2, "one symbol for each file"},
                                          {"--candles x.csv --threads 0", 2, "--threads"},
                                          {"--candles x.csv --strategies nowhere.json", 65, "nowhere.json"}};
    char command[1024];
    snprintf(command, sizeof command, TRADESTREAM "verify '%s/plain'", folder);
    shell_refuses(command, usage, sizeof usage / sizeof *usage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_found_is_computed_again),
        cmocka_unit_test(real_results_are_computed_again),
        cmocka_unit_test(one_backtest_is_verified),
        cmocka_unit_test(a_store_may_have_grown),
        cmocka_unit_test(a_strategy_of_a_file_is_named_again),
        cmocka_unit_test(one_bit_of_any_number_is_found),
        cmocka_unit_test(edited_assumptions_are_found),
        cmocka_unit_test(edited_parameters_are_found),
        cmocka_unit_test(what_cannot_be_compared_is_refused),
        cmocka_unit_test(other_candles_are_refused),
        cmocka_unit_test(the_table_names_the_cell),
        cmocka_unit_test(bad_files_are_refused),
    };
    return cmocka_run_group_tests(tests, make_runs, ts_temporary_remove);
}
