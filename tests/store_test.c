/* The candle store: what goes in comes out bit for bit, and nothing damaged or half-written is ever read. */
#define _GNU_SOURCE
#include "common/interval.h"
#include "data/candles/batch.h"
#include "data/candles/candles.h"
#include "data/candles/csv_writer.h"
#include "data/candles/folder.h"
#include "data/candles/generate.h"
#include "data/candles/store.h"
#include "tests/temporary.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MINUTE INT64_C(60000)

static ts_store_key key_of(const char *root, const char *symbol)
{
    ts_store_key key = {.root = root, .exchange = TS_STORE_EXCHANGE, .interval_ms = MINUTE};
    snprintf(key.symbol, sizeof key.symbol, "%s", symbol);
    return key;
}

static void generate(ts_series *series, size_t bars, const char *symbol)
{
    ts_error error = {0};
    if (ts_generate(7, bars, MINUTE, series, &error)) fail_msg("%s", error.text);
    snprintf(series->symbol, sizeof series->symbol, "%s", symbol);
    snprintf(series->exchange, sizeof series->exchange, TS_STORE_EXCHANGE);
}

/* Add the bars [from, to) and return how many were new. */
static size_t add(const char *root, const ts_series *series, size_t from, size_t to)
{
    ts_series slice = {0};
    ts_error error = {0};
    size_t added;
    assert_int_equal(ts_series_copy(series, from, to, &slice, &error), 0);
    if (ts_store_add(root, &slice, "test", &added, &error)) fail_msg("%s", error.text);
    ts_series_clear(&slice);
    return added;
}

static void expect_same(const ts_series *a, const ts_series *b)
{
    char left[TS_FINGERPRINT_TEXT], right[TS_FINGERPRINT_TEXT];
    ts_series_fingerprint(a, 0, a->bars, left);
    ts_series_fingerprint(b, 0, b->bars, right);
    assert_int_equal(a->bars, b->bars);
    assert_string_equal(left, right);
    assert_string_equal(a->symbol, b->symbol);
    assert_int_equal(a->synthetic, b->synthetic);
}

static void expect_store(const char *root, const ts_series *whole)
{
    ts_series read = {0};
    ts_error error = {0};
    ts_store_key key = key_of(root, whole->symbol);
    if (ts_store_read(&key, &read, &error)) fail_msg("%s", error.text);
    expect_same(whole, &read);
    ts_series_clear(&read);
}

static size_t batches(const char *root, const char *symbol)
{
    ts_store_key key = key_of(root, symbol);
    ts_store_summary summary;
    ts_error error = {0};
    if (ts_store_summarise(&key, &summary, &error)) fail_msg("%s", error.text);
    return summary.batches;
}

static void batches_read_as_one_series(void **state)
{
    (void)state;
    const char *root = ts_temporary("batches");
    ts_series whole = {0};
    generate(&whole, 50000, "AAA-USD"); /* several chunks */
    assert_int_equal(add(root, &whole, 20000, 30000), 10000);
    assert_int_equal(add(root, &whole, 0, 20000), 20000);
    assert_int_equal(add(root, &whole, 29000, 50000), 20000); /* a thousand were there */
    assert_int_equal(add(root, &whole, 0, 50000), 0);
    assert_int_equal(batches(root, "AAA-USD"), 3);
    expect_store(root, &whole);
    ts_series_clear(&whole);
}

static void missing_bars_can_come_later(void **state)
{
    (void)state;
    const char *root = ts_temporary("later");
    ts_series whole = {0}, holed = {0};
    ts_error error = {0};
    size_t added;
    generate(&whole, 1000, "AAA-USD");
    assert_int_equal(ts_series_copy(&whole, 0, 0, &holed, &error), 0);
    for (size_t bar = 0; bar < 1000; bar++) {
        ts_candle candle = ts_series_candle(&whole, bar);
        if (bar % 10 != 5) assert_int_equal(ts_series_append(&holed, &candle, &error), 0);
    }
    assert_int_equal(ts_store_add(root, &holed, "test", &added, &error), 0);
    assert_int_equal(added, 900);
    assert_int_equal(add(root, &whole, 0, 1000), 100);
    expect_store(root, &whole);
    ts_series_clear(&whole);
    ts_series_clear(&holed);
}

static void a_row_that_differs_is_refused_and_nothing_written(void **state)
{
    (void)state;
    const char *root = ts_temporary("differs");
    ts_series whole = {0}, other = {0};
    ts_error error = {0};
    size_t added;
    generate(&whole, 100, "AAA-USD");
    add(root, &whole, 0, 60);
    assert_int_equal(ts_series_copy(&whole, 50, 100, &other, &error), 0);
    other.column[TS_VOLUME][9] += 1; /* bar 59 */
    assert_int_equal(ts_store_add(root, &other, "test", &added, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    assert_non_null(strstr(error.text, "volume"));
    assert_non_null(strstr(error.text, "2020-01-01T00:59:00Z"));
    assert_int_equal(batches(root, "AAA-USD"), 1);
    ts_series_clear(&whole);
    ts_series_clear(&other);
}

static void bars_between_the_bars_are_refused(void **state)
{
    (void)state;
    const char *root = ts_temporary("between");
    ts_series whole = {0}, shifted = {0};
    ts_error error = {0};
    size_t added;
    generate(&whole, 100, "AAA-USD");
    add(root, &whole, 0, 60);
    assert_int_equal(ts_series_copy(&whole, 50, 60, &shifted, &error), 0);
    for (size_t bar = 0; bar < shifted.bars; bar++) shifted.time[bar] += 30000;
    assert_int_equal(ts_store_add(root, &shifted, "test", &added, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    ts_series_clear(&whole);
    ts_series_clear(&shifted);
}

static void the_list_is_sorted_and_ignores_strangers(void **state)
{
    (void)state;
    const char *root = ts_temporary("list");
    ts_error error = {0};
    ts_series series = {0};
    generate(&series, 10, "BBB-USD");
    add(root, &series, 0, 10);
    snprintf(series.symbol, sizeof series.symbol, "AAA-USD");
    add(root, &series, 0, 10);
    snprintf(series.exchange, sizeof series.exchange, "coinbase");
    add(root, &series, 0, 10);
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/local/lost+found", root);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/local/AAA-USD/7m", root);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/readme.txt", root);
    fclose(fopen(path, "w"));
    ts_store_key *keys;
    size_t count;
    assert_int_equal(ts_store_list(root, &keys, &count, &error), 0);
    assert_int_equal(count, 3);
    assert_string_equal(keys[0].exchange, "coinbase");
    assert_string_equal(keys[1].symbol, "AAA-USD");
    assert_string_equal(keys[2].symbol, "BBB-USD");
    ts_store_summary summary;
    assert_int_equal(ts_store_summarise(&keys[2], &summary, &error), 0);
    assert_int_equal(summary.bars, 10);
    assert_int_equal(summary.first_ms, series.time[0]);
    assert_int_equal(summary.last_ms, series.time[9]);
    assert_true(summary.synthetic);
    free(keys);
    ts_series_clear(&series);
    assert_int_equal(ts_store_list(ts_temporary("nowhere"), &keys, &count, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
}

static void names_that_could_leave_the_store_are_refused(void **state)
{
    (void)state;
    const char *root = ts_temporary("names");
    static const char *const exchanges[] = {"..", "a/b", "", "Coinbase", "abcdefghijklmnopqrstuvwxyz0123456789"};
    for (size_t i = 0; i < sizeof exchanges / sizeof *exchanges; i++) {
        ts_error error = {0};
        assert_int_equal(ts_exchange_check(exchanges[i], &error), -1);
        assert_int_equal(error.code, TS_USAGE);
    }
    static const char *const symbols[] = {"../x", "btc-usd", "candles", "BTCUSD", ""};
    ts_series series = {0};
    generate(&series, 10, "AAA-USD");
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        ts_error error = {0};
        size_t added;
        snprintf(series.symbol, sizeof series.symbol, "%s", symbols[i]);
        assert_int_equal(ts_store_add(root, &series, "test", &added, &error), -1);
        assert_int_equal(error.code, TS_USAGE);
    }
    ts_series_clear(&series);
    assert_int_equal(access(root, F_OK), -1);
}

/* Where few trade most steps are longer than the interval, and a batch may be one candle. */
static void thin_series_are_kept(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_series all = {0}, thin = {0}, read = {0};
    size_t added;
    const char *root = ts_temporary("thin");
    generate(&all, 300, "THIN-USD");
    assert_int_equal(ts_series_copy(&all, 0, 0, &thin, &error), 0);
    for (size_t bar = 0; bar < all.bars; bar += 5) {
        ts_candle candle = ts_series_candle(&all, bar);
        assert_int_equal(ts_series_append(&thin, &candle, &error), 0);
    }
    for (size_t from = 0; from < thin.bars; from += from ? 30 : 1) { /* the last first, as a back-fill has it */
        size_t end = thin.bars - from, start = from ? (end > 30 ? end - 30 : 0) : end - 1;
        ts_series part = {0};
        assert_int_equal(ts_series_copy(&thin, start, end, &part, &error), 0);
        if (ts_store_correct(root, &part, "test", &added, &error)) fail_msg("%s", error.text);
        assert_int_equal(added, part.bars);
        ts_series_clear(&part);
    }
    ts_store_key key = {
        .root = root, .exchange = TS_STORE_EXCHANGE, .symbol = "THIN-USD", .interval_ms = all.interval_ms};
    if (ts_store_read(&key, &read, &error)) fail_msg("%s", error.text);
    expect_same(&thin, &read);
    ts_series_clear(&read), ts_series_clear(&thin), ts_series_clear(&all);
}

static void an_absent_series_is_bad_data(void **state)
{
    (void)state;
    ts_store_key key = key_of(ts_temporary("absent"), "AAA-USD");
    ts_series series = {0};
    ts_error error = {0};
    assert_int_equal(ts_store_read(&key, &series, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    assert_non_null(strstr(error.text, "AAA-USD 1m"));
}

static size_t read_bytes(const char *path, unsigned char *bytes, size_t room)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t length = fread(bytes, 1, room, file);
    fclose(file);
    assert_true(length < room);
    return length;
}

/* Bits of a small batch flipped all over it, and many lengths: an error, or the same candles (some bytes mean nothing).
 */
static void no_flipped_bit_and_no_cut_passes(void **state)
{
    (void)state;
    static unsigned char bytes[65536], copy[65536];
    const char *path = ts_temporary("batch.h5"), *spoilt = ts_temporary("spoilt.h5");
    ts_series series = {0}, read = {0};
    ts_error error = {0};
    generate(&series, 40, "AAA-USD");
    if (ts_batch_write(path, &series, "test", &error)) fail_msg("%s", error.text);
    assert_true(ts_batch_is(path));
    size_t length = read_bytes(path, bytes, sizeof bytes), harmless = 0, refused = 0;
    for (size_t bit = 0; bit < length * 8; bit += 11) {
        memcpy(copy, bytes, length);
        copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
        ts_temporary_file("spoilt.h5", copy, length);
        error = (ts_error){0};
        if (ts_batch_read(spoilt, &read, &error)) {
            assert_int_equal(error.code, TS_BAD_DATA);
            assert_non_null(strstr(error.text, "spoilt.h5"));
            refused++;
            continue;
        }
        expect_same(&series, &read);
        ts_series_clear(&read);
        harmless++;
    }
    assert_true(refused > harmless);
    for (size_t cut = 1; cut < length; cut += 29) {
        ts_temporary_file("spoilt.h5", bytes, length - cut);
        error = (ts_error){0};
        assert_int_equal(ts_batch_read(spoilt, &read, &error), -1);
        assert_int_equal(error.code, TS_BAD_DATA);
    }
    ts_series_clear(&series);
}

static void the_same_candles_are_the_same_bytes(void **state)
{
    (void)state;
    static unsigned char first[65536], second[65536];
    const char *paths[] = {ts_temporary("one.h5"), ts_temporary("two.h5")};
    ts_series series = {0};
    ts_error error = {0};
    generate(&series, 300, "AAA-USD");
    for (int i = 0; i < 2; i++) {
        if (i) usleep(1100000); /* HDF5 likes to note times in seconds */
        assert_int_equal(ts_batch_write(paths[i], &series, "test", &error), 0);
    }
    size_t length = read_bytes(paths[0], first, sizeof first);
    assert_int_equal(read_bytes(paths[1], second, sizeof second), length);
    assert_memory_equal(first, second, length);
    ts_series_clear(&series);
}

static void other_hdf5_and_other_places_are_refused(void **state)
{
    (void)state;
    const char *root = ts_temporary("moved");
    ts_series series = {0}, read = {0};
    ts_error error = {0};
    char from[PATH_MAX], to[PATH_MAX];
    generate(&series, 10, "AAA-USD");
    add(root, &series, 0, 10);
    snprintf(series.symbol, sizeof series.symbol, "BBB-USD");
    add(root, &series, 0, 10);
    snprintf(from, sizeof from, "%s/local/AAA-USD/1m/20200101T000000Z-20200101T000900Z.h5", root);
    snprintf(to, sizeof to, "%s/local/BBB-USD/1m/20200101T000000Z-20200101T000900Z.h5", root);
    assert_int_equal(rename(from, to), 0);
    ts_store_key key = key_of(root, "BBB-USD");
    assert_int_equal(ts_store_read(&key, &read, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    assert_non_null(strstr(error.text, "belongs elsewhere"));
    ts_series_clear(&series);
}

static void a_batch_is_a_file_of_candles_too(void **state)
{
    (void)state;
    const char *path = ts_temporary("whatever.h5");
    ts_series series = {0}, read = {0};
    ts_error error = {0};
    generate(&series, 10, "AAA-USD");
    assert_int_equal(ts_batch_write(path, &series, "test", &error), 0);
    if (ts_candles_load(&(ts_candles_query){.file = path}, &read, NULL, &error)) fail_msg("%s", error.text);
    expect_same(&series, &read);
    ts_series_clear(&read);
    assert_int_equal(ts_candles_load(&(ts_candles_query){.file = path, .symbol = "BBB-USD"}, &read, NULL, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    error = (ts_error){0};
    assert_int_equal(ts_candles_load(&(ts_candles_query){.file = path, .interval = "1h"}, &read, NULL, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    ts_series_clear(&series);
}

/* Write as CSV, read back: the same bits. */
static void round_trip(const ts_series *series, ts_time_unit unit)
{
    ts_strbuf text = {0};
    ts_series read = {0};
    ts_error error = {0};
    ts_candles_write_csv(series, 0, series->bars, unit, &text);
    assert_false(ts_strbuf_failed(&text));
    ts_candles_query query = {.file = ts_temporary_file("export.csv", text.text, text.length),
                              .symbol = series->symbol};
    if (ts_candles_load(&query, &read, NULL, &error)) fail_msg("%s", error.text);
    expect_same(series, &read);
    ts_series_clear(&read);
    ts_strbuf_clear(&text);
}

static void export_reads_back_bit_for_bit(void **state)
{
    (void)state;
    ts_series series = {0};
    ts_error error = {0};
    generate(&series, 3000, "AAA-USD");
    round_trip(&series, TS_UNIT_AUTO);
    round_trip(&series, TS_UNIT_MS);
    round_trip(&series, TS_UNIT_ISO);
    for (size_t bar = 0; bar < series.bars; bar++) { /* doubles of 17 digits, tiny and huge ones */
        double scale = bar % 3 == 0 ? 1e-12 / 3 : bar % 3 == 1 ? 1.0 / 3 : 1e9 / 7;
        for (int c = 0; c < TS_COLUMNS; c++) series.column[c][bar] *= scale;
        series.time[bar] += 7; /* no whole seconds */
    }
    round_trip(&series, TS_UNIT_AUTO);
    ts_series_clear(&series);
    ts_candles_query query = {.file = ts_shared_data(TS_SHARED_DATA, "1h/BTC-USDT.1h.csv.zst")};
    assert_int_equal(ts_candles_load(&query, &series, NULL, &error), 0);
    round_trip(&series, TS_UNIT_AUTO);
    const char *root = ts_temporary("real");
    size_t added;
    assert_int_equal(ts_store_add(root, &series, "test", &added, &error), 0);
    ts_store_key key = key_of(root, "BTC-USDT");
    key.interval_ms = 60 * MINUTE;
    ts_series read = {0};
    assert_int_equal(ts_store_read(&key, &read, &error), 0);
    expect_same(&series, &read);
    ts_series_clear(&read);
    ts_series_clear(&series);
}

/* A file system of 256 KiB: the write fails with a sentence, the batch there stays whole, nothing half-written stays.
 */
static void a_full_disk_leaves_the_store_whole(void **state)
{
    (void)state;
    const char *root = ts_temporary("small");
    char command[2 * PATH_MAX];
    assert_int_equal(mkdir(root, 0700), 0);
    snprintf(command, sizeof command, "mount -t tmpfs -o size=256k none %s 2>/dev/null", root);
    if (system(command)) {
        print_message("skipped: a small file system cannot be mounted here\n");
        skip();
    }
    ts_series series = {0}, kept = {0};
    ts_error error = {0}, full = {0};
    size_t added;
    generate(&series, 200000, "AAA-USD");
    int first = ts_series_copy(&series, 0, 1000, &kept, &error) || ts_store_add(root, &kept, "test", &added, &error);
    int second = ts_store_add(root, &series, "test", &added, &full);
    ts_store_key key = key_of(root, "AAA-USD");
    ts_series read = {0};
    ts_names names = {0};
    char folder[PATH_MAX + 32];
    snprintf(folder, sizeof folder, "%s/local/AAA-USD/1m", root);
    int third = ts_store_read(&key, &read, &error), fourth = ts_folder_list(folder, "", &names, &error);
    snprintf(command, sizeof command, "umount %s", root);
    assert_int_equal(system(command), 0); /* before any assertion may leave */
    assert_int_equal(first, 0);
    assert_int_equal(second, -1);
    assert_int_equal(full.code, TS_FAILED);
    if (!strstr(full.text, "cannot be written")) fail_msg("%s", full.text);
    assert_int_equal(third, 0);
    expect_same(&kept, &read);
    assert_int_equal(fourth, 0);
    assert_int_equal(names.count, 1);
    free(names.name);
    ts_series_clear(&read);
    ts_series_clear(&kept);
    ts_series_clear(&series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_read_as_one_series),
        cmocka_unit_test(thin_series_are_kept),
        cmocka_unit_test(missing_bars_can_come_later),
        cmocka_unit_test(a_row_that_differs_is_refused_and_nothing_written),
        cmocka_unit_test(bars_between_the_bars_are_refused),
        cmocka_unit_test(the_list_is_sorted_and_ignores_strangers),
        cmocka_unit_test(names_that_could_leave_the_store_are_refused),
        cmocka_unit_test(an_absent_series_is_bad_data),
        cmocka_unit_test(no_flipped_bit_and_no_cut_passes),
        cmocka_unit_test(the_same_candles_are_the_same_bytes),
        cmocka_unit_test(other_hdf5_and_other_places_are_refused),
        cmocka_unit_test(a_batch_is_a_file_of_candles_too),
        cmocka_unit_test(export_reads_back_bit_for_bit),
        cmocka_unit_test(a_full_disk_leaves_the_store_whole),
    };
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}
