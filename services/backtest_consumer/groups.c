#include "services/backtest_consumer/groups.h"

#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

/* A strategy's requests among those that agree in all but strategy and window. */
typedef struct wanted {
    const ts_request **member; /* by start */
    size_t count;
    char starts[TS_FINGERPRINT_TEXT]; /* of the list of windows */
} wanted;

#define COMPARE(a, b)                                                                                                  \
    if ((a) != (b)) return (a) < (b) ? -1 : 1

/* What must be the same within a run. */
static int compare_setting(const ts_request *x, const ts_request *y)
{
    int order = strcmp(x->exchange, y->exchange);
    if (!order) order = strcmp(x->symbol, y->symbol);
    if (!order) order = strcmp(x->objective, y->objective);
    if (order) return order;
    COMPARE(x->interval_ms, y->interval_ms);
    COMPARE(x->end_ms, y->end_ms);
    COMPARE(x->load_from_ms, y->load_from_ms);
    COMPARE(x->kind, y->kind);
    COMPARE(x->evaluations, y->evaluations);
    COMPARE(x->population, y->population);
    COMPARE(x->generations, y->generations);
    COMPARE(x->top, y->top);
    COMPARE(x->seed, y->seed);
    COMPARE(x->min_trades, y->min_trades);
    COMPARE(x->max_drawdown, y->max_drawdown);
    COMPARE(x->fill, y->fill);
    COMPARE(x->fee, y->fee);
    COMPARE(x->slippage, y->slippage);
    COMPARE(x->direction, y->direction);
    return 0;
}

static int compare_request(const void *a, const void *b)
{
    const ts_request *x = *(const ts_request *const *)a, *y = *(const ts_request *const *)b;
    int order = compare_setting(x, y);
    if (!order) order = strcmp(x->strategy, y->strategy);
    if (order) return order;
    COMPARE(x->start_ms, y->start_ms);
    return strcmp(x->request_id, y->request_id);
}

static int compare_wanted(const void *a, const void *b)
{
    const wanted *x = a, *y = b;
    int order = compare_setting(x->member[0], y->member[0]);
    if (!order) order = strcmp(x->starts, y->starts);
    return order ? order : strcmp(x->member[0]->strategy, y->member[0]->strategy);
}

static void name_starts(wanted *w)
{
    int64_t starts[TS_GROUP_STARTS];
    for (size_t i = 0; i < w->count; i++) starts[i] = w->member[i]->start_ms;
    ts_fingerprint_of(starts, w->count * sizeof *starts, w->starts);
}

/* The lists of windows, one a strategy; a longer one than a run takes is cut in two. */
static size_t list_wanted(const ts_request **sorted, size_t count, wanted *list)
{
    size_t lists = 0;
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && to - from < TS_GROUP_STARTS; to++)
            if (compare_setting(sorted[from], sorted[to]) || strcmp(sorted[from]->strategy, sorted[to]->strategy))
                break;
        list[lists] = (wanted){.member = sorted + from, .count = to - from};
        name_starts(&list[lists++]);
    }
    return lists;
}

static int name_group(ts_group *group, ts_error *error)
{
    ts_fingerprint *hash = ts_fingerprint_new();
    if (!hash) return ts_no_memory(error, "a group of requests");
    for (size_t i = 0; i < group->count; i++)
        ts_fingerprint_add(hash, group->member[i]->request_id, strlen(group->member[i]->request_id));
    ts_fingerprint_text(hash, group->id);
    ts_fingerprint_free(hash);
    return 0;
}

int ts_group_part(const ts_group *group, size_t from, size_t strategies, ts_group *part, ts_error *error)
{
    *part = (ts_group){.member = group->member + from * group->starts,
                       .count = strategies * group->starts,
                       .starts = group->starts,
                       .strategies = strategies};
    return name_group(part, error);
}

/* Copies of the members' pointers, group after group. */
static int make_groups(wanted *list, size_t lists, const ts_request **members, ts_groups *groups, ts_error *error)
{
    size_t at = 0;
    for (size_t from = 0, to; from < lists; from = to) {
        ts_group *group = &groups->group[groups->count++];
        *group = (ts_group){.member = members + at, .starts = list[from].count};
        for (to = from; to < lists; to++) {
            if (compare_setting(list[from].member[0], list[to].member[0]) || strcmp(list[from].starts, list[to].starts))
                break;
            memcpy(members + at, list[to].member, list[to].count * sizeof *members);
            at += list[to].count;
            group->strategies++;
        }
        group->count = group->starts * group->strategies;
        if (name_group(group, error)) return -1;
    }
    return 0;
}

int ts_groups_make(const ts_request *const *requests, size_t count, ts_groups *groups, ts_error *error)
{
    *groups = (ts_groups){0};
    const ts_request **sorted = ts_alloc(count + 1, sizeof(ts_request *));
    wanted *list = ts_alloc(count + 1, sizeof *list);
    groups->sorted = ts_alloc(count + 1, sizeof(ts_request *));
    groups->group = ts_alloc(count + 1, sizeof *groups->group);
    int status = sorted && list && groups->sorted && groups->group ? 0 : ts_no_memory(error, "requests");
    if (!status) {
        size_t distinct = 0;
        for (size_t i = 0; i < count; i++) sorted[i] = requests[i];
        qsort(sorted, count, sizeof *sorted, compare_request);
        for (size_t i = 0; i < count; i++)
            if (!distinct || strcmp(sorted[distinct - 1]->request_id, sorted[i]->request_id))
                sorted[distinct++] = sorted[i];
        size_t lists = list_wanted(sorted, distinct, list);
        qsort(list, lists, sizeof *list, compare_wanted);
        status = make_groups(list, lists, groups->sorted, groups, error);
    }
    free(sorted);
    free(list);
    if (status) ts_groups_clear(groups);
    return status;
}

void ts_groups_clear(ts_groups *groups)
{
    free(groups->group);
    free(groups->sorted);
    *groups = (ts_groups){0};
}
