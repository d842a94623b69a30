/* What candle_ingestor keeps: files of one symbol that are damaged do not stop the others, an outlet that cannot note
 * a change does not stop the others, and where trades and REST say different things it is counted. */
#define _GNU_SOURCE
#include "common/safe_file.h"
#include "services/candle_ingestor/keeper.h"
#include "tests/temporary.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const int64_t DAY = INT64_C(1704067200000); /* 2024 begins */
static char names[][TS_SYMBOL_TEXT] = {"AAA-USD", "BBB-USD"};
static const ts_symbols symbols = {.symbol = names, .count = 2};

static ts_candle candle_of(int64_t time_ms, double close)
{
    return (ts_candle){time_ms, {close, close, close, close, 1}};
}

static ts_live_bar bar_of(int symbol, int64_t time_ms, double close)
{
    ts_live_bar bar = {.interval_ms = TS_MINUTE_MS, .candle = candle_of(time_ms, close), .origin = TS_FROM_TRADES};
    memcpy(bar.symbol, names[symbol], sizeof bar.symbol);
    return bar;
}

static ts_keeper *open_keeper(const char *root, ts_outlets *outlets)
{
    ts_error error = {0};
    ts_keeper *keeper = ts_keeper_open(root, "coinbase", &symbols, outlets, &error);
    if (!keeper) fail_msg("%s", error.text);
    return keeper;
}

static void keep_minute(ts_keeper *keeper, int symbol, int64_t time_ms, double close)
{
    ts_error error = {0};
    ts_live_bar bar = bar_of(symbol, time_ms, close), doubtful;
    size_t doubts;
    if (ts_keeper_minutes(keeper, &bar, 1, &doubtful, &doubts, &error)) fail_msg("%s", error.text);
}

/* REST says of [from, to) that there is this candle (NULL: none), long afterwards. */
static void keep_page(ts_keeper *keeper, int symbol, int64_t from_ms, int64_t to_ms, const ts_candle *candle)
{
    ts_error error = {0};
    ts_ranges unsure = {0};
    ts_candle_page page = {.candle = candle, .count = candle != NULL, .from_ms = from_ms, .to_ms = to_ms};
    if (ts_keeper_recent(keeper, (size_t)symbol, &page, INT64_MAX, &unsure, &error)) fail_msg("%s", error.text);
    assert_int_equal(unsure.count, 0);
}

static void keep_empty(ts_keeper *keeper, int symbol, int64_t time_ms)
{
    ts_error error = {0};
    assert_int_equal(ts_keeper_empty(keeper, (size_t)symbol, (ts_range){time_ms, time_ms + TS_MINUTE_MS}, &error), 0);
}

static size_t missing_of(ts_keeper *keeper, int symbol, int64_t from_ms, int64_t to_ms)
{
    ts_error error = {0};
    ts_ranges missing;
    if (ts_keeper_missing(keeper, (size_t)symbol, from_ms, to_ms, &missing, &error)) fail_msg("%s", error.text);
    size_t count = missing.count;
    free(missing.range);
    return count;
}

static size_t journalled(const char *root, int symbol)
{
    ts_error error = {0};
    ts_journal_content content;
    size_t count = 0;
    if (ts_journal_read(root, "coinbase", &content, &error)) fail_msg("%s", error.text);
    for (size_t i = 0; i < content.count; i++) count += !strcmp(content.bar[i].symbol, names[symbol]);
    ts_journal_content_clear(&content);
    return count;
}

/* A batch of two candles of the day. */
static void add_batch(const char *root, int symbol, char path[PATH_MAX])
{
    ts_error error = {0};
    ts_series series = {.interval_ms = TS_MINUTE_MS};
    size_t added;
    memcpy(series.symbol, names[symbol], sizeof series.symbol);
    snprintf(series.exchange, sizeof series.exchange, "coinbase");
    for (int i = 0; i < 2; i++) {
        ts_candle candle = candle_of(DAY + i * TS_MINUTE_MS, 7);
        assert_int_equal(ts_series_append(&series, &candle, &error), 0);
    }
    if (ts_store_add(root, &series, "test", &added, &error)) fail_msg("%s", error.text);
    ts_series_clear(&series);
    snprintf(path, PATH_MAX, "%s/coinbase/%s/1m/20240101T000000Z-20240101T000100Z.h5", root, names[symbol]);
    assert_int_equal(access(path, F_OK), 0);
}

static void spoil(const char *path)
{
    ts_error error = {0};
    if (ts_file_write(path, "no,candles\n", 11, &error)) fail_msg("%s", error.text);
}

/* The day's candles become batches, but for those of the symbol whose batch is damaged; then its file goes. */
static void a_damaged_batch_concerns_its_symbol(void **state)
{
    (void)state;
    ts_outlets none = {0};
    ts_error error = {0};
    char path[2][PATH_MAX], *root = strdup(ts_temporary("damaged batch"));
    for (int s = 0; s < 2; s++) add_batch(root, s, path[s]);
    spoil(path[0]);
    ts_keeper *keeper = open_keeper(root, &none);
    assert_int_equal(ts_keeper_count(keeper).damaged, 1);
    assert_int_equal(missing_of(keeper, 0, DAY, DAY + 10 * TS_MINUTE_MS), 0);
    assert_int_equal(missing_of(keeper, 1, DAY, DAY + 10 * TS_MINUTE_MS), 1);
    for (int s = 0; s < 2; s++) {
        keep_minute(keeper, s, DAY + 5 * TS_MINUTE_MS, 8);
        keep_minute(keeper, s, DAY + TS_DAY_MS + 180 * (int64_t)TS_MINUTE_MS, 9);
    }
    if (ts_keeper_settle(keeper, &error)) fail_msg("%s", error.text);
    assert_int_equal(ts_keeper_count(keeper).settled, 1);
    assert_int_equal(journalled(root, 0), 2);
    assert_int_equal(journalled(root, 1), 1);
    assert_true(ts_keeper_holds(keeper, 0, DAY, DAY + TS_DAY_MS));
    ts_keeper_close(keeper);
    keeper = open_keeper(root, &none); /* as after a restart */
    assert_int_equal(ts_keeper_count(keeper).damaged, 1);
    assert_int_equal(journalled(root, 0), 2);
    assert_int_equal(unlink(path[0]), 0);
    assert_int_equal(missing_of(keeper, 0, DAY, DAY + 10 * TS_MINUTE_MS), 2);
    assert_int_equal(ts_keeper_count(keeper).damaged, 0);
    ts_keeper_close(keeper);
    free(root);
}

static void a_damaged_list_of_gaps_concerns_its_symbol(void **state)
{
    (void)state;
    ts_outlets none = {0};
    ts_error error = {0};
    char path[PATH_MAX], *root = strdup(ts_temporary("damaged list"));
    for (int s = 0; s < 2; s++) add_batch(root, s, path);
    snprintf(path, sizeof path, "%s/coinbase/%s/1m/absent.csv", root, names[0]);
    spoil(path);
    ts_keeper *keeper = open_keeper(root, &none);
    assert_int_equal(missing_of(keeper, 0, DAY, DAY + 10 * TS_MINUTE_MS), 0);
    assert_int_equal(ts_keeper_count(keeper).damaged, 1);
    for (int s = 0; s < 2; s++) {
        keep_minute(keeper, s, DAY + 9 * TS_MINUTE_MS, 8);
        keep_empty(keeper, s, DAY + 8 * TS_MINUTE_MS);
        keep_minute(keeper, s, DAY + 5 * TS_MINUTE_MS, 8); /* older than the newest: it may be listed as a gap */
    }
    if (ts_keeper_note(keeper, &error)) fail_msg("%s", error.text);
    assert_int_equal(missing_of(keeper, 1, DAY + 8 * TS_MINUTE_MS, DAY + 10 * TS_MINUTE_MS), 0);
    assert_int_equal(journalled(root, 0), 2);
    ts_keeper_close(keeper);
    free(root);
}

static void what_trades_and_rest_say_is_compared(void **state)
{
    (void)state;
    ts_outlets none = {0};
    char *root = strdup(ts_temporary("differences"));
    ts_keeper *keeper = open_keeper(root, &none);
    int64_t time = DAY;
    ts_candle candle = candle_of(time, 7);
    keep_page(keeper, 0, time, time + TS_MINUTE_MS, &candle); /* REST first, and trades agree, or do not */
    keep_minute(keeper, 0, time, 7);
    assert_int_equal(ts_keeper_count(keeper).differing, 0);
    keep_minute(keeper, 0, time, 8);
    assert_int_equal(ts_keeper_count(keeper).differing, 1);
    keep_page(keeper, 0, time, time + TS_MINUTE_MS, &candle);
    assert_int_equal(ts_keeper_count(keeper).differing, 1);
    keep_empty(keeper, 0, time); /* no trades, say the trades afterwards, and before */
    assert_int_equal(ts_keeper_count(keeper).differing, 2);
    candle.time = time += TS_MINUTE_MS;
    keep_empty(keeper, 0, time);
    keep_page(keeper, 0, time, time + TS_MINUTE_MS, &candle);
    assert_int_equal(ts_keeper_count(keeper).differing, 3);
    time += TS_MINUTE_MS;
    keep_minute(keeper, 0, time, 7); /* trades of which REST knows nothing */
    assert_int_equal(ts_keeper_count(keeper).unsaid, 0);
    keep_page(keeper, 0, time, time + TS_MINUTE_MS, NULL);
    assert_int_equal(ts_keeper_count(keeper).unsaid, 1);
    assert_int_equal(ts_keeper_count(keeper).differing, 3);
    assert_int_equal(journalled(root, 0), 3);
    assert_int_equal(missing_of(keeper, 0, DAY, time + TS_MINUTE_MS), 0);
    ts_keeper_close(keeper);
    free(root);
}

static int send_any(void *sink, const ts_outlet_row *rows, size_t count, ts_outlet_answer *answer, ts_error *error)
{
    (void)rows, (void)answer, (void)error;
    *(size_t *)sink += count;
    return 0;
}

static const ts_outlet_kind kinds[TS_OUTLETS] = {{"one", 10, send_any}, {"two", 10, send_any}};

/* The second cannot note the change, as when the disk is full; what changes later reaches both all the same. */
static void an_outlet_that_cannot_note_a_change_stops_nobody(void **state)
{
    (void)state;
    ts_error error = {0}, why = {0};
    char path[PATH_MAX], *root = strdup(ts_temporary("outlets"));
    size_t sent[TS_OUTLETS] = {0};
    ts_outlets outlets = {.count = TS_OUTLETS};
    for (size_t i = 0; i < TS_OUTLETS; i++) {
        char folder[32];
        snprintf(folder, sizeof folder, "outlet %zu", i);
        ts_outlet_setup setup = {.kind = &kinds[i],
                                 .sink = &sent[i],
                                 .folder = ts_temporary(folder),
                                 .target = "here",
                                 .read = ts_outlet_read_store,
                                 .context = root};
        outlets.lane[i].name = kinds[i].name;
        outlets.lane[i].outlet = ts_outlet_open(&setup, &error);
        if (!outlets.lane[i].outlet) fail_msg("%s", error.text);
    }
    ts_keeper *keeper = open_keeper(root, &outlets);
    keep_minute(keeper, 0, DAY, 7);
    keep_minute(keeper, 0, DAY + 2 * TS_MINUTE_MS, 7);
    ts_outlets_drain(&outlets, 60);
    for (size_t i = 0; i < TS_OUTLETS; i++) assert_int_equal(sent[i], 2);

    ts_live_bar older = bar_of(0, DAY + TS_MINUTE_MS, 7), doubtful;
    size_t doubts;
    snprintf(path, sizeof path, "%s", ts_temporary("outlet 1"));
    assert_int_equal(rename(path, ts_temporary("elsewhere")), 0);
    assert_int_equal(ts_keeper_minutes(keeper, &older, 1, &doubtful, &doubts, &why), -1);
    assert_int_equal(rename(ts_temporary("elsewhere"), path), 0);
    assert_int_equal(ts_keeper_minutes(keeper, &older, 1, &doubtful, &doubts, &error), 0);
    ts_outlets_drain(&outlets, 60);
    for (size_t i = 0; i < TS_OUTLETS; i++) {
        assert_int_equal(sent[i], 3);
        assert_int_equal(ts_outlet_look(outlets.lane[i].outlet).behind, 0);
        ts_outlet_close(outlets.lane[i].outlet);
    }
    ts_keeper_close(keeper);
    free(root);
}

/* The environment alone names Kafka, as for the other services. */
static void kafka_may_be_named_by_the_environment(void **state)
{
    (void)state;
    for (int named = 0; named < 2; named++) {
        ts_error error = {0};
        ts_outlets outlets = {0};
        ts_outlets_settings settings = {.state = ts_temporary("kafka"), .topic = "candles"};
        assert_int_equal(setenv("KAFKA_BOOTSTRAP_SERVERS", named ? "127.0.0.1:1" : "", 1), 0);
        if (ts_outlets_open(&settings, ts_temporary("no store"), &outlets, &error)) fail_msg("%s", error.text);
        assert_int_equal(outlets.count, named);
        ts_outlets_close(&outlets);
    }
    unsetenv("KAFKA_BOOTSTRAP_SERVERS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_damaged_batch_concerns_its_symbol),
                                       cmocka_unit_test(a_damaged_list_of_gaps_concerns_its_symbol),
                                       cmocka_unit_test(what_trades_and_rest_say_is_compared),
                                       cmocka_unit_test(an_outlet_that_cannot_note_a_change_stops_nobody),
                                       cmocka_unit_test(kafka_may_be_named_by_the_environment)};
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}
