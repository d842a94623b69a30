/* What a store holds, read from the names of its folders and the heads of its batches. */
#define _GNU_SOURCE
#include "common/interval.h"
#include "common/memory.h"
#include "data/candles/batch.h"
#include "data/candles/folder.h"
#include "data/candles/merge.h"
#include "data/candles/store_internal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* What the folder's batches are, by their heads. */
typedef struct heads {
    ts_names names;
    ts_batch_head *head;
} heads;

/* *gone: a batch that was listed is not there any more, as others have put several together. */
static int read_heads(const char *folder, heads *of, bool *gone, ts_error *error)
{
    char path[PATH_MAX + TS_NAME];
    if (ts_folder_list(folder, ".h5", &of->names, error)) return -1;
    of->head = ts_alloc(of->names.count + 1, sizeof *of->head);
    int status = of->head ? 0 : ts_no_memory(error, folder);
    for (size_t i = 0; i < of->names.count && !status; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, of->names.name[i]);
        status = ts_batch_read_head(path, &of->head[i], error);
        *gone = status && access(path, F_OK) && errno == ENOENT;
    }
    return status;
}

/* The candles of batches whose times overlap, each once: one batch may fill gaps of another, or say the same, as while
 * several are put together. */
static int count_candles(const char *folder, const heads *of, size_t from, size_t to, size_t *bars, bool *gone,
                         ts_error *error)
{
    char path[PATH_MAX + TS_NAME];
    ts_series all = {0};
    int status = 0;
    *bars = of->head[from].bars;
    if (to - from == 1) return 0;
    for (size_t i = from; i < to && !status; i++) {
        ts_series batch = {0};
        snprintf(path, sizeof path, "%s/%s", folder, of->names.name[i]);
        status = ts_batch_read(path, &batch, error);
        *gone = status && access(path, F_OK) && errno == ENOENT;
        if (!status && ts_series_join(&all, &batch, error)) status = ts_error_context(error, "%s", path);
        ts_series_clear(&batch);
    }
    *bars = all.bars;
    ts_series_clear(&all);
    return status;
}

/* The batches are in order of their first candles, as of their names. */
static int add_batches(const char *folder, const heads *of, ts_store_summary *summary, bool *gone, ts_error *error)
{
    size_t bars, count = of->names.count;
    int status = 0;
    for (size_t from = 0, to; from < count && !status; from = to) {
        int64_t last = of->head[from].last_ms;
        for (to = from + 1; to < count && of->head[to].first_ms <= last; to++)
            if (of->head[to].last_ms > last) last = of->head[to].last_ms;
        status = count_candles(folder, of, from, to, &bars, gone, error);
        if (!from) summary->first_ms = of->head[0].first_ms;
        summary->last_ms = last;
        summary->bars += bars;
    }
    for (size_t i = 0; i < count; i++) summary->synthetic = summary->synthetic || of->head[i].synthetic;
    summary->batches = count;
    return status;
}

static int summarise_batches(const char *folder, ts_store_summary *summary, bool *gone, ts_error *error)
{
    heads of = {0};
    *summary = (ts_store_summary){0};
    *gone = false;
    int status = read_heads(folder, &of, gone, error);
    if (!status) status = add_batches(folder, &of, summary, gone, error);
    free(of.names.name), free(of.head);
    return status;
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
    char folder[PATH_MAX];
    ts_series live;
    *summary = (ts_store_summary){0};
    if (ts_store_folder(key, folder, error) || ts_store_read_live(key, &live, error)) return -1;
    int status = 0;
    for (int tries = 0;; tries++) {
        ts_error why = {0};
        bool gone;
        if (!summarise_batches(folder, summary, &gone, &why)) break;
        if (ts_store_try_again(gone, tries)) continue;
        status = ts_fail(error, why.code, "%s", why.text);
        break;
    }
    if (!status) add_live(summary, &live);
    ts_series_clear(&live);
    return status;
}
