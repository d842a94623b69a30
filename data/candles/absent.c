#define _GNU_SOURCE
#include "data/candles/absent.h"

#include "common/clock.h"
#include "common/memory.h"
#include "common/safe_file.h"
#include "data/candles/merge.h"
#include "data/candles/store_internal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 26 };

int ts_ranges_add(ts_ranges *ranges, ts_range range, ts_error *error)
{
    size_t from = 0, to = ranges->count;
    if (range.from_ms >= range.to_ms) return 0;
    while (from < to) { /* the first that ends at its beginning or later */
        size_t middle = from + (to - from) / 2;
        if (ranges->range[middle].to_ms < range.from_ms) from = middle + 1;
        else to = middle;
    }
    for (to = from; to < ranges->count && ranges->range[to].from_ms <= range.to_ms; to++) {
        if (ranges->range[to].from_ms < range.from_ms) range.from_ms = ranges->range[to].from_ms;
        if (ranges->range[to].to_ms > range.to_ms) range.to_ms = ranges->range[to].to_ms;
    }
    ts_range *grown = ts_grow(ranges->range, ranges->count + 1, sizeof *grown);
    if (!grown) return ts_no_memory(error, "ranges of time");
    ranges->range = grown;
    memmove(grown + from + 1, grown + to, (ranges->count - to) * sizeof *grown);
    grown[from] = range;
    ranges->count = ranges->count - (to - from) + 1;
    return 0;
}

int ts_ranges_remove(ts_ranges *ranges, ts_range range, ts_error *error)
{
    ts_ranges left = {0};
    int status = 0;
    for (size_t i = 0; i < ranges->count && !status; i++) {
        ts_range is = ranges->range[i], before = is, after = is;
        if (before.to_ms > range.from_ms) before.to_ms = range.from_ms;
        if (after.from_ms < range.to_ms) after.from_ms = range.to_ms;
        if (is.to_ms <= range.from_ms || is.from_ms >= range.to_ms) status = ts_ranges_add(&left, is, error);
        else status = ts_ranges_add(&left, before, error) || ts_ranges_add(&left, after, error) ? -1 : 0;
    }
    if (status) {
        free(left.range);
        return -1;
    }
    free(ranges->range);
    *ranges = left;
    return 0;
}

static int path_of(const ts_store_key *key, char path[PATH_MAX], ts_error *error)
{
    char folder[PATH_MAX];
    if (ts_exchange_check(key->exchange, error) || ts_store_folder(key, folder, error)) return -1;
    snprintf(path, PATH_MAX, "%.*s/absent.csv", PATH_MAX - 16, folder); /* room for it: ts_store_folder */
    return 0;
}

static int read_line(const char *line, ts_range *range, ts_error *error)
{
    char from[TS_TIME_TEXT], to[TS_TIME_TEXT];
    if (sscanf(line, "%31[^,],%31s", from, to) != 2 || ts_time_parse(from, &range->from_ms, error) ||
        ts_time_parse(to, &range->to_ms, error) || range->from_ms >= range->to_ms)
        return -1;
    return 0;
}

static int read_lines(char *text, const char *path, ts_ranges *ranges, ts_error *error)
{
    size_t number = 1;
    for (char *line; (line = strsep(&text, "\n")) && *line; number++) {
        ts_error why = {0};
        ts_range range;
        if (read_line(line, &range, &why))
            return ts_fail(error, TS_BAD_DATA, "%s: line %zu: expected two times, the first before the second", path,
                           number);
        if (ts_ranges_add(ranges, range, error)) return -1;
    }
    return 0;
}

int ts_absent_read(const ts_store_key *key, ts_ranges *ranges, ts_error *error)
{
    char path[PATH_MAX];
    ts_strbuf text = {0};
    *ranges = (ts_ranges){0};
    if (path_of(key, path, error)) return -1;
    if (access(path, F_OK)) return 0;
    int status = ts_file_read(path, FILE_MAX, &text, error);
    if (!status && text.text) status = read_lines(text.text, path, ranges, error);
    ts_strbuf_clear(&text);
    if (status) free(ranges->range), *ranges = (ts_ranges){0};
    return status;
}

static int write_ranges(const ts_store_key *key, const ts_ranges *ranges, ts_error *error)
{
    char path[PATH_MAX], folder[PATH_MAX], from[TS_TIME_TEXT], to[TS_TIME_TEXT];
    ts_strbuf text = {0};
    if (path_of(key, path, error) || ts_store_folder(key, folder, error) || ts_folder_make(folder, error)) return -1;
    for (size_t i = 0; i < ranges->count; i++)
        ts_strbuf_printf(&text, "%s,%s\n", ts_time_text(ranges->range[i].from_ms, from),
                         ts_time_text(ranges->range[i].to_ms, to));
    int status = ts_strbuf_failed(&text) ? ts_no_memory(error, path)
                                         : ts_file_write(path, text.text ? text.text : "", text.length, error);
    ts_strbuf_clear(&text);
    return status;
}

typedef int change(ts_ranges *ranges, ts_range range, ts_error *error);

static bool same(const ts_ranges *a, const ts_ranges *b)
{
    return a->count == b->count && (!a->count || !memcmp(a->range, b->range, a->count * sizeof *a->range));
}

static int change_all(const ts_store_key *key, const ts_range *ranges, size_t count, change *each, ts_error *error)
{
    ts_ranges all = {0}, before = {0};
    if (!count) return 0;
    int status = ts_absent_read(key, &all, error) || ts_absent_read(key, &before, error) ? -1 : 0;
    for (size_t i = 0; i < count && !status; i++) status = each(&all, ranges[i], error);
    if (!status && !same(&all, &before)) status = write_ranges(key, &all, error);
    free(all.range), free(before.range);
    return status;
}

int ts_absent_add(const ts_store_key *key, const ts_range *ranges, size_t count, ts_error *error)
{
    return change_all(key, ranges, count, ts_ranges_add, error);
}

int ts_absent_remove(const ts_store_key *key, const ts_range *ranges, size_t count, ts_error *error)
{
    return change_all(key, ranges, count, ts_ranges_remove, error);
}

/* The candles of the series from batches and journal; none are an empty series. */
static int read_series(const ts_store_key *key, ts_series *series, ts_error *error)
{
    ts_series live, batches = {0};
    if (ts_store_read_live(key, &live, error)) return -1;
    int status = ts_store_read_batches(key, &batches, error);
    if (!status) status = ts_series_overlay(&batches, &live, series, error);
    ts_series_clear(&live);
    ts_series_clear(&batches);
    return status;
}

/* What lies in [from, to) outside of all of `held`. */
static int outside(const ts_ranges *held, int64_t from_ms, int64_t to_ms, ts_ranges *missing, ts_error *error)
{
    for (size_t i = 0; i < held->count && from_ms < to_ms; i++) {
        const ts_range *range = &held->range[i];
        if (range->to_ms <= from_ms) continue;
        int64_t end = range->from_ms < to_ms ? range->from_ms : to_ms;
        if (ts_ranges_add(missing, (ts_range){from_ms, end}, error)) return -1;
        from_ms = range->to_ms;
    }
    return ts_ranges_add(missing, (ts_range){from_ms, to_ms}, error);
}

int ts_absent_missing(const ts_store_key *key, int64_t from_ms, int64_t to_ms, ts_ranges *missing, ts_error *error)
{
    ts_series series = {0};
    ts_ranges held;
    *missing = (ts_ranges){0};
    if (ts_absent_read(key, &held, error)) return -1;
    int status = read_series(key, &series, error);
    for (size_t i = 0, last; i < series.bars && !status; i = last + 1) { /* runs of candles without a gap */
        for (last = i; last + 1 < series.bars && series.time[last + 1] - series.time[last] == key->interval_ms;) last++;
        status = ts_ranges_add(&held, (ts_range){series.time[i], series.time[last] + key->interval_ms}, error);
    }
    if (!status) status = outside(&held, from_ms, to_ms, missing, error);
    ts_series_clear(&series);
    free(held.range);
    if (status) free(missing->range), *missing = (ts_ranges){0};
    return status;
}
