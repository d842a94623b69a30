/* `tradestream discover` as a shell sees it: the same bytes for any number of threads and any back end, numbers that
 * `backtest` makes again bit for bit, and what bad input gets. */
#define _GNU_SOURCE
#include "common/json.h"
#include "common/safe_file.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[512], candles[600];

static int make_candles(void **state)
{
    if (ts_temporary_make(state)) return -1;
    snprintf(folder, sizeof folder, "%s", ts_temporary(""));
    snprintf(candles, sizeof candles, "%s", ts_temporary("SYN-USD.1m.csv"));
    return shell(TRADESTREAM "data generate --seed 3 --bars 6000 --gaps 0.002 -o '%s'", candles);
}

static char *read_text(const char *name)
{
    ts_strbuf text = {0};
    ts_error error = {0};
    if (ts_file_read(ts_temporary(name), 1 << 24, &text, &error)) fail_msg("%s", error.text);
    ts_strbuf_puts(&text, "");
    return text.text;
}

static json_t *read_json(const char *name)
{
    ts_error error = {0};
    json_t *root = ts_json_load(ts_temporary(name), 1 << 24, &error);
    if (!root) fail_msg("%s", error.text);
    return root;
}

#define GA                                                                                                             \
    "--strategies MACD_CROSSOVER,SMA_RSI,ATR_TRAILING_STOP,PIVOT --search ga --population 40 --generations 3 "         \
    "--min-trades 1 "

static void the_same_bytes_for_threads_and_back_ends(void **state)
{
    (void)state;
    static const char *const ways[] = {"--threads 1 --backend scalar", "--threads 2 --backend scalar",
                                       "--threads 4 --backend scalar", "--threads 2 --backend avx2",
                                       "--threads 1 --backend avx512"};
    char *first = NULL;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        int rc =
            shell(TRADESTREAM "discover --candles '%s' " GA "--seed 7 %s --out '%s/same'", candles, ways[i], folder);
        if (rc == 69) continue; /* this machine lacks the back end */
        shell_expect(rc, 0, "results in");
        char *text = read_text("same/results.jsonl");
        if (first) assert_string_equal(text, first);
        else first = strdup(text);
        free(text);
        assert_int_not_equal(access(ts_temporary("same/results.partial.jsonl"), F_OK), 0);
    }
    assert_non_null(strstr(first, "\"strategy\": \"PIVOT\""));
    assert_int_equal(shell(TRADESTREAM "discover --candles '%s' " GA "--seed 8 --format jsonl", candles), 0);
    assert_string_not_equal(shell_out, first);
    free(first);
}

/* Member by member as text: JSON reals are the shortest that read back the same. */
static void assert_same_metrics(json_t *a, json_t *b)
{
    const char *key;
    json_t *value;
    assert_int_equal(json_object_size(a), json_object_size(b));
    json_object_foreach(a, key, value)
    {
        if (!json_equal(value, json_object_get(b, key))) fail_msg("%s differs", key);
    }
}

/* Each winner's command, run in the folder of the candles, gives its metrics. */
static void the_command_of_a_result_makes_its_numbers_again(void **state)
{
    (void)state;
    static const char *const options[] = {
        "", "--fill close --fee 0 --slippage 0", "--direction short --fill-gaps --risk-free 0.02",
        "--from 2020-01-02 --to 2020-01-04T05:00:00Z --objective tradestream --bars-per-year 365000"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        assert_int_equal(
            shell(TRADESTREAM "discover --candles '%s' " GA "--top 2 %s --format jsonl", candles, options[i]), 0);
        char *lines = strdup(shell_out), *rest = lines;
        int results = 0;
        for (char *line; (line = strsep(&rest, "\n")) && *line; results++) {
            json_t *result = json_loads(line, 0, NULL);
            assert_non_null(result);
            const char *command = json_string_value(json_object_get(result, "command"));
            assert_null(strstr(command, folder));
            assert_memory_equal(command, "tradestream backtest ", 21);
            shell_expect(shell("cd '%s' && %s %s", folder, TRADESTREAM, command + strlen("tradestream ")), 0, "");
            json_t *again = json_loads(shell_out, 0, NULL);
            assert_non_null(again);
            assert_same_metrics(json_object_get(result, "metrics"), json_object_get(again, "metrics"));
            static const char *const keys[] = {"fingerprint", "definition_hash", "parameters", "start",
                                               "end",         "load_from"};
            for (size_t j = 0; j < sizeof keys / sizeof *keys; j++)
                assert_true(json_equal(json_object_get(result, keys[j]), json_object_get(again, keys[j])));
            json_decref(result);
            json_decref(again);
        }
        assert_int_equal(results, 8);
        free(lines);
    }
}

/* No genome-bars are lost: each distinct genome is evaluated once, over every bar of the window. */
static void run_json_says_what_was_done(void **state)
{
    (void)state;
    shell_expect(
        shell(TRADESTREAM "discover --candles '%s' " GA "--threads 2 --backend scalar --out '%s/run'", candles, folder),
        0, "missing in");
    json_t *run = read_json("run/run.json");
    json_int_t evaluations = json_integer_value(json_object_get(run, "evaluations"));
    json_int_t genome_bars = json_integer_value(json_object_get(run, "genome_bars"));
    json_int_t sum = 0;
    json_t *search, *by = json_object_get(run, "genome_bars_by_backend");
    size_t i;
    assert_string_equal(json_string_value(json_object_get(run, "backend")), "scalar");
    assert_int_equal(json_integer_value(json_object_get(run, "threads")), 2);
    assert_int_equal(json_integer_value(json_object_get(by, "scalar")), genome_bars);
    assert_int_equal(genome_bars, evaluations * 6000);
    assert_true(json_number_value(json_object_get(run, "seconds")) > 0);
    assert_non_null(strstr(json_string_value(json_object_get(run, "command")), "discover --candles"));
    json_array_foreach(json_object_get(run, "searches"), i, search)
    {
        sum += json_integer_value(json_object_get(search, "evaluations"));
        assert_true(json_array_size(json_object_get(search, "convergence")) >= 1);
    }
    assert_int_equal(i, 4);
    assert_int_equal(sum, evaluations);
    json_t *series = json_array_get(json_object_get(run, "series"), 0);
    assert_true(json_integer_value(json_object_get(json_object_get(series, "gaps"), "missing_bars")) > 0);
    json_decref(run);
}

static void every_format_tells_the_same_winners(void **state)
{
    (void)state;
    assert_int_equal(shell(TRADESTREAM "discover --candles '%s' " GA "--format json", candles), 0);
    json_t *root = json_loads(shell_out, 0, NULL);
    assert_non_null(root);
    json_t *results = json_object_get(root, "results");
    assert_int_equal(json_array_size(results), 20);
    assert_true(json_array_size(json_object_get(root, "warnings")) >= 1); /* the candles are generated */
    const char *best = json_string_value(json_object_get(json_array_get(results, 0), "strategy"));
    assert_int_equal(shell(TRADESTREAM "discover --candles '%s' " GA, candles), 0);
    assert_non_null(strstr(shell_out, "GENERATED CANDLES"));
    char row[128];
    snprintf(row, sizeof row, "\n 1  SYN-USD  %s ", best);
    assert_non_null(strstr(shell_out, row));
    assert_int_equal(shell(TRADESTREAM "discover --candles '%s' " GA "--format csv", candles), 0);
    snprintf(row, sizeof row, "\n1,SYN-USD,1m,%s,", best);
    assert_non_null(strstr(shell_out, row));
    assert_non_null(strstr(shell_err, "GENERATED CANDLES"));
    json_decref(root);
}

static void a_store_gives_what_the_file_gives(void **state)
{
    (void)state;
    assert_int_equal(shell(TRADESTREAM "data generate --seed 3 --bars 2000 -o '%s/AAA-USD.1m.csv'", folder), 0);
    assert_int_equal(shell(TRADESTREAM "data generate --seed 4 --bars 2000 -o '%s/CCC-USD.1m.csv'", folder), 0);
    for (const char *name = "AC"; *name; name++)
        shell_expect(shell(TRADESTREAM
                           "data import --store '%s/store' --symbol %c%c%c-USD --interval 1m '%s/%c%c%c-USD.1m.csv'",
                           folder, *name, *name, *name, folder, *name, *name, *name),
                     0, "");
    static const char strategies[] = "--strategies PIVOT,ADX_DMI --min-trades 1 --format csv";
    shell_expect(
        shell(TRADESTREAM "discover --candles '%s/AAA-USD.1m.csv' '%s/CCC-USD.1m.csv' %s", folder, folder, strategies),
        0, "");
    char *from_files = strdup(shell_out);
    shell_expect(shell(TRADESTREAM "discover --store '%s/store' --symbols all %s", folder, strategies), 0, "");
    assert_string_equal(shell_out, from_files);
    shell_expect(shell(TRADESTREAM "discover --store '%s/store' --symbols cccusd,AAA-USD %s", folder, strategies), 0,
                 "");
    assert_string_equal(shell_out, from_files);
    shell_expect(shell(TRADESTREAM "discover --store '%s/store' --symbols CCC-USD %s", folder, strategies), 0, "");
    assert_null(strstr(shell_out, "AAA-USD"));
    shell_expect(shell(TRADESTREAM "discover --store '%s/store' --symbols ZZZ-USD %s", folder, strategies), 65,
                 "ZZZ-USD");
    free(from_files);
}

static void a_strategy_of_a_file_is_found_again(void **state)
{
    (void)state;
    ts_temporary_text(
        "mine.json",
        "{\"name\": \"MINE\", \"description\": \"-\", \"source\": \"-\", \"parameters\": {\"n[0]\": "
        "{\"type\": \"int\", \"min\": 2, \"max\": 9, "
        "\"default\": 3}}, \"entry\": \"close > sma(close, n[0])\", \"exit\": \"close < sma(close, n[0])\"}");
    shell_expect(shell("cd '%s' && " TRADESTREAM
                       "discover --candles SYN-USD.1m.csv --strategies PIVOT mine.json --format jsonl",
                       folder),
                 0, "");
    assert_non_null(strstr(shell_out, "\"strategy\": \"PIVOT\""));
    assert_non_null(strstr(shell_out, "\"strategy\": \"MINE\""));
    assert_non_null(strstr(shell_out, "--strategy mine.json --param 'n[0]="));
}

/* A window's winners are those of a run of its own, whatever stands beside it. */
static void windows_are_runs_of_their_own(void **state)
{
    (void)state;
    json_error_t why;
    int rc = shell(TRADESTREAM "discover --candles '%s' " GA "--windows 1d,2d --out '%s/windows'", candles, folder);
    shell_expect(rc, 0, "results in");
    shell_expect(shell(TRADESTREAM "verify '%s/windows' --candles '%s'", folder, candles), 0, "");
    char *text = read_text("windows/results.jsonl"), *rest = text;
    size_t rows = 0;
    for (char *line; (line = strtok_r(rest, "\n", &rest)); rows++) {
        json_t *row = json_loads(line, 0, &why), *twin = NULL;
        assert_non_null(row);
        rc = shell(TRADESTREAM "discover --candles '%s' " GA "--from %s --format jsonl", candles,
                   json_string_value(json_object_get(row, "start")));
        assert_int_equal(rc, 0);
        for (char *at = shell_out, *other; (other = strtok_r(at, "\n", &at)) && !twin;) {
            json_t *root = json_loads(other, 0, &why);
            if (json_equal(json_object_get(root, "parameters"), json_object_get(row, "parameters")) &&
                json_equal(json_object_get(root, "strategy"), json_object_get(row, "strategy")))
                twin = json_incref(root);
            json_decref(root);
        }
        assert_non_null(twin);
        assert_true(json_equal(json_object_get(row, "metrics"), json_object_get(twin, "metrics")));
        assert_true(json_equal(json_object_get(row, "rank"), json_object_get(twin, "rank")));
        json_decref(twin);
        json_decref(row);
    }
    free(text);
    assert_true(rows >= 8);
    rc = shell(TRADESTREAM "discover --candles '%s' " GA "--windows 1d,20d --format csv", candles);
    shell_expect(rc, 0, "SYN-USD: 1 of 2 windows are searched: the last 20d begin at ");
    rc = shell(TRADESTREAM "discover --candles '%s' " GA "--windows 20d", candles);
    shell_expect(rc, 65, "the last 20d begin at ");
    rc = shell(TRADESTREAM "discover --candles '%s' --windows 1d,24h", candles);
    shell_expect(rc, 2, "--windows: 24h is given twice");
    rc = shell(TRADESTREAM "discover --candles '%s' --windows 1d,x", candles);
    shell_expect(rc, 2, "--windows: 'x': expected a length such as 90d");
}

/* Indicators begin at the first bar loaded; the rows say which, and their command loads the same. */
static void what_is_not_loaded_warms_nothing_up(void **state)
{
    (void)state;
    json_error_t why;
    const char *asked = "--load-from 2020-01-02 --windows 2020-01-03,2020-01-04";
    shell_expect(shell(TRADESTREAM "discover --candles '%s' " GA "%s --out '%s/cut'", candles, asked, folder), 0, "");
    shell_expect(shell(TRADESTREAM "verify '%s/cut' --candles '%s'", folder, candles), 0, "");
    char *text = read_text("cut/results.jsonl");
    text[strcspn(text, "\n")] = '\0';
    json_t *row = json_loads(text, 0, &why);
    assert_string_equal(json_string_value(json_object_get(row, "load_from")), "2020-01-02T00:00:00Z");
    const char *command = json_string_value(json_object_get(row, "command"));
    assert_non_null(strstr(command, " --load-from 2020-01-02T00:00:00Z "));
    assert_int_equal(
        shell("cd '%s' && '%s/bin/tradestream' %s", folder, TS_BINARY_DIR, command + strlen("tradestream ")), 0);
    json_t *again = json_loads(shell_out, 0, &why);
    assert_true(json_equal(json_object_get(again, "metrics"), json_object_get(row, "metrics")));
    assert_true(json_equal(json_object_get(again, "fingerprint"), json_object_get(row, "fingerprint")));
    json_decref(again);
    json_decref(row);
    free(text);
    int rc = shell(TRADESTREAM "discover --candles '%s' --load-from 2030-01-01", candles);
    shell_expect(rc, 65, "no bar from 2030-01-01T00:00:00Z on, the last is of 2020-");
    rc = shell(TRADESTREAM "discover --candles '%s' --windows 2020-01-03,1d", candles);
    shell_expect(rc, 2, "--windows: '1d': expected a length");
}

static void nothing_feasible_is_said(void **state)
{
    (void)state;
    shell_expect(shell(TRADESTREAM "discover --candles '%s' --strategies PIVOT --min-trades 100000 --out '%s/none'",
                       candles, folder),
                 0, "");
    assert_memory_equal(shell_out, "NO FEASIBLE GENOME", 18);
    char *text = read_text("none/results.jsonl");
    assert_string_equal(text, "");
    free(text);
}

static void bad_options_are_refused_before_any_work(void **state)
{
    (void)state;
    static const shell_refusal cases[] = {
        {"--strategies MACD_CROSOVER", 2, "did you mean MACD_CROSSOVER?"},
        {"--strategies nowhere.json", 65, "nowhere.json"},
        {"--threads 0", 2, "--threads"},
        {"--population 1", 2, "--population: '1'"},
        {"--population 99999999999999999999", 2, "from 2 to 100000"},
        {"--population 64 --islands 33", 2, "--islands 33"},
        {"--evaluations 0", 2, "--evaluations"},
        {"--evaluations 1e30", 2, "--evaluations"},
        {"--top 0", 2, "--top"},
        {"--generations -1", 2, "--generations"},
        {"--objective sharp", 2, "did you mean sharpe?"},
        {"--max-drawdown 2", 2, "--max-drawdown"},
        {"--fee -0.1", 2, "--fee"},
        {"--strategies ADX_STOCHASTIC --search exhaustive", 2, "raise the budget"},
        {"--direction both --strategies PIVOT", 2, "PIVOT has no short_entry"},
        {"--backend none", 2, "unknown back end 'none'"},
        {"--symbols A-USD,B-USD", 2, "one symbol for each file"},
        {"--symbols BTC-USD", 65, "BTC-USD"},
        {"--interval 5m", 65, "5m"},
        {"--interval 7m", 2, "7m"},
        {"--from 2031-01-01", 65, "window"},
        {"--out /dev/null/out", 2, "--out: /dev/null"},
        {"--no-such-option", 2, "no-such-option"},
        {"stray", 2, "stray"},
    };
    char command[1024];
    snprintf(command, sizeof command, TRADESTREAM "discover --candles '%s' --strategies PIVOT", candles);
    shell_refuses(command, cases, sizeof cases / sizeof *cases);
    shell_expect(shell(TRADESTREAM "discover"), 2, "--candles FILE...");
    shell_expect(shell(TRADESTREAM "discover --candles x.csv --store y"), 2, "--store DIR");
    shell_expect(shell(TRADESTREAM "discover --candles '%s/missing.csv'", folder), 65, "missing.csv");
    ts_temporary_text("never.json", "{\"name\": \"NEVER\", \"description\": \"-\", \"source\": \"-\", \"parameters\": "
                                    "{\"n\": {\"type\": \"int\", \"min\": 2, \"max\": 9, "
                                    "\"default\": 3}}, \"require\": \"n < 2\", \"entry\": \"close > sma(close, n)\", "
                                    "\"exit\": \"close < sma(close, n)\"}");
    shell_expect(shell(TRADESTREAM "discover --candles '%s' --strategies '%s/never.json'", candles, folder), 65,
                 "require");
}

/* Three bars are fewer than any warm-up; of several files the damaged one is left out. */
static void what_cannot_be_searched_is_skipped_and_counted(void **state)
{
    (void)state;
    assert_int_equal(shell("head -4 '%s' >'%s/TINY-USD.1m.csv'; echo broken "
                           ">'%s/BAD-USD.1m.csv'",
                           candles, folder, folder),
                     0);
    shell_expect(shell(TRADESTREAM "discover --candles '%s/TINY-USD.1m.csv' --strategies PIVOT,ADX_DMI --out '%s/tiny'",
                       folder, folder),
                 65, "nothing could be searched: ADX_DMI on TINY-USD: the warm-up of ");
    assert_int_not_equal(access(ts_temporary("tiny/results.jsonl"), F_OK), 0);
    assert_int_not_equal(access(ts_temporary("tiny/results.partial.jsonl"), F_OK), 0);
    shell_expect(shell(TRADESTREAM
                       "discover --candles '%s/BAD-USD.1m.csv' '%s/TINY-USD.1m.csv' '%s' --strategies PIVOT "
                       "--min-trades 1 --out '%s/some'",
                       folder, folder, candles, folder),
                 0, "2 searches were skipped");
    json_t *run = read_json("some/run.json");
    assert_int_equal(json_integer_value(json_object_get(run, "skipped")), 2);
    assert_int_equal(json_integer_value(json_object_get(run, "results")), 5);
    json_t *bad = json_array_get(json_object_get(run, "series"), 0);
    assert_non_null(strstr(json_string_value(json_object_get(bad, "skipped")), "BAD-USD.1m.csv"));
    json_decref(run);
}

/* Of a series shorter than most warm-ups, what can trade is found, whichever genomes a search asks about together. */
static void a_short_series_is_searched_with_what_fits(void **state)
{
    (void)state;
    assert_int_equal(shell("head -36 '%s' >'%s/SHORT-USD.1m.csv'", candles, folder), 0);
    for (int seed = 1; seed <= 5; seed++) {
        shell_expect(shell(TRADESTREAM
                           "discover --candles '%s/SHORT-USD.1m.csv' --strategies MACD_CROSSOVER --search ga "
                           "--population 4 --islands 1 --evaluations 400 --min-trades 1 --seed %d --format jsonl",
                           folder, seed),
                     0, "genomes");
        assert_null(strstr(shell_err, "skipped"));
        shell_expect_out("MACD_CROSSOVER");
    }
}

/* A full disk, played by a limit on the size of files: an error that names the file, and no results.jsonl. */
static void a_full_disk_leaves_nothing_half_written(void **state)
{
    (void)state;
    int rc = shell("(trap '' XFSZ; ulimit -f 1; exec " TRADESTREAM "discover --candles '%s' " GA "--out '%s/full')",
                   candles, folder);
    shell_expect(rc, 1, "full/results.partial.jsonl: cannot be written");
    assert_int_not_equal(access(ts_temporary("full/results.jsonl"), F_OK), 0);
}

/* A tmpfs of 32 KiB, where the machine lets us mount one. */
static void a_full_tmpfs_leaves_nothing_half_written(void **state)
{
    (void)state;
    if (shell("mkdir -p '%s/tmpfs' && mount -t tmpfs -o size=32k none '%s/tmpfs'", folder, folder)) {
        print_message("no tmpfs can be mounted here\n");
        skip();
    }
    int rc = shell(TRADESTREAM "discover --candles '%s' " GA "--top 20 --out '%s/tmpfs'", candles, folder);
    char *said = strdup(shell_err);
    shell("ls '%s/tmpfs' | grep -vx 'checkpoint[.][0-9]*[.][0-9]*'", folder); /* a slow run has whole ones */
    char *left = strdup(shell_out);
    assert_int_equal(shell("umount '%s/tmpfs'", folder), 0);
    assert_int_equal(rc, 1);
    assert_non_null(strstr(said, "No space left on device"));
    assert_string_equal(left, "results.partial.jsonl\n");
    free(said);
    free(left);
}

/* Ctrl-C ends the run, to be gone on with; the winners of the searches that were done stay, too. */
static void ctrl_c_keeps_what_was_done(void **state)
{
    (void)state;
    char out[600], partial[700];
    snprintf(out, sizeof out, "%s/interrupted", folder);
    snprintf(partial, sizeof partial, "%s/results.partial.jsonl", out);
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr)) _exit(1);
        execl(TS_BINARY_DIR "/bin/tradestream", "tradestream", "discover", "--candles", candles, "--strategies",
              "ADX_DMI,ADX_STOCHASTIC", "--evaluations", "1000000000", "--population", "1000", "--min-trades", "1",
              "--out", out, (char *)NULL);
        _exit(127);
    }
    ts_strbuf text = {0};
    for (int i = 0; i < 600 && !text.length; i++) { /* ADX_DMI has 441 genomes, ADX_STOCHASTIC 4 million */
        usleep(50000);
        ts_error error = {0};
        ts_strbuf_reset(&text);
        if (ts_file_read(partial, 1 << 24, &text, &error)) ts_strbuf_reset(&text);
    }
    int status;
    assert_int_equal(kill(child, SIGINT), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == TS_RUN_AGAIN);
    assert_int_equal(shell("ls '%s/'checkpoint.*", out), 0);
    ts_strbuf_clear(&text);
    char *kept = read_text("interrupted/results.partial.jsonl");
    size_t length = strlen(kept);
    assert_true(length > 0 && kept[length - 1] == '\n');
    free(kept);
}

/* Alone: the tests whose names match. */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bytes_for_threads_and_back_ends),
        cmocka_unit_test(the_command_of_a_result_makes_its_numbers_again),
        cmocka_unit_test(run_json_says_what_was_done),
        cmocka_unit_test(every_format_tells_the_same_winners),
        cmocka_unit_test(a_store_gives_what_the_file_gives),
        cmocka_unit_test(a_strategy_of_a_file_is_found_again),
        cmocka_unit_test(windows_are_runs_of_their_own),
        cmocka_unit_test(what_is_not_loaded_warms_nothing_up),
        cmocka_unit_test(nothing_feasible_is_said),
        cmocka_unit_test(bad_options_are_refused_before_any_work),
        cmocka_unit_test(what_cannot_be_searched_is_skipped_and_counted),
        cmocka_unit_test(a_short_series_is_searched_with_what_fits),
        cmocka_unit_test(a_full_disk_leaves_nothing_half_written),
        cmocka_unit_test(a_full_tmpfs_leaves_nothing_half_written),
        cmocka_unit_test(ctrl_c_keeps_what_was_done),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, make_candles, ts_temporary_remove);
}
