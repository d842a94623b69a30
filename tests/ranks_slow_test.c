/* `tradestream discover` on several ranks: the same bytes for any number of ranks, threads and hosts, and after a rank,
 * mpirun or everything was killed. */
#define _GNU_SOURCE
#include "common/philox.h"
#include "common/safe_file.h"
#include "tests/mpirun.h"
#include "tests/shell.h"
#include "tests/soak.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SEARCH "--strategies SMA_RSI,DOUBLE_EMA_CROSSOVER,AROON_MFI,MACD_CROSSOVER --evaluations 1500 --population 100"

static char folder[512], market[600];

static int make_candles(void **state)
{
    if (ts_temporary_make(state)) return -1;
    snprintf(folder, sizeof folder, "%s", ts_temporary(""));
    snprintf(market, sizeof market, "%s", ts_temporary("market"));
    return shell("mkdir '%s' && " TRADESTREAM
                 "data generate --seed 7 --bars 15000 -o '%s/AAA-USD.1m.csv' && " TRADESTREAM
                 "data generate --seed 8 --bars 9000 -o '%s/BBB-USD.1m.csv' && " TRADESTREAM
                 "discover --candles '%s/AAA-USD.1m.csv' '%s/BBB-USD.1m.csv' " SEARCH " --out '%s/calm'",
                 market, market, market, market, market, folder);
}

/* The command line of a run into the folder `run`. */
static const char *discover(const char *run, const char *options)
{
    static char text[2500];
    snprintf(text, sizeof text,
             TRADESTREAM "discover --candles '%s/AAA-USD.1m.csv' '%s/BBB-USD.1m.csv' " SEARCH " %s --out '%s/%s'",
             market, market, options, folder, run);
    return text;
}

static void expect_calm_bytes(const char *run, const char *how)
{
    if (shell("cmp '%s/calm/results.jsonl' '%s/%s/results.jsonl'", folder, folder, run))
        fail_msg("%s: %s%s", how, shell_out, shell_err);
}

static void any_number_of_ranks(void **state)
{
    (void)state;
    mpirun_or_skip();
    for (int ranks = 1; ranks <= 4; ranks++)
        for (int threads = 1; threads <= 2; threads++) {
            char how[32];
            snprintf(how, sizeof how, "--threads %d", threads);
            shell_expect(mpirun(ranks, "%s", discover("ranks", how)), 0, "genome-bars");
            expect_calm_bytes("ranks", how);
        }
}

/* One search alone: its evaluations are shared. */
static void ranks_help_with_one_search(void **state)
{
    (void)state;
    mpirun_or_skip();
    const char *one = "discover --candles '%s/AAA-USD.1m.csv' --strategies SMA_RSI %s --evaluations 4000 --out '%s/%s'";
    static const char *const kinds[] = {"--population 1000", "--search random",
                                        "--walk-forward train=4d,test=2d --evaluations 1000"};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        char command[2000];
        snprintf(command, sizeof command, one, market, kinds[k], folder, "alone");
        shell_expect(shell(TRADESTREAM "%s", command), 0, "");
        snprintf(command, sizeof command, one, market, kinds[k], folder, "helped");
        shell_expect(mpirun(3, TRADESTREAM "%s", command), 0, "");
        if (shell("cmp '%s/alone/results.jsonl' '%s/helped/results.jsonl'", folder, folder))
            fail_msg("%s: %s", kinds[k], shell_out);
    }
}

/* Who is killed: one rank, mpirun alone (its orphans hold the lock for a while), or all of them. */
static void killed_and_resumed(void **state)
{
    (void)state;
    mpirun_or_skip();
    static const char *const victims[] = {"pkill -KILL -P $! -n", "kill -KILL $!", "pkill -KILL -P $!; kill -KILL $!"};
    ts_draws draws = ts_draws_at(0x72616e6b, 0, 0, 0);
    for (uint32_t i = 0; i < soak(3) && i < 75; i++) {
        int ranks = 2 + (int)ts_draw_below(&draws, 2), then = 1 + (int)ts_draw_below(&draws, 3);
        double when = 0.4 + 0.8 * ts_draw_unit(&draws);
        shell("rm -rf '%s/cut'", folder);
        shell(MPIRUN_ENVIRONMENT "mpirun -np %d %s >/dev/null 2>&1 & sleep %.2f; %s; wait", ranks, discover("cut", ""),
              when, victims[i % 3]);
        shell_expect(mpirun(then, "%s", discover("cut", "")), 0, "genome-bars");
        expect_calm_bytes("cut", victims[i % 3]);
    }
}

static void stopped_by_a_signal(void **state)
{
    (void)state;
    mpirun_or_skip();
    int code = shell(MPIRUN_ENVIRONMENT "mpirun -np 2 %s & job=$!; for i in $(seq 1000); do "
                                        "[ -e '%s/stopped/results.partial.jsonl' ] && break; sleep 0.02; done; "
                                        "sleep 0.2; kill -USR2 $job; wait $job",
                     discover("stopped", ""), folder);
    if (code) shell_expect(code, 75, "run the same command again");
    shell_expect(mpirun(3, "%s", discover("stopped", "")), 0, "");
    expect_calm_bytes("stopped", "USR2");
}

static void one_error_for_all(void **state)
{
    (void)state;
    mpirun_or_skip();
    int code = mpirun(3, TRADESTREAM "discover --candles '%s/none.csv'", folder);
    shell_expect(code, 65, "tradestream: ");
    const char *first = strstr(shell_err, "tradestream: ");
    assert_null(strstr(first + 1, "tradestream: "));
}

/* The second host does not see the candles. */
static void two_hosts(void **state)
{
    (void)state;
    mpirun_or_skip();
    int code = shell(MPIRUN_ENVIRONMENT "'%s/tests/cluster/two_hosts' --hide '%s' --shm 64m mpirun -np 3 %s",
                     TS_SOURCE_DIR, market, discover("hosts", ""));
    if (code == 77) {
        print_message("skipped: %s", shell_err);
        skip();
    }
    shell_expect(code, 0, "3 ranks");
    expect_calm_bytes("hosts", "two hosts");
    assert_int_equal(shell("grep -q '\"nodes\": 2' '%s/hosts/run.json'", folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_ranks), cmocka_unit_test(ranks_help_with_one_search),
        cmocka_unit_test(killed_and_resumed),  cmocka_unit_test(stopped_by_a_signal),
        cmocka_unit_test(one_error_for_all),   cmocka_unit_test(two_hosts),
    };
    setenv("LSAN_OPTIONS", "detect_leaks=0", 1); /* Open MPI leaves its memory to the end of the process */
    return cmocka_run_group_tests(tests, make_candles, ts_temporary_remove);
}
