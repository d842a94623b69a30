/* What a store holds, read from the names of its folders and the heads of its batches. */
#define _GNU_SOURCE
#include "common/interval.h"
#include "common/memory.h"
#include "data/candles/batch.h"
#include "data/candles/folder.h"
#include "data/candles/store_internal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct list {
    const char *root;
    ts_store_key *keys;
    size_t count, capacity;
} list;

static int add_key(list *into, const char *exchange, const char *symbol, const char *interval, ts_error *error)
{
    char parsed[TS_SYMBOL_TEXT];
    ts_store_key key = {.root = into->root};
    ts_error foreign = {0};
    bool ours = strlen(exchange) < sizeof key.exchange && !ts_symbol_parse(symbol, parsed, &foreign) &&
                !strcmp(parsed, symbol) && !ts_interval_parse(interval, &key.interval_ms, &foreign);
    if (!ours) return 0; /* a folder that somebody put there */
    if (into->count == into->capacity) {
        size_t capacity = into->capacity ? into->capacity * 2 : 32;
        void *grown = ts_grow(into->keys, capacity, sizeof *into->keys);
        if (!grown) return ts_no_memory(error, into->root);
        into->keys = grown;
        into->capacity = capacity;
    }
    snprintf(key.exchange, sizeof key.exchange, "%.31s", exchange);
    memcpy(key.symbol, parsed, sizeof parsed);
    into->keys[into->count++] = key;
    return 0;
}

static int compare_keys(const void *a, const void *b)
{
    const ts_store_key *left = a, *right = b;
    int order = strcmp(left->exchange, right->exchange);
    if (!order) order = strcmp(left->symbol, right->symbol);
    return order ? order : (left->interval_ms > right->interval_ms) - (left->interval_ms < right->interval_ms);
}

/* Walk one level of the folders: 0 exchanges, 1 symbols, 2 intervals. */
static int walk(list *into, const char *path, const char *part[3], int level, ts_error *error)
{
    ts_names names;
    int status = ts_folder_list(path, "", &names, error);
    for (size_t i = 0; i < names.count && !status; i++) {
        char below[PATH_MAX];
        part[level] = names.name[i];
        int length = snprintf(below, sizeof below, "%s/%s", path, names.name[i]);
        struct stat is;
        if (length < 0 || length >= PATH_MAX || stat(below, &is) || !S_ISDIR(is.st_mode)) continue;
        status =
            level == 2 ? add_key(into, part[0], part[1], part[2], error) : walk(into, below, part, level + 1, error);
    }
    free(names.name);
    return status;
}

int ts_store_list(const char *root, ts_store_key **keys, size_t *count, ts_error *error)
{
    struct stat is;
    list found = {.root = root};
    const char *part[3];
    if (stat(root, &is) || !S_ISDIR(is.st_mode)) return ts_fail(error, TS_BAD_DATA, "%s: no store is there", root);
    if (walk(&found, root, part, 0, error)) {
        free(found.keys);
        return -1;
    }
    if (found.count) qsort(found.keys, found.count, sizeof *found.keys, compare_keys);
    *keys = found.keys;
    *count = found.count;
    return 0;
}

static void add_head(ts_store_summary *summary, const ts_batch_head *head)
{
    if (!summary->batches || head->first_ms < summary->first_ms) summary->first_ms = head->first_ms;
    if (!summary->batches || head->last_ms > summary->last_ms) summary->last_ms = head->last_ms;
    summary->bars += head->bars;
    summary->synthetic = summary->synthetic || head->synthetic;
    summary->batches++;
}

/* What the journal has after the last batch is more of the series; what it has within is corrections. */
static void add_live(ts_store_summary *summary, const ts_series *live)
{
    summary->live = live->bars;
    if (!live->bars) return;
    int64_t first = live->time[0], last = live->time[live->bars - 1];
    summary->bars += summary->batches ? live->bars - ts_series_find(live, summary->last_ms + 1) : live->bars;
    if (!summary->batches || first < summary->first_ms) summary->first_ms = first;
    if (!summary->batches || last > summary->last_ms) summary->last_ms = last;
}

int ts_store_summarise(const ts_store_key *key, ts_store_summary *summary, ts_error *error)
{
    char folder[PATH_MAX], path[PATH_MAX + TS_NAME];
    ts_names names;
    ts_series live;
    *summary = (ts_store_summary){0};
    if (ts_store_folder(key, folder, error) || ts_store_read_live(key, &live, error)) return -1;
    int status = ts_folder_list(folder, ".h5", &names, error);
    for (size_t i = 0; i < names.count && !status; i++) {
        ts_batch_head head;
        snprintf(path, sizeof path, "%s/%s", folder, names.name[i]);
        status = ts_batch_read_head(path, &head, error);
        if (!status) add_head(summary, &head);
    }
    free(names.name);
    if (!status) add_live(summary, &live);
    ts_series_clear(&live);
    return status;
}
