/* tradestream validate, as its user runs it: verdicts of real results, and what it refuses. */
#define _POSIX_C_SOURCE 200809L /* strdup */
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

static char folder[512];

#define STRATEGIES "--strategies DOUBLE_EMA_CROSSOVER,SMA_RSI --evaluations 300 --top 2 "

static int make_runs(void **state)
{
    if (ts_temporary_make(state)) return -1;
    snprintf(folder, sizeof folder, "%s", ts_temporary(""));
    if (shell(TRADESTREAM
              "data generate --character trend --edge 0.2 --interval 4h --bars 6000 --seed 3 -o '%s/A-USD.csv'",
              folder) ||
        shell(TRADESTREAM "data generate --interval 4h --bars 6000 --seed 4 -o '%s/B-USD.csv'", folder) ||
        shell(TRADESTREAM "discover --candles '%s/A-USD.csv' " STRATEGIES "--out '%s/plain'", folder, folder))
        return -1;
    return shell(TRADESTREAM "discover --candles '%s/A-USD.csv' " STRATEGIES
                             "--walk-forward train=300d,test=60d --min-trades 5 --out '%s/folds'",
                 folder, folder);
}

static int validate(const char *run, const char *candles, const char *options)
{
    return shell(TRADESTREAM "validate '%s/%s' --candles '%s/%s' %s", folder, run, folder, candles, options);
}

static void verdicts_have_reasons(void **state)
{
    (void)state;
    shell_expect(validate("plain", "A-USD.csv", ""), 0, "");
    shell_expect_out("row  symbol  strategy");
    shell_expect(validate("plain", "A-USD.csv", "--min-trades 1000000"), 0, "");
    shell_expect_out("INSUFFICIENT_DATA");
    shell_expect_out("expected at least 1e+06, closed trades");
    shell_expect(validate("plain", "A-USD.csv", "--min-plateau 1 --min-dsr 1 --min-periods 1"), 0, "");
    shell_expect_out("REJECTED");
    shell_expect_out("4 rejected");
    shell_expect(validate("plain", "A-USD.csv",
                          "--min-trades 0 --min-dsr 0 --max-pbo 1 --min-plateau 0 --min-periods 0 --stress 0 "
                          "--benchmark none"),
                 0, "");
    shell_expect_out("APPROVED");
    shell_expect(validate("plain", "A-USD.csv", "--top 1 --format jsonl"), 0, "");
    shell_expect_out("\"deflated_sharpe\"");
}

static void a_walk_forward_has_its_test_windows_as_periods(void **state)
{
    (void)state;
    shell_expect(validate("folds", "A-USD.csv", "--format json --min-trades 5"), 0, "");
    shell_expect_out("\"start\": \"2020-10-27T00:00:00Z\"");
}

static void the_same_bytes_whatever_computes(void **state)
{
    (void)state;
    shell_expect(validate("plain", "A-USD.csv", "--format json --threads 1 --backend scalar"), 0, "");
    char *first = strdup(shell_out);
    assert_non_null(first);
    shell_expect(validate("plain", "A-USD.csv", "--format json --threads 3"), 0, "");
    assert_string_equal(first, shell_out);
    free(first);
}

static void what_cannot_be_examined_is_named(void **state)
{
    (void)state;
    shell_expect(shell(TRADESTREAM "validate"), 2, "validate what?");
    shell_expect(validate("nothing", "A-USD.csv", ""), 65, "nothing");
    shell_expect(shell("head -c 500 '%s/plain/results.jsonl' > '%s/cut.jsonl'", folder, folder), 0, "");
    shell_expect(validate("cut.jsonl", "A-USD.csv", ""), 65, "cut.jsonl");
    shell_expect(validate("plain", "B-USD.csv", ""), 65, "");
    shell_expect(validate("plain", "A-USD.csv", "--min-dsr 2"), 2, "min-dsr");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_have_reasons),
        cmocka_unit_test(a_walk_forward_has_its_test_windows_as_periods),
        cmocka_unit_test(the_same_bytes_whatever_computes),
        cmocka_unit_test(what_cannot_be_examined_is_named),
    };
    return cmocka_run_group_tests(tests, make_runs, ts_temporary_remove);
}
