/* What a store is said to hold while its batches are put together: never less, never more, never an error. */
#define _GNU_SOURCE
#include "data/candles/compact.h"
#include "data/candles/generate.h"
#include "data/candles/store.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MINUTE = 60000, BATCHES = 60, EACH = 10, ROUNDS = 8 };

/* Batches of one month. */
static ts_store_key fill(const char *root)
{
    ts_store_key key = {.root = root, .exchange = "generated", .symbol = "BTC-USD", .interval_ms = MINUTE};
    ts_series all = {0};
    ts_error error = {0};
    if (ts_generate(7, (size_t)BATCHES * EACH, MINUTE, &all, &error)) fail_msg("%s", error.text);
    memcpy(all.exchange, key.exchange, sizeof all.exchange);
    memcpy(all.symbol, key.symbol, sizeof all.symbol);
    for (size_t i = 0; i < BATCHES; i++) {
        ts_series batch = {0};
        size_t added;
        assert_int_equal(ts_series_copy(&all, i * EACH, (i + 1) * EACH, &batch, &error), 0);
        if (ts_store_add(root, &batch, "test", &added, &error)) fail_msg("%s", error.text);
        ts_series_clear(&batch);
    }
    ts_series_clear(&all);
    return key;
}

static ts_store_summary summary_of(const ts_store_key *key)
{
    ts_store_summary summary;
    ts_error error = {0};
    if (ts_store_summarise(key, &summary, &error)) fail_msg("%s", error.text);
    assert_int_equal(summary.bars, BATCHES * EACH);
    assert_int_equal(summary.last_ms - summary.first_ms, (BATCHES * EACH - 1) * (int64_t)MINUTE);
    return summary;
}

static void a_summary_survives_compactions(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        char *root = strdup(ts_temporary("race"));
        ts_error error = {0};
        ts_compaction done;
        ts_store_key key = fill(root);
        pid_t other = fork();
        if (!other) _exit(ts_store_compact(&key, &done, &error) != 0);
        int ended;
        do summary_of(&key);
        while (!waitpid(other, &ended, WNOHANG));
        assert_int_equal(ended, 0);
        assert_int_equal(summary_of(&key).batches, 1);
        assert_int_equal(shell("rm -r '%s'", root), 0);
        free(root);
    }
}

/* As between a compaction's writing and its unlinking, or when it was killed there. */
static void batches_that_say_the_same_count_once(void **state)
{
    (void)state;
    char *root = strdup(ts_temporary("twice"));
    ts_error error = {0};
    ts_compaction done;
    ts_store_key key = fill(root);
    assert_int_equal(shell("cp -r '%s' '%s.pieces'", root, root), 0);
    if (ts_store_compact(&key, &done, &error)) fail_msg("%s", error.text);
    assert_int_equal(shell("cp -r '%s.pieces/.' '%s'", root, root), 0);
    assert_int_equal(summary_of(&key).batches, BATCHES + 1);
    free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_summary_survives_compactions),
                                       cmocka_unit_test(batches_that_say_the_same_count_once)};
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}
