/* `tradestream report` as its readers meet it: a page that a browser draws without a word of complaint, the same rows
 * in every format, and what bad input gets. */
#define _GNU_SOURCE
#include "common/json.h"
#include "common/safe_file.h"
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

enum { WITHOUT_BROWSER = 77, PAGE_MOST = 2 << 20 };

static char folder[512], candles[600];

#define RUN "--strategies MACD_CROSSOVER,PIVOT --search ga --population 40 --generations 4 --min-trades 1 "

static int make_runs(void **state)
{
    if (ts_temporary_make(state)) return -1;
    snprintf(folder, sizeof folder, "%s", ts_temporary(""));
    snprintf(candles, sizeof candles, "%s", ts_temporary("SYN-USD.1h.csv"));
    if (shell(TRADESTREAM "data generate --seed 3 --interval 1h --bars 9000 --gaps 0.002 -o '%s'", candles)) return -1;
    if (shell(TRADESTREAM "discover --candles '%s' " RUN "--out '%s/plain'", candles, folder)) return -1;
    return shell(TRADESTREAM "discover --candles '%s' " RUN "--walk-forward train=120d,test=60d --out '%s/walked'",
                 candles, folder);
}

static char *read_text(const char *name)
{
    ts_strbuf text = {0};
    ts_error error = {0};
    if (ts_file_read(ts_temporary(name), 1 << 24, &text, &error)) fail_msg("%s", error.text);
    ts_strbuf_puts(&text, "");
    return text.text;
}

static void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("the report lacks '%s'", part);
}

/* Look at a page with the browser; skips the test where there is none. */
static int look(const char *page)
{
    int rc = shell("python3 '%s/tests/browser/look' '%s'", TS_SOURCE_DIR, page);
    if (rc == WITHOUT_BROWSER) {
        print_message("skipped: no chromium to open the page with\n");
        skip();
    }
    return rc;
}

static void expect_good(const char *name)
{
    char *text = read_text(name);
    assert_true(strlen(text) < PAGE_MOST);
    free(text);
    int rc = look(ts_temporary(name));
    if (rc) fail_msg("%s: %s%s", name, shell_out, shell_err);
}

static void a_browser_draws_the_page_of_a_search(void **state)
{
    (void)state;
    shell_expect(shell(TRADESTREAM "report '%s/plain' --candles '%s' -o '%s/plain.html'", folder, candles, folder), 0,
                 "5 in detail");
    char *text = read_text("plain.html");
    static const char *const parts[] = {
        "GENERATED CANDLES",   "IN-SAMPLE", "untested",  "Verdict: ",   "buy and hold",         "Return of each month",
        "Score around it",     "Trades: ",  "Diversity", "Fingerprint", "tradestream backtest", "Bars missing",
        "Genome-bars a second"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) assert_holds(text, parts[i]);
    assert_null(strstr(text, "http:"));
    assert_null(strstr(text, "https:"));
    assert_null(strstr(text, "nan"));
    free(text);
    expect_good("plain.html");
}

static void a_browser_draws_the_page_of_a_walk_forward(void **state)
{
    (void)state;
    shell_expect(shell(TRADESTREAM "report '%s/walked' --candles '%s' -o '%s/walked.html'", folder, candles, folder), 0,
                 "");
    char *text = read_text("walked.html");
    static const char *const parts[] = {"OUT-OF-SAMPLE", "Walk-forward: score of each window", "tradestream discover"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) assert_holds(text, parts[i]);
    free(text);
    expect_good("walked.html");
}

static void a_browser_draws_the_page_of_real_candles(void **state)
{
    (void)state;
    const char *path = ts_shared_data(TS_SHARED_DATA, "1h/BTC-USDT.1h.csv.zst");
    shell_expect(shell(TRADESTREAM
                       "discover --candles '%s' --strategies DOUBLE_EMA_CROSSOVER,ATR_TRAILING_STOP --evaluations "
                       "400 --out '%s/real'",
                       path, folder),
                 0, "");
    shell_expect(shell(TRADESTREAM "report '%s/real' --candles '%s'", folder, path), 0, "report.html");
    char *text = read_text("real/report.html");
    assert_null(strstr(text, "GENERATED CANDLES"));
    free(text);
    expect_good("real/report.html");
}

/* The looking would see what it looks for: a page with all of it at once. */
static void a_broken_page_is_seen(void **state)
{
    (void)state;
    static const char *const says[] = {"is blank", "console", "the background is", "pixels wide",
                                       "Content Security Policy"};
    assert_int_equal(
        shell("sed -E 's/<path class=\"[^\"]*\"[^>]*>//g; s/<rect[^>]*>//g; s/.use strict.;/throw new Error(7);/; "
              "s/<main>/<main><img src=\"%s:\\/\\/example.org\\/x.png\">/; s/--paper: #15171a/--paper: #ffffff/; "
              "s/<h1>/<h1 style=\"width:3000px\">/' '%s/walked.html' >'%s/broken.html'",
              "https", folder, folder),
        0);
    assert_int_equal(look(ts_temporary("broken.html")), 1);
    for (size_t i = 0; i < sizeof says / sizeof *says; i++) shell_expect_out(says[i]);
}

static void without_candles_the_page_says_what_is_missing(void **state)
{
    (void)state;
    shell_expect(shell(TRADESTREAM "report '%s/walked' -o '%s/bare.html'", folder, folder), 0, "");
    char *text = read_text("bare.html");
    assert_holds(text, "Missing:");
    assert_holds(text, "--candles FILE...");
    assert_holds(text, "Walk-forward: score of each window");
    assert_null(strstr(text, "Verdict: "));
    free(text);
    assert_int_equal(shell("cp -r '%s/plain' '%s/alone' && rm '%s/alone/run.json'", folder, folder, folder), 0);
    shell_expect(shell(TRADESTREAM "report '%s/alone'", folder), 0, "");
    text = read_text("alone/report.html");
    assert_holds(text, "there is no ");
    free(text);
}

static size_t lines_of(const char *text)
{
    size_t lines = 0;
    for (; *text; text++) lines += *text == '\n';
    return lines;
}

static void every_format_has_every_row(void **state)
{
    (void)state;
    char *results = read_text("plain/results.jsonl");
    size_t rows = lines_of(results);
    assert_true(rows > 5);
    shell_expect(shell(TRADESTREAM "report '%s/plain' --candles '%s' --format json", folder, candles), 0, "");
    json_t *root = json_loads(shell_out, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    assert_int_equal(json_array_size(json_object_get(root, "results")), rows);
    json_t *first = json_array_get(json_object_get(root, "results"), 0),
           *stored = json_loads(results, JSON_DISABLE_EOF_CHECK, NULL);
    assert_true(json_equal(json_object_get(first, "metrics"), json_object_get(stored, "metrics")));
    assert_true(json_is_real(json_object_get(first, "plateau")));
    assert_true(json_array_size(json_object_get(root, "cautions")) >= 2);
    json_decref(root);
    json_decref(stored);
    shell_expect(shell(TRADESTREAM "report '%s/plain' --format csv -o '%s/rows.csv'", folder, folder), 0, "");
    shell_expect(shell("python3 -c 'import csv, sys; r = list(csv.DictReader(open(sys.argv[1]))); print(len(r), "
                       "all(None not in x and None not in x.values() for x in r), r[0][\"place\"])' '%s/rows.csv'",
                       folder),
                 0, "");
    char said[64];
    snprintf(said, sizeof said, "%zu True 1", rows);
    shell_expect_out(said);
    shell_expect(shell(TRADESTREAM "report '%s/plain' --format md", folder), 0, "");
    snprintf(said, sizeof said, "\n| %zu | SYN-USD | ", rows);
    shell_expect_out(said);
    free(results);
}

static void texts_from_files_are_no_tags(void **state)
{
    (void)state;
    assert_int_equal(shell("cp -r '%s/plain' '%s/hostile'", folder, folder), 0);
    assert_int_equal(
        shell("sed -i 's/\"command\": \"[^\"]*\"/\"command\": \"<script>alert(1)<\\/script>\"/; "
              "s/\"cpu\": \"[^\"]*\"/\"cpu\": \"<b>\\&\"/' '%s/hostile/run.json' '%s/hostile/results.jsonl'",
              folder, folder),
        0);
    shell_expect(shell(TRADESTREAM "report '%s/hostile'", folder), 0, "");
    char *text = read_text("hostile/report.html");
    assert_null(strstr(text, "<script>alert"));
    assert_holds(text, "&lt;script&gt;alert(1)&lt;/script&gt;");
    assert_holds(text, "&lt;b&gt;&amp;");
    free(text);
}

static void a_run_that_found_nothing_has_a_page(void **state)
{
    (void)state;
    shell_expect(shell(TRADESTREAM "discover --candles '%s' --strategies PIVOT --min-trades 100000 --out '%s/none'",
                       candles, folder),
                 0, "");
    shell_expect(shell(TRADESTREAM "report '%s/none' --candles '%s'", folder, candles), 0, "0 rows");
    char *text = read_text("none/report.html");
    assert_holds(text, "NO FEASIBLE GENOME");
    free(text);
}

/* Copies of the run with one thing changed by a command that runs in the copy. */
static void expect_refused(const char *change, const char *options, const char *says)
{
    assert_int_equal(shell("rm -rf '%s/bad' && cp -r '%s/plain' '%s/bad'", folder, folder, folder), 0);
    assert_int_equal(shell("cd '%s/bad' && %s", folder, change), 0);
    shell_expect(shell(TRADESTREAM "report '%s/bad' %s -o '%s/refused.html'", folder, options, folder), 65, says);
    assert_int_not_equal(shell("test -e '%s/refused.html'", folder), 0);
}

static void bad_input_is_refused_with_a_sentence(void **state)
{
    (void)state;
    char own[700], other[700];
    snprintf(own, sizeof own, "--candles '%s'", candles);
    assert_int_equal(shell("mkdir '%s/other' && " TRADESTREAM
                           "data generate --seed 4 --interval 1h --bars 9000 -o '%s/other/SYN-USD.1h.csv'",
                           folder, folder),
                     0);
    snprintf(other, sizeof other, "--candles '%s/other/SYN-USD.1h.csv'", folder);
    shell_expect(shell(TRADESTREAM "report '%s/nowhere'", folder), 65, "nowhere: expected the folder");
    shell_expect(shell(TRADESTREAM "report '%s'", candles), 65, "expected the folder");
    shell_expect(shell(TRADESTREAM "report '%s/other'", folder), 65, "there is no results.jsonl");
    shell_expect(shell(TRADESTREAM "report"), 2, "report what?");
    shell_expect(shell(TRADESTREAM "report '%s/plain' --format pdf", folder), 2, "--format");
    expect_refused("truncate -s 1000 results.jsonl", "", "cut off");
    expect_refused("echo nonsense >results.jsonl", "", "results.jsonl:1");
    expect_refused("sed -i '1s/\"final_equity\": [0-9.]*/\"final_equity\": 9.5/' results.jsonl", own,
                   "the row was edited");
    expect_refused("sed -i 's/\"best\": [-0-9.e]*/\"best\": true/' run.json", "", "convergence[0]: best");
    expect_refused("sed -i 's/\"convergence\"/\"divergence\"/' run.json", "", "convergence: expected an array");
    expect_refused("echo '{' >run.json", "", "run.json");
    expect_refused("true", other, "fingerprint");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_browser_draws_the_page_of_a_search),
        cmocka_unit_test(a_browser_draws_the_page_of_a_walk_forward),
        cmocka_unit_test(a_browser_draws_the_page_of_real_candles),
        cmocka_unit_test(a_broken_page_is_seen),
        cmocka_unit_test(without_candles_the_page_says_what_is_missing),
        cmocka_unit_test(every_format_has_every_row),
        cmocka_unit_test(texts_from_files_are_no_tags),
        cmocka_unit_test(a_run_that_found_nothing_has_a_page),
        cmocka_unit_test(bad_input_is_refused_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, make_runs, ts_temporary_remove);
}
