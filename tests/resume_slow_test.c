/* A discovery that is broken off at any moment and begun again ends with the bytes of one that was left alone. */
#define _GNU_SOURCE
#include "cluster/checkpoint.h"
#include "common/clock.h"
#include "common/philox.h"
#include "common/safe_file.h"
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

enum { STARTS_MOST = 60 };

/* Every kind of search, each long enough to be met in the middle. */
static const char *const kinds[] = {
    "--strategies DOUBLE_EMA_CROSSOVER,SMA_EMA_CROSSOVER --evaluations 4000",
    "--strategies SMA_RSI,AROON_MFI --evaluations 2000 --population 100",
    "--strategies SMA_RSI,AROON_MFI --evaluations 1500 --search random",
    "--strategies DOUBLE_EMA_CROSSOVER --objective sharpe,max_drawdown --evaluations 800 --population 80",
    "--strategies SMA_RSI,DOUBLE_EMA_CROSSOVER --evaluations 300 --population 60 --walk-forward train=4d,test=2d"};
enum { KINDS = sizeof kinds / sizeof *kinds, GA = 1 };

static char folder[512], candles[600];

static int make_candles(void **state)
{
    if (ts_temporary_make(state)) return -1;
    snprintf(folder, sizeof folder, "%s", ts_temporary(""));
    snprintf(candles, sizeof candles, "%s", ts_temporary("SYN-USD.1m.csv"));
    return shell(TRADESTREAM "data generate --seed 5 --bars 20000 -o '%s'", candles);
}

static char *results_of(const char *run)
{
    ts_strbuf text = {0};
    ts_error error = {0};
    char path[700];
    snprintf(path, sizeof path, "%s/%s/results.jsonl", folder, run);
    if (ts_file_read(path, 1 << 26, &text, &error)) fail_msg("%s", error.text);
    ts_strbuf_puts(&text, "");
    return text.text;
}

static void expect_same(const char *want, const char *run, const char *how)
{
    char *got = results_of(run);
    if (strcmp(want, got)) fail_msg("other results after a break: %s", how);
    free(got);
}

static int files_left(const char *run)
{
    assert_int_equal(shell("ls '%s/%s' | grep -c -e checkpoint -e partial -e tmp; true", folder, run), 0);
    return (int)strtol(shell_out, NULL, 10);
}

/* The results of the run that nothing disturbs, and how long it takes. */
static char *undisturbed(const char *kind, double *seconds)
{
    double began = ts_clock_seconds();
    shell_expect(shell(TRADESTREAM "discover --candles '%s' %s --threads 1 --out '%s/calm'", candles, kind, folder), 0,
                 "");
    *seconds = ts_clock_seconds() - began;
    assert_int_equal(files_left("calm"), 0);
    return results_of("calm");
}

/* Start with a limit of time until it ends by itself; every other start has two threads. Returns how often it was cut
 * off. */
static int start_until_done(ts_draws *draws, const char *kind, double seconds, const char *before)
{
    for (int starts = 0; starts < STARTS_MOST; starts++) {
        double limit = seconds * (0.1 + 0.9 * ts_draw_unit(draws)) * (1 + starts / 10);
        int code =
            shell("%s timeout -s KILL %.3f " TRADESTREAM "discover --candles '%s' %s --threads %d --out '%s/cut'",
                  before, limit, candles, kind, 1 + starts % 2, folder);
        if (code == 0) return starts;
        if (code != 137) shell_expect(code, 137, "");
    }
    fail_msg("not done after %d starts", STARTS_MOST);
    return 0;
}

static void killed_at_random_moments(void **state)
{
    (void)state;
    ts_draws draws = ts_draws_at(0x6b696c6c, 0, 0, 0);
    for (int k = 0; k < KINDS; k++) {
        double seconds;
        int cuts = 0;
        char *want = undisturbed(kinds[k], &seconds);
        for (uint32_t round = 0; round < soak(1) && round < 25; round++) {
            cuts += start_until_done(&draws, kinds[k], seconds, "");
            expect_same(want, "cut", kinds[k]);
            assert_int_equal(files_left("cut"), 0);
        }
        print_message("%d kills, %s\n", cuts, kinds[k]);
        free(want);
    }
}

/* KILL_AT=N and the library of tests/kill_at: the process dies at its Nth fsync or rename. */
static void killed_at_every_durable_call(void **state)
{
    (void)state;
    double seconds;
    char *want = undisturbed(kinds[GA], &seconds);
    for (int call = 1; call <= 12; call++) {
        shell("rm -rf '%s/cut'", folder);
        int code =
            shell("KILL_AT=%d ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD='%s/tests/libkill_at.so' " TRADESTREAM
                  "discover --candles '%s' %s --out '%s/cut'",
                  call, TS_BINARY_DIR, candles, kinds[GA], folder);
        if (code != 0 && code != 137) shell_expect(code, 137, "");
        if (call == 1) assert_int_equal(code, 137);
        shell_expect(shell(TRADESTREAM "discover --candles '%s' %s --out '%s/cut'", candles, kinds[GA], folder), 0, "");
        expect_same(want, "cut", "killed at a durable call");
        assert_int_equal(files_left("cut"), 0);
    }
    free(want);
}

/* TERM: the generation ends, what was done is kept, the code says to run again. */
static void asked_to_stop(void **state)
{
    (void)state;
    double seconds;
    char *want = undisturbed(kinds[GA], &seconds);
    for (int i = 0; i < 2; i++) {
        const char *signal = i ? "USR2" : "TERM";
        shell("rm -rf '%s/cut'", folder);
        double began = ts_clock_seconds();
        int code =
            shell("timeout --preserve-status -s %s %.3f " TRADESTREAM "discover --candles '%s' %s --out '%s/cut'",
                  signal, seconds / 3, candles, kinds[GA], folder);
        shell_expect(code, 75, "run the same command again");
        assert_true(ts_clock_seconds() - began < seconds / 3 + 5);
        shell_expect(shell(TRADESTREAM "discover --candles '%s' %s --out '%s/cut'", candles, kinds[GA], folder), 0,
                     "resumed: ");
        expect_same(want, "cut", signal);
    }
    free(want);
}

static void another_run_is_not_gone_on_with(void **state)
{
    (void)state;
    double seconds;
    free(undisturbed(kinds[GA], &seconds));
    shell("rm -rf '%s/cut'", folder);
    shell("timeout --preserve-status -s TERM %.3f " TRADESTREAM "discover --candles '%s' %s --out '%s/cut'",
          seconds / 2, candles, kinds[GA], folder);
    int code = shell(TRADESTREAM "discover --candles '%s' %s --seed 2 --out '%s/cut'", candles, kinds[GA], folder);
    shell_expect(code, 78, "of another run: its candles, strategies, settings or version differ. Say --fresh");
    code = shell(TRADESTREAM "discover --candles '%s' %s --seed 2 --fresh --out '%s/cut'", candles, kinds[GA], folder);
    shell_expect(code, 0, "");
    assert_int_equal(files_left("cut"), 0);
}

static void two_runs_do_not_share_a_folder(void **state)
{
    (void)state;
    double seconds;
    char *want = undisturbed(kinds[GA], &seconds);
    shell("rm -rf '%s/cut'", folder);
    int code = shell(TRADESTREAM "discover --candles '%s' %s --out '%s/cut' 2>/dev/null >&2 & sleep 0.2; " TRADESTREAM
                                 "discover --candles '%s' %s --out '%s/cut'; code=$?; wait; exit $code",
                     candles, kinds[GA], folder, candles, kinds[GA], folder);
    shell_expect(code, 0, "another run writes into this folder; waiting");
    expect_same(want, "cut", "one after the other");
    code = shell("flock '%s/cut/.lock' sleep 14 & sleep 0.3; " TRADESTREAM "discover --candles '%s' %s --out '%s/cut'; "
                 "code=$?; kill %%1; exit $code",
                 folder, candles, kinds[GA], folder);
    shell_expect(code, 69, "another run writes into this folder: wait for it or say another --out");
    free(want);
}

static int count_of(const char *text, const char *part)
{
    int count = 0;
    for (; (text = strstr(text, part)); text++) count++;
    return count;
}

/* Told once each time that it begins. A small file system: checkpoints do not fit all the time. Where the last one
 * leaves no room for the results, the run fails, and goes on from it when there is room. */
static void a_full_disk_does_not_stop_the_run(void **state)
{
    (void)state;
    double seconds;
    if (shell("mkdir -p '%s/small' && mount -t tmpfs -o size=256k none '%s/small'", folder, folder)) {
        print_message("skipped: no tmpfs can be mounted here\n");
        skip();
    }
    char *want = undisturbed(kinds[GA], &seconds);
    int code = shell(TRADESTREAM "discover --candles '%s' %s --out '%s/small'", candles, kinds[GA], folder);
    char *said = strdup(shell_err);
    if (code == 1 && strstr(said, "results.jsonl: cannot be written: No space left on device") &&
        !shell("mount -o remount,size=16m '%s/small'", folder))
        code = shell(TRADESTREAM "discover --candles '%s' %s --out '%s/small'", candles, kinds[GA], folder);
    char *got = code ? strdup("") : results_of("small");
    shell("umount '%s/small'", folder);
    if (code) fail_msg("exit code %d: %s", code, said);
    int full = count_of(said, "no checkpoint could be written, the run goes on"),
        again = count_of(said, "written again");
    assert_true(full >= 1 && full <= again + 1);
    assert_string_equal(want, got);
    free(want), free(got), free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_random_moments),
        cmocka_unit_test(killed_at_every_durable_call),
        cmocka_unit_test(asked_to_stop),
        cmocka_unit_test(another_run_is_not_gone_on_with),
        cmocka_unit_test(two_runs_do_not_share_a_folder),
        cmocka_unit_test(a_full_disk_does_not_stop_the_run),
    };
    return cmocka_run_group_tests(tests, make_candles, ts_temporary_remove);
}
