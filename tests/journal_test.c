/* Live candles: what was acknowledged is there, whatever happens to the program, the disk or the bytes; days become
 * batches and months without anybody seeing less. Started with --feed it is the program that gets killed. */
#define _GNU_SOURCE
#include "common/safe_file.h"
#include "data/candles/absent.h"
#include "data/candles/compact.h"
#include "data/candles/live.h"
#include "tests/shell.h"
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

enum { MINUTE = 60000, DAY = 86400000, SYMBOLS = 2, DAYS = 3, EACH = 30, PIECE = 7, BARS = DAYS * EACH };
static const int64_t FIRST = INT64_C(1704067200000) - 10 * MINUTE; /* ten minutes before 2024 */

/* Candle number i: EACH of a day, from ten minutes before its end on. */
static ts_live_bar bar_of(int symbol, int i)
{
    ts_live_bar bar = {.interval_ms = MINUTE,
                       .candle = {.time = FIRST + (int64_t)(i / EACH) * DAY + i % EACH * MINUTE}};
    double price = 100 + symbol + i % 13;
    snprintf(bar.symbol, sizeof bar.symbol, "S%d-USD", symbol);
    const double values[TS_COLUMNS] = {price, price + 1, price - 1, price + 0.5, i};
    memcpy(bar.candle.value, values, sizeof values);
    return bar;
}

static ts_store_key key_of(const char *root, int symbol)
{
    ts_store_key key = {.root = root, .exchange = "coinbase", .interval_ms = MINUTE};
    snprintf(key.symbol, sizeof key.symbol, "S%d-USD", symbol);
    return key;
}

/* The volume of every fifth candle is corrected later. */
static double volume_of(int i) { return i % 5 ? i : i + 1000; }

static int append_piece(ts_live *live, int from, int to, bool correct, ts_error *error)
{
    ts_live_bar bars[SYMBOLS * PIECE];
    size_t count = 0;
    for (int i = from; i < to; i++)
        for (int s = 0; s < SYMBOLS; s++) {
            if (correct && i % 5) continue;
            bars[count] = bar_of(s, i);
            if (correct) bars[count].candle.value[TS_VOLUME] = volume_of(i), bars[count].origin = TS_FROM_REST;
            count++;
        }
    return ts_live_append(live, bars, count, error);
}

/* All candles, in pieces, each corrected five pieces later, which may be after its day became a batch; and a compaction
 * at the end. Says how far it came after each piece. */
static int feed(const char *root)
{
    ts_error error = {0};
    ts_live_report report;
    size_t settled;
    ts_live *live = ts_live_open(root, "coinbase", "test", &report, &error);
    for (int from = 0; live && from < BARS + 5 * PIECE && !error.code; from += PIECE) {
        int to = from + PIECE < BARS ? from + PIECE : BARS, before = from - 5 * PIECE;
        if (from < BARS && append_piece(live, from, to, false, &error)) break;
        if (before >= 0 && append_piece(live, before, before + PIECE < BARS ? before + PIECE : BARS, true, &error))
            break;
        printf("%d\n", to);
        fflush(stdout);
        int64_t midnight = bar_of(0, to - 1).candle.time / DAY * DAY;
        if (ts_live_settle(live, midnight, &settled, &error)) break;
    }
    if (!error.code && ts_live_settle(live, FIRST + 10 * (int64_t)DAY, &settled, &error)) puts("not settled");
    ts_live_close(live);
    for (int s = 0; s < SYMBOLS && !error.code; s++) {
        ts_store_key key = key_of(root, s);
        ts_compaction done;
        if (ts_store_compact(&key, &done, &error)) puts("not compacted");
    }
    if (error.code) fprintf(stderr, "%s\n", error.text);
    return error.code;
}

/* The candles of a symbol are the first `bars`, or more, each as it is at first or as it is corrected; with `all`, as
 * they must be at the end. */
static void expect(const char *root, int symbol, int bars, bool all)
{
    ts_store_key key = key_of(root, symbol);
    ts_series series = {0};
    ts_error error = {0};
    if (ts_store_read(&key, &series, &error)) {
        if (!bars) return; /* nothing was acknowledged */
        fail_msg("%s", error.text);
    }
    if (all) assert_int_equal(series.bars, BARS);
    assert_true(series.bars >= (size_t)bars);
    for (size_t i = 0; i < series.bars; i++) {
        ts_live_bar was = bar_of(symbol, (int)i);
        double volume = series.column[TS_VOLUME][i];
        assert_int_equal(series.time[i], was.candle.time);
        assert_true(series.column[TS_CLOSE][i] == was.candle.value[TS_CLOSE]);
        assert_true(volume == volume_of((int)i) || (!all && volume == (double)i));
    }
    ts_series_clear(&series);
}

static size_t batches_of(const char *root, int symbol)
{
    ts_store_key key = key_of(root, symbol);
    ts_store_summary summary;
    ts_error error = {0};
    if (ts_store_summarise(&key, &summary, &error)) fail_msg("%s", error.text);
    assert_int_equal(summary.live, 0);
    assert_int_equal(summary.bars, BARS);
    return summary.batches;
}

static const char *journal_path(const char *root)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/coinbase/live.journal", root);
    return path;
}

static void days_become_batches_and_months(void **state)
{
    (void)state;
    const char *root = ts_temporary("calm");
    struct stat is;
    assert_int_equal(shell("'%s/tests/journal_test' --feed '%s'", TS_BINARY_DIR, root), 0);
    for (int s = 0; s < SYMBOLS; s++) {
        expect(root, s, BARS, true);
        assert_int_equal(batches_of(root, s), 2); /* December and January */
    }
    assert_int_equal(stat(journal_path(root), &is), 0);
    assert_int_equal(is.st_size, 0);
    assert_int_equal(shell(TRADESTREAM "data verify --store '%s'", root), 0);
    assert_int_equal(shell(TRADESTREAM "data list --store '%s' --format json", root), 0);
    shell_expect_out("\"bars\": 90");
    assert_int_equal(shell(TRADESTREAM "data compact --store '%s'", root), 0);
    shell_expect_out("2 series: 4 batches, 4 before");
}

/* Of lines with a number each. */
static int last_number(const char *text)
{
    int last = 0;
    for (char *end; *text; text = *end ? end + 1 : end) last = (int)strtol(text, &end, 10);
    return last;
}

static void killed_at_every_durable_call(void **state)
{
    (void)state;
    int call, code = 137, acknowledged, most = 400;
    for (call = 1; code == 137 && call < most; call++) {
        const char *root = ts_temporary("killed");
        shell("rm -rf '%s'", root);
        code = shell("KILL_AT=%d ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD='%s/tests/libkill_at.so' "
                     "'%s/tests/journal_test' --feed '%s'",
                     call, TS_BINARY_DIR, TS_BINARY_DIR, root);
        acknowledged = last_number(shell_out);
        for (int s = 0; s < SYMBOLS; s++) expect(root, s, acknowledged, false);
        if (call % 5 == 0 || code != 137) { /* started again, it does the rest */
            assert_int_equal(shell("'%s/tests/journal_test' --feed '%s'", TS_BINARY_DIR, root), 0);
            for (int s = 0; s < SYMBOLS; s++) {
                expect(root, s, BARS, true);
                assert_int_equal(batches_of(root, s), 2);
            }
        }
    }
    assert_int_equal(code, 0);
    assert_true(call > 30);
    print_message("killed at %d calls\n", call - 2);
}

static void make_journal(const char *root)
{
    ts_error error = {0};
    ts_live_report report;
    ts_live *live = ts_live_open(root, "coinbase", "test", &report, &error);
    if (!live || append_piece(live, 0, PIECE, false, &error)) fail_msg("%s", error.text);
    ts_live_close(live);
}

static void a_torn_tail_is_cut(void **state)
{
    (void)state;
    const char *root = ts_temporary("torn");
    make_journal(root);
    for (int cut = 1; cut < TS_JOURNAL_RECORD; cut += 9) {
        ts_error error = {0};
        ts_live_report report;
        assert_int_equal(truncate(journal_path(root), 2 * PIECE * TS_JOURNAL_RECORD - cut), 0);
        expect(root, 0, PIECE, false); /* the last record is of the other symbol */
        expect(root, 1, PIECE - 1, false);
        ts_live *live = ts_live_open(root, "coinbase", "test", &report, &error);
        assert_non_null(live);
        assert_int_equal(report.torn, TS_JOURNAL_RECORD - cut);
        assert_int_equal(report.bars, 2 * PIECE - 1);
        ts_live_bar again = bar_of(1, PIECE - 1);
        assert_int_equal(ts_live_append(live, &again, 1, &error), 0);
        ts_live_close(live);
        expect(root, 1, PIECE, false);
    }
}

static void a_flipped_bit_is_found(void **state)
{
    (void)state;
    const char *root = ts_temporary("flipped");
    for (int byte = 0; byte < TS_JOURNAL_RECORD; byte += 3) {
        ts_error error = {0};
        ts_strbuf bytes = {0};
        ts_live_report report;
        ts_series series = {0};
        ts_store_key key = key_of(root, 0);
        shell("rm -rf '%s'", root);
        make_journal(root);
        assert_int_equal(ts_file_read(journal_path(root), 1 << 20, &bytes, &error), 0);
        bytes.text[4 * TS_JOURNAL_RECORD + byte] ^= (char)(1 << byte % 8);
        assert_int_equal(ts_file_write(journal_path(root), bytes.text, bytes.length, &error), 0);
        ts_strbuf_clear(&bytes);
        assert_int_equal(ts_store_read(&key, &series, &error), -1);
        assert_int_equal(error.code, TS_BAD_DATA);
        if (!strstr(error.text, "byte 512")) fail_msg("%s", error.text);
        error = (ts_error){0};
        ts_live *live = ts_live_open(root, "coinbase", "test", &report, &error);
        assert_int_equal(report.damaged, 1);
        assert_int_equal(report.first_damaged, 4 * TS_JOURNAL_RECORD);
        assert_int_equal(report.bars, 2 * PIECE - 1);
        ts_live_close(live);
        assert_int_equal(ts_store_read(&key, &series, &error), 0); /* what lay behind it is there */
        assert_int_equal(series.bars, PIECE - 1);
        ts_series_clear(&series);
        expect(root, 1, PIECE, false);
    }
}

static void the_second_writer_is_refused(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_live_report report;
    const char *root = ts_temporary("twice");
    ts_live *first = ts_live_open(root, "coinbase", "test", &report, &error);
    assert_non_null(first);
    assert_null(ts_live_open(root, "coinbase", "test", &report, &error));
    assert_int_equal(error.code, TS_UNAVAILABLE);
    assert_non_null(strstr(error.text, "another program writes the live candles of coinbase"));
    error = (ts_error){0};
    ts_live *other = ts_live_open(root, "kraken", "test", &report, &error);
    assert_non_null(other);
    ts_live_close(other);
    ts_live_close(first);
}

static void what_is_no_candle_is_refused_whole(void **state)
{
    (void)state;
    ts_error error = {0};
    ts_live_report report;
    const char *root = ts_temporary("refused");
    ts_live *live = ts_live_open(root, "coinbase", "test", &report, &error);
    ts_live_bar bars[] = {bar_of(0, 0), bar_of(0, 1)};
    bars[1].candle.value[TS_HIGH] = 1;
    assert_int_equal(ts_live_append(live, bars, 2, &error), -1);
    assert_int_equal(error.code, TS_BAD_DATA);
    ts_live_close(live);
    expect(root, 0, 0, false);
}

static void a_full_disk_loses_nothing(void **state)
{
    (void)state;
    const char *root = ts_temporary("small");
    ts_error error = {0}, full = {0};
    ts_live_report report;
    assert_int_equal(mkdir(root, 0700), 0);
    if (shell("mount -t tmpfs -o size=64k none '%s'", root)) {
        print_message("skipped: a small file system cannot be mounted here\n");
        skip();
    }
    ts_live *live = ts_live_open(root, "coinbase", "test", &report, &error);
    int kept = 0;
    for (; live && kept < 2000 && !full.code; kept += PIECE)
        if (append_piece(live, kept % BARS, kept % BARS + PIECE, false, &full)) break;
    ts_journal_content content = {0};
    int status = ts_journal_read(root, "coinbase", &content, &error);
    ts_live_close(live);
    assert_int_equal(shell("umount '%s'", root), 0);
    assert_int_equal(full.code, TS_FAILED);
    assert_non_null(strstr(full.text, "live.journal: cannot be written: No space left"));
    assert_int_equal(status, 0);
    assert_int_equal(content.count, 2 * kept);
    assert_int_equal(content.torn + content.damaged, 0);
    ts_journal_content_clear(&content);
}

/* Somebody reads all the while. */
static void readers_see_everything_at_any_moment(void **state)
{
    (void)state;
    const char *root = ts_temporary("read");
    char command[PATH_MAX];
    snprintf(command, sizeof command, "'%s/tests/journal_test' --feed '%s'", TS_BINARY_DIR, root);
    for (int round = 0; round < 3; round++) {
        FILE *feeder = popen(command, "r");
        char line[32];
        int acknowledged = 0, reads = 0;
        assert_non_null(feeder);
        while (fgets(line, sizeof line, feeder)) {
            int now = (int)strtol(line, NULL, 10);
            acknowledged = now > acknowledged ? now : acknowledged;
            for (int s = 0; s < SYMBOLS; s++, reads++) expect(root, s, acknowledged, false);
        }
        assert_int_equal(pclose(feeder), 0);
        assert_true(reads > 10);
    }
    for (int s = 0; s < SYMBOLS; s++) expect(root, s, BARS, true);
}

static void text_of(const ts_ranges *ranges, char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < ranges->count; i++)
        used += (size_t)snprintf(text + used, size - used, "%lld-%lld ",
                                 (long long)(ranges->range[i].from_ms - FIRST) / MINUTE,
                                 (long long)(ranges->range[i].to_ms - FIRST) / MINUTE);
}

static void what_is_missing_is_known(void **state)
{
    (void)state;
    const char *root = ts_temporary("missing");
    ts_error error = {0};
    ts_live_report report;
    ts_ranges missing;
    char text[256] = "";
    ts_store_key key = key_of(root, 0);
    assert_int_equal(ts_absent_missing(&key, FIRST, FIRST + 50 * MINUTE, &missing, &error), 0);
    text_of(&missing, text, sizeof text);
    assert_string_equal(text, "0-50 ");
    free(missing.range);
    ts_live *live = ts_live_open(root, "coinbase", "test", &report, &error);
    for (int i = 0; i < EACH; i++) {
        ts_live_bar bar = bar_of(0, i);
        if (i < 5 || (i > 9 && i != 20)) assert_int_equal(ts_live_append(live, &bar, 1, &error), 0);
    }
    ts_live_close(live);
    const ts_range absent[] = {{FIRST + 6 * MINUTE, FIRST + 8 * MINUTE}, {FIRST + 8 * MINUTE, FIRST + 9 * MINUTE}};
    assert_int_equal(ts_absent_add(&key, absent, 2, &error), 0);
    assert_int_equal(ts_absent_missing(&key, FIRST - 2 * MINUTE, FIRST + 32 * MINUTE, &missing, &error), 0);
    text_of(&missing, text, sizeof text);
    assert_string_equal(text, "-2-0 5-6 9-10 20-21 30-32 ");
    free(missing.range);
    ts_ranges held;
    assert_int_equal(ts_absent_read(&key, &held, &error), 0);
    assert_int_equal(held.count, 1);
    free(held.range);
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/coinbase/S0-USD/1m/absent.csv", root);
    assert_int_equal(ts_file_write(path, "2024-01-01,nonsense\n", 20, &error), 0);
    assert_int_equal(ts_absent_read(&key, &held, &error), -1);
    if (!strstr(error.text, "absent.csv: line 1")) fail_msg("%s", error.text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(days_become_batches_and_months),
                                       cmocka_unit_test(killed_at_every_durable_call),
                                       cmocka_unit_test(a_torn_tail_is_cut),
                                       cmocka_unit_test(a_flipped_bit_is_found),
                                       cmocka_unit_test(the_second_writer_is_refused),
                                       cmocka_unit_test(what_is_no_candle_is_refused_whole),
                                       cmocka_unit_test(a_full_disk_loses_nothing),
                                       cmocka_unit_test(readers_see_everything_at_any_moment),
                                       cmocka_unit_test(what_is_missing_is_known)};
    if (argc == 3 && !strcmp(argv[1], "--feed")) return feed(argv[2]);
    return cmocka_run_group_tests(tests, ts_temporary_make, ts_temporary_remove);
}
