#define _GNU_SOURCE
#include "data/candles/live.h"

#include "common/interval.h"
#include "common/memory.h"
#include "common/safe_file.h"
#include "data/candles/store_internal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERIES_MOST = 100000 };

typedef struct known {
    char symbol[TS_SYMBOL_TEXT];
    int64_t interval_ms;
} known;

struct ts_live {
    char root[PATH_MAX], exchange[32], source[128];
    ts_journal *journal;
    known *series; /* those that have their folder, by symbol and interval */
    size_t count, room;
};

static int compare_known(const void *a, const void *b)
{
    const known *x = a, *y = b;
    int order = strcmp(x->symbol, y->symbol);
    return order ? order : (x->interval_ms > y->interval_ms) - (x->interval_ms < y->interval_ms);
}

/* The folder says to those who list a store that there is such a series. */
static int make_folder(const ts_live *live, const known *series, ts_error *error)
{
    char folder[PATH_MAX];
    ts_store_key key = {.root = live->root, .interval_ms = series->interval_ms};
    memcpy(key.exchange, live->exchange, sizeof key.exchange);
    memcpy(key.symbol, series->symbol, sizeof key.symbol);
    return ts_store_folder(&key, folder, error) || ts_folder_make(folder, error) ? -1 : 0;
}

static int know(ts_live *live, const ts_live_bar *bar, ts_error *error)
{
    known series = {.interval_ms = bar->interval_ms};
    memcpy(series.symbol, bar->symbol, sizeof series.symbol);
    if (live->count && bsearch(&series, live->series, live->count, sizeof series, compare_known)) return 0;
    if (live->count == SERIES_MOST) return ts_fail(error, TS_FAILED, "more than %d series", SERIES_MOST);
    if (live->count == live->room) {
        size_t room = live->room ? 2 * live->room : 64;
        known *grown = ts_grow(live->series, room, sizeof *grown);
        if (!grown) return ts_no_memory(error, "series");
        live->series = grown, live->room = room;
    }
    if (make_folder(live, &series, error)) return -1;
    live->series[live->count++] = series;
    qsort(live->series, live->count, sizeof series, compare_known);
    return 0;
}

ts_live *ts_live_open(const char *root, const char *exchange, const char *source, ts_live_report *report,
                      ts_error *error)
{
    ts_journal_content content;
    *report = (ts_live_report){0};
    if (ts_exchange_check(exchange, error)) return NULL;
    ts_live *live = ts_alloc(1, sizeof *live);
    if (!live) {
        ts_no_memory(error, "live candles");
        return NULL;
    }
    snprintf(live->root, sizeof live->root, "%s", root);
    snprintf(live->exchange, sizeof live->exchange, "%s", exchange);
    snprintf(live->source, sizeof live->source, "%s", source);
    live->journal = ts_journal_open(root, exchange, &content, error);
    if (live->journal) {
        *report = (ts_live_report){content.count, content.torn, content.damaged, content.first_damaged};
        ts_journal_content_clear(&content);
        return live;
    }
    ts_live_close(live);
    return NULL;
}

void ts_live_close(ts_live *live)
{
    if (!live) return;
    ts_journal_close(live->journal);
    free(live->series);
    free(live);
}

int ts_live_append(ts_live *live, const ts_live_bar *bars, size_t count, ts_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (know(live, &bars[i], error)) return -1;
    return ts_journal_append(live->journal, bars, count, error);
}

/* What stays in the journal. */
typedef struct staying {
    ts_live_bar *bar;
    size_t count;
} staying;

static bool is_before(const ts_live_bar *bar, int64_t before_ms) { return bar->candle.time < before_ms; }

/* Take the series that comes first out of the content; when `unsettled`, what it has before `before_ms` stays. */
static void drop_first(ts_journal_content *content, int64_t before_ms, bool unsettled, staying *stay)
{
    const ts_live_bar first = content->bar[0];
    size_t left = 0;
    for (size_t i = 0; i < content->count; i++) {
        const ts_live_bar *bar = &content->bar[i];
        if (bar->interval_ms != first.interval_ms || strcmp(bar->symbol, first.symbol) != 0)
            content->bar[left++] = *bar;
        else if (unsettled && is_before(bar, before_ms)) stay->bar[stay->count++] = *bar;
    }
    content->count = left;
}

/* The candles before `before_ms` of the series that comes first in the content, which loses them. */
static int settle_one(ts_live *live, ts_journal_content *content, int64_t before_ms, size_t *settled, ts_error *error)
{
    const ts_live_bar first = content->bar[0];
    ts_series series = {0};
    size_t changed;
    int status = ts_journal_series(content, live->exchange, first.symbol, first.interval_ms, &series, error);
    if (!status) {
        series.bars = ts_series_find(&series, before_ms);
        status = ts_store_correct(live->root, &series, live->source, &changed, error);
        if (!status) *settled += series.bars;
    }
    ts_series_clear(&series);
    return status;
}

/* All series. `unsettled`: the first that could not be, for its batches are damaged. */
static int settle_all(ts_live *live, ts_journal_content *all, int64_t before_ms, staying *stay, size_t *settled,
                      ts_error *unsettled, ts_error *error)
{
    while (all->count) {
        ts_error why = {0};
        int status = settle_one(live, all, before_ms, settled, &why);
        if (status && why.code != TS_BAD_DATA) return ts_fail(error, why.code, "%s", why.text);
        if (status && !unsettled->code) *unsettled = why;
        drop_first(all, before_ms, status != 0, stay);
    }
    return 0;
}

/* Split off what is not to be settled yet. */
static int keep_later(const ts_journal_content *all, int64_t before_ms, staying *stay, ts_error *error)
{
    *stay = (staying){.bar = ts_alloc(all->count + 1, sizeof *stay->bar)};
    if (!stay->bar) return ts_no_memory(error, "the journal");
    for (size_t i = 0; i < all->count; i++)
        if (!is_before(&all->bar[i], before_ms)) stay->bar[stay->count++] = all->bar[i];
    return 0;
}

int ts_live_settle(ts_live *live, int64_t before_ms, size_t *settled, ts_error *error)
{
    ts_journal_content all;
    ts_error unsettled = {0};
    staying stay = {0};
    *settled = 0;
    if (ts_journal_read(live->root, live->exchange, &all, error)) return -1;
    int status = keep_later(&all, before_ms, &stay, error);
    bool nothing = stay.count == all.count;
    if (!status && !nothing) status = settle_all(live, &all, before_ms, &stay, settled, &unsettled, error);
    if (!status && *settled) status = ts_journal_replace(live->journal, stay.bar, stay.count, error);
    ts_journal_content_clear(&all);
    free(stay.bar);
    if (status || !unsettled.code) return status;
    return ts_fail(error, unsettled.code, "%s", unsettled.text);
}
