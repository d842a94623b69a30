#define _GNU_SOURCE
#include "data/candles/compact.h"

#include "common/clock.h"
#include "common/memory.h"
#include "data/candles/batch.h"
#include "data/candles/folder.h"
#include "data/candles/merge.h"
#include "data/candles/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MONTH = 7 }; /* "2024-06" */

typedef struct piece {
    char name[TS_NAME], month[MONTH + 1]; /* month "": it reaches over several */
} piece;

static void month_of(int64_t time_ms, char month[MONTH + 1])
{
    char text[TS_TIME_TEXT];
    memcpy(month, ts_time_text(time_ms, text), MONTH);
    month[MONTH] = '\0';
}

static int by_month(const void *a, const void *b)
{
    const piece *x = a, *y = b;
    int order = strcmp(x->month, y->month);
    return order ? order : strcmp(x->name, y->name);
}

static int look_at(const char *folder, const ts_names *names, piece *pieces, ts_error *error)
{
    char path[PATH_MAX + TS_NAME], last[MONTH + 1];
    for (size_t i = 0; i < names->count; i++) {
        ts_batch_head head;
        snprintf(path, sizeof path, "%s/%s", folder, names->name[i]);
        if (ts_batch_read_head(path, &head, error)) return -1;
        memcpy(pieces[i].name, names->name[i], TS_NAME);
        month_of(head.first_ms, pieces[i].month);
        month_of(head.last_ms, last);
        if (strcmp(last, pieces[i].month) != 0) pieces[i].month[0] = '\0';
    }
    return 0;
}

static int join(const char *folder, const piece *pieces, size_t count, ts_series *all, ts_error *error)
{
    char path[PATH_MAX + TS_NAME];
    for (size_t i = 0; i < count; i++) {
        ts_series batch = {0};
        snprintf(path, sizeof path, "%s/%s", folder, pieces[i].name);
        int status = ts_batch_read(path, &batch, error);
        if (!status) status = ts_series_join(all, &batch, error);
        ts_series_clear(&batch);
        if (status) return ts_error_context(error, "%s", path);
    }
    return 0;
}

/* Those that the batch `kept` holds; that they are gone need not be durable, as they say the same. */
static int remove_others(const char *folder, const piece *pieces, size_t count, const char *kept, ts_error *error)
{
    char path[PATH_MAX + TS_NAME];
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(pieces[i].name, kept)) continue;
        snprintf(path, sizeof path, "%s/%s", folder, pieces[i].name);
        if (unlink(path) && errno != ENOENT) return ts_fail(error, TS_FAILED, "%s: %s", path, strerror(errno));
    }
    return 0;
}

static int merge(const char *folder, const piece *pieces, size_t count, ts_error *error)
{
    ts_series all = {0};
    char kept[TS_NAME];
    int status = join(folder, pieces, count, &all, error);
    if (!status) status = ts_store_write_batch(folder, &all, "compacted", error);
    if (!status) {
        ts_store_batch_name(&all, kept);
        status = remove_others(folder, pieces, count, kept, error);
    }
    ts_series_clear(&all);
    return status;
}

static int compact(const char *folder, ts_compaction *done, ts_error *error)
{
    ts_names names;
    if (ts_folder_list(folder, ".h5", &names, error)) return -1;
    piece *pieces = ts_alloc(names.count + 1, sizeof *pieces);
    int status = pieces ? look_at(folder, &names, pieces, error) : ts_no_memory(error, "the batches");
    if (!status && names.count) qsort(pieces, names.count, sizeof *pieces, by_month);
    done->before = done->after = names.count;
    for (size_t from = 0, to; from < names.count && !status; from = to) {
        for (to = from + 1; to < names.count && !strcmp(pieces[to].month, pieces[from].month);) to++;
        if (to - from < 2 || !*pieces[from].month) continue;
        status = merge(folder, pieces + from, to - from, error);
        done->after -= to - from - 1;
    }
    free(pieces);
    free(names.name);
    return status;
}

int ts_store_compact(const ts_store_key *key, ts_compaction *done, ts_error *error)
{
    char folder[PATH_MAX];
    *done = (ts_compaction){0};
    if (ts_exchange_check(key->exchange, error) || ts_store_folder(key, folder, error)) return -1;
    int lock = ts_store_lock(folder, error);
    if (lock < 0) return -1;
    int status = compact(folder, done, error);
    close(lock);
    return status ? ts_error_context(error, "compacting %s", folder) : 0;
}
