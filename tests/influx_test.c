/* Candles in InfluxDB (tests/influx_line_test.c: as lines): a real server that is killed and comes back, retention,
 * both ways to write, refusals, and a program that dies at each durable call. */
#define _GNU_SOURCE
#include "common/clock.h"
#include "common/safe_file.h"
#include "common/secret.h"
#include "data/influx/influx.h"
#include "tests/influx_server.h"
#include "tests/shared_candles.h"
#include "tests/shell.h"
#include "tests/soak.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define WEEK  (7 * INT64_C(86400000))
#define DAY   INT64_C(86400000)
#define COUNT "SELECT count(close) FROM candles"
#define SUM   "SELECT sum(volume) FROM candles"

#define TAGS   "candles,currency_pair=BTC/USD,exchange=coinbase,interval=1m,symbol=BTC-USD "
#define FIELDS "open=1,high=1,low=1,close=1,volume=1"

/* Real candles by the hour, shifted by whole weeks so that the last lies in the last week, in a store. */
static void real_candles(ts_series *series, const char *file, size_t bars, const char *store)
{
    ts_error error = {0};
    size_t added;
    shared_candles(TS_SHARED_DATA, file, bars, series);
    int64_t shift = (ts_clock_now_ms() - series->time[series->bars - 1]) / WEEK * WEEK;
    for (size_t bar = 0; bar < series->bars; bar++) series->time[bar] += shift;
    snprintf(series->exchange, sizeof series->exchange, "coinbase");
    if (ts_store_add(ts_temporary(store), series, "test", &added, &error)) fail_msg("%s", error.text);
    assert_int_equal(added, series->bars);
}

static ts_influx *open_v1(const char *database)
{
    ts_error error = {0};
    const ts_influx_setup setup = {.url = influx_url(), .database = database};
    ts_influx *influx = ts_influx_open(&setup, &error);
    if (!influx) fail_msg("%s", error.text);
    return influx;
}

static ts_outlet *open_outlet(ts_influx *influx, const ts_outlet_kind *kind, const char *store)
{
    static char root[1024];
    ts_error error = {0};
    ts_store_key *keys;
    size_t count;
    snprintf(root, sizeof root, "%s", ts_temporary(store));
    const ts_outlet_setup setup = {.kind = kind,
                                   .sink = influx,
                                   .folder = ts_temporary("state"),
                                   .target = ts_influx_target(influx),
                                   .read = ts_outlet_read_store,
                                   .context = root};
    ts_outlet *outlet = ts_outlet_open(&setup, &error);
    if (!outlet || ts_store_list(root, &keys, &count, &error)) fail_msg("%s", error.text);
    for (size_t i = 0; i < count; i++) assert_int_equal(ts_outlet_add(outlet, &keys[i], &error), 0);
    free(keys);
    return outlet;
}

static size_t within(const ts_series *series, int64_t days)
{
    return series->bars - ts_series_find(series, ts_clock_now_ms() - days * DAY);
}

/* What is older than the retention is counted, is no error and does not come again; the rest of its batch is there.
 * `spare`: days by which the server is generous, as it keeps or drops shards as a whole. */
static void send_beyond_retention(const char *file, const char *database, int64_t spare)
{
    ts_series series = {0};
    ts_error error = {0};
    real_candles(&series, file, 12000, database);
    ts_influx *influx = open_v1(database);
    ts_outlet *outlet = open_outlet(influx, &ts_outlet_influx, database);
    size_t before = within(&series, 365 + spare);
    if (ts_outlet_drain(outlet, 60, &error)) fail_msg("%s", error.text);
    size_t after = within(&series, 365), there = (size_t)influx_number(database, COUNT);
    assert_true(after >= 350 && before < series.bars);
    assert_in_range(there, after, before); /* a candle may grow too old meanwhile */
    ts_outlet_state counts = ts_outlet_look(outlet);
    assert_int_equal(counts.sent, there);
    assert_int_equal(counts.skipped, series.bars - there);
    assert_int_equal(ts_outlet_drain(outlet, 60, &error), 0);
    ts_outlet_close(outlet);
    outlet = open_outlet(influx, &ts_outlet_influx, database); /* a new start sends nothing */
    assert_int_equal(ts_outlet_drain(outlet, 60, &error), 0);
    assert_int_equal(ts_outlet_look(outlet).batches, 0);
    ts_outlet_close(outlet);
    ts_influx_close(influx);
    ts_series_clear(&series);
}

static void test_retention_of_365_days(void **state)
{
    (void)state;
    influx_need();
    influx_database("days", 365);
    send_beyond_retention("1d/BTC-USDT.1d.csv.zst", "days", 0);
    influx_ask("", "CREATE DATABASE hours WITH DURATION 365d"); /* as the original has it: shards of a week */
    send_beyond_retention("1h/BTC-USDT.1h.csv.zst", "hours", 7);
}

/* Each candle as it is in the store, to the last bit. */
static void expect_points(const char *database, const ts_series *series)
{
    double sum = 0;
    for (size_t bar = 0; bar < series->bars; bar++) sum += series->column[TS_VOLUME][bar];
    assert_int_equal((size_t)influx_number(database, COUNT), series->bars);
    double there = influx_number(database, SUM);
    assert_true(there > sum * (1 - 1e-9) && there < sum * (1 + 1e-9));
    for (size_t bar = 0; bar < series->bars; bar += series->bars / 7) {
        char query[128];
        snprintf(query, sizeof query, "SELECT close FROM candles WHERE time = %lldms", (long long)series->time[bar]);
        assert_true(influx_number(database, query) == series->column[TS_CLOSE][bar]);
    }
}

static size_t sendings;

/* The server is killed before some batches, and is away for the next two of them. */
static int send_and_kill(void *sink, const ts_outlet_row *rows, size_t count, ts_outlet_answer *answer, ts_error *error)
{
    size_t now = ++sendings % 10;
    if (now == 3) influx_kill();
    if (now == 5) influx_restart();
    return ts_outlet_influx.send(sink, rows, count, answer, error);
}

static void test_killed_and_started_under_way(void **state)
{
    (void)state;
    influx_need();
    static const ts_outlet_kind small = {.name = "influxdb", .batch = 700, .send = send_and_kill};
    ts_series series = {0};
    real_candles(&series, "1h/ETH-USDT.1h.csv.zst", 20000, "store-killed");
    influx_database("killed", 0);
    ts_influx *influx = open_v1("killed");
    ts_outlet *outlet = open_outlet(influx, &small, "store-killed");
    size_t away = 0;
    for (int tries = 0;; tries++) {
        ts_error error = {0};
        assert_true(tries < 50);
        if (!ts_outlet_drain(outlet, 60, &error)) break;
        assert_int_equal(error.code, TS_UNAVAILABLE);
        assert_int_equal(strncmp(error.text, "InfluxDB: ", 10), 0);
        away++;
        if (tries % 2) { /* and we end, too */
            ts_outlet_close(outlet);
            outlet = open_outlet(influx, &small, "store-killed");
        }
    }
    assert_in_range(away, 4, 12);
    if (sendings % 10 == 3 || sendings % 10 == 4) influx_restart();
    expect_points("killed", &series);
    ts_outlet_close(outlet);
    ts_influx_close(influx);
    ts_series_clear(&series);
}

static const char *one_line(void)
{
    static char line[256];
    snprintf(line, sizeof line, TAGS FIELDS " %lld\n", (long long)ts_clock_now_ms());
    return line;
}

static int write_line(ts_influx *influx, const char *line, ts_outlet_answer *answer, ts_error *error)
{
    *error = (ts_error){0};
    return ts_influx_write(influx, line, strlen(line), 1, answer, error);
}

static void test_refusals_say_what_the_server_says(void **state)
{
    (void)state;
    influx_need();
    ts_error error;
    ts_outlet_answer answer;
    influx_database("refusals", 0);
    ts_influx *influx = open_v1("nowhere");
    assert_int_equal(write_line(influx, one_line(), &answer, &error), -1);
    assert_int_equal(error.code, TS_BAD_CONFIG);
    assert_string_equal(error.text, "InfluxDB answers 404: database not found: \"nowhere\"");
    ts_influx_close(influx);
    const ts_influx_setup no_policy = {.url = influx_url(), .database = "refusals", .retention_policy = "a year"};
    influx = ts_influx_open(&no_policy, &error);
    assert_int_equal(write_line(influx, one_line(), &answer, &error), -1);
    assert_int_equal(error.code, TS_BAD_CONFIG); /* although it is a 500 */
    assert_string_equal(error.text, "InfluxDB answers 500: retention policy not found: a year");
    ts_influx_close(influx);
    influx = open_v1("refusals");
    assert_int_equal(write_line(influx, "candles close=1i\n", &answer, &error), 0);
    assert_int_equal(write_line(influx, one_line(), &answer, &error), -1); /* "partial write", and not the old kind */
    assert_int_equal(error.code, TS_BAD_CONFIG);
    assert_non_null(strstr(error.text, "field type conflict"));
    assert_int_equal(answer.skipped, 0);
    ts_influx_close(influx);
}

/* Answers of a server that has other troubles: tests/http/server. */
static void test_answers_that_say_to_come_again(void **state)
{
    (void)state;
    static const struct {
        int status, code;
    } answers[] = {{429, TS_UNAVAILABLE}, {503, TS_UNAVAILABLE}, {500, TS_UNAVAILABLE}, {408, TS_UNAVAILABLE},
                   {400, TS_BAD_CONFIG},  {401, TS_BAD_CONFIG},  {413, TS_BAD_CONFIG},  {302, TS_BAD_CONFIG}};
    char command[2048], url[128], text[64];
    snprintf(command, sizeof command, "exec '%s/tests/http/server' '%s'", TS_SOURCE_DIR, ts_temporary(""));
    FILE *server = popen(command, "we");
    for (int tries = 0; tries < 1000 && access(ts_temporary("port"), R_OK); tries++) usleep(10000);
    assert_int_equal(shell("cat '%s'", ts_temporary("port")), 0);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        ts_error error = {0};
        ts_outlet_answer answer;
        snprintf(url, sizeof url, "http://127.0.0.1:%.6s/status/%d", shell_out, answers[i].status);
        const ts_influx_setup setup = {.url = url, .database = "d"};
        ts_influx *influx = ts_influx_open(&setup, &error);
        assert_int_equal(write_line(influx, "x y=1", &answer, &error), -1);
        assert_int_equal(error.code, answers[i].code);
        snprintf(text, sizeof text, "InfluxDB answers %d: <html>busy</html>", answers[i].status);
        assert_string_equal(error.text, text);
        assert_true(answer.retry_seconds == 7);
        ts_influx_close(influx);
    }
    pclose(server);
}

static void test_version_2_through_the_shim(void **state)
{
    (void)state;
    influx_need();
    char command[4096], url[64];
    ts_error error = {0};
    ts_outlet_answer answer;
    influx_database("second", 365);
    snprintf(command, sizeof command, "exec '%s/tests/influx/v2_shim' '%s' '%s' 'our org' 'a/b' canary-token second",
             TS_SOURCE_DIR, ts_temporary(""), influx_url());
    FILE *shim = popen(command, "we");
    for (int tries = 0; tries < 1000 && access(ts_temporary("port.v2"), R_OK); tries++) usleep(10000);
    assert_int_equal(shell("cat '%s'", ts_temporary("port.v2")), 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%.6s/", shell_out);
    const struct {
        ts_influx_setup setup;
        const char *says; /* NULL: it is taken */
    } tries[] = {
        {{.url = url, .org = "our org", .bucket = "a/b", .token = "canary-token"}, NULL},
        {{.url = url, .org = "our org", .bucket = "a/b", .token = "canary-wrong"}, "401: unauthorized access"},
        {{.url = url, .org = "another", .bucket = "a/b", .token = "canary-token"},
         "404: organization name \"another\" not found"},
        {{.url = url, .org = "our org", .bucket = "b", .token = "canary-token"}, "404: bucket \"b\" not found"},
        {{.url = url, .database = "second"}, "404: path not found"}};
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        ts_influx *influx = ts_influx_open(&tries[i].setup, &error);
        assert_null(strstr(ts_influx_target(influx), "canary"));
        assert_int_equal(write_line(influx, one_line(), &answer, &error), tries[i].says ? -1 : 0);
        if (tries[i].says) assert_string_equal(error.text + strlen("InfluxDB answers "), tries[i].says);
        if (tries[i].says) assert_int_equal(error.code, TS_BAD_CONFIG);
        assert_null(strstr(error.text, "canary"));
        ts_influx_close(influx);
    }
    assert_int_equal((int)influx_number("second", COUNT), 1);
    ts_influx *influx = ts_influx_open(&tries[0].setup, &error); /* too old: a 422 here */
    assert_int_equal(write_line(influx, TAGS FIELDS " 1000\n", &answer, &error), 0);
    assert_int_equal(answer.skipped, 1);
    ts_influx_close(influx);
    pclose(shim);
    ts_secret_forget();
}

/* tests/influx/feeder.c, which dies at its Nth fsync or rename, and is then started until it has done all. */
static void test_killed_at_every_durable_call(void **state)
{
    (void)state;
    influx_need();
    ts_series series = {0};
    char database[32], arguments[4096];
    const char *file = ts_shared_data(TS_SHARED_DATA, "1d/BTC-USDT.1d.csv.zst");
    char *csv = strdup(file);
    shared_candles(TS_SHARED_DATA, "1d/BTC-USDT.1d.csv.zst", 0, &series);
    series.bars = series.bars / 2 * 2 / 12 * 12; /* the feeder's chunks cover both halves */
    int64_t shift = (ts_clock_now_ms() - series.time[series.bars - 1]) / WEEK * WEEK;
    assert_int_equal(shell("zstd -dc '%s' | head -n %zu >'%s'", csv, series.bars + 1, ts_temporary("BTC-USDT.1d.csv")),
                     0);
    for (size_t bar = 0; bar < series.bars; bar++) series.time[bar] += shift;
    int code = 137;
    for (int call = 1; code == 137; call += call < 7 || soak_whole(1) > 1 ? 1 : 17) {
        assert_true(call < 1000);
        snprintf(database, sizeof database, "killed%d", call);
        influx_database(database, 0);
        assert_int_equal(shell("rm -rf '%s'; mkdir '%s'", ts_temporary("fed"), ts_temporary("fed")), 0);
        snprintf(arguments, sizeof arguments, "'%s/tests/influx_feeder' '%s' %s '%s' '%s/state' '%s' %lld",
                 TS_BINARY_DIR, influx_url(), database, ts_temporary("fed"), ts_temporary("fed"),
                 ts_temporary("BTC-USDT.1d.csv"), (long long)shift);
        code = shell("KILL_AT=%d ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD='%s/tests/libkill_at.so' %s", call,
                     TS_BINARY_DIR, arguments);
        if (code) shell_expect(code, 137, "");
        if (code) shell_expect(shell("%s", arguments), 0, "");
        expect_points(database, &series);
        if (!code) print_message("killed at durable calls up to the %dth\n", call - 1);
        influx_ask("", "DROP DATABASE \"%s\"", database);
    }
    free(csv);
    ts_series_clear(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_that_say_to_come_again), cmocka_unit_test(test_retention_of_365_days),
        cmocka_unit_test(test_killed_and_started_under_way),   cmocka_unit_test(test_refusals_say_what_the_server_says),
        cmocka_unit_test(test_version_2_through_the_shim),     cmocka_unit_test(test_killed_at_every_durable_call)};
    return cmocka_run_group_tests(tests, influx_start, influx_stop);
}
