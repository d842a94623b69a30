/* Ranks are found by the sequential search of Zhang, Tian, Cheng, Jin: An Efficient Approach to Nondominated Sorting,
 * IEEE Transactions on Evolutionary Computation 19 (2), 2015: the same ranks as Deb's, without his lists of who beats
 * whom, which grow with the square of the points. */
#define _GNU_SOURCE /* qsort_r */
#include "host/search/front.h"

#include "common/memory.h"

#include <math.h>
#include <stdlib.h>

bool ts_point_beats(const ts_point *a, const ts_point *b, size_t objectives)
{
    bool better = false;
    for (size_t i = 0; i < objectives; i++) {
        if (a->cost[i] > b->cost[i]) return false;
        better = better || a->cost[i] < b->cost[i];
    }
    return better;
}

typedef struct sorting {
    const ts_point *points;
    const uint32_t *rank;
    size_t objectives, objective; /* the one to sort by */
} sorting;

static int by_costs(const void *a, const void *b, void *context)
{
    const sorting *s = context;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    for (size_t i = 0; i < s->objectives; i++) {
        double one = s->points[x].cost[i], other = s->points[y].cost[i];
        if (one != other) return one < other ? -1 : 1;
    }
    return x < y ? -1 : x > y;
}

/* The fronts so far, each a chain from its last member to its first; SIZE_MAX ends it. */
typedef struct chains {
    const ts_point *points;
    size_t objectives, fronts;
    size_t *last, *before;
} chains;

/* In the order of costs only earlier points can beat a later one. With two objectives a front's last member has its
 * smallest second cost: if that one does not beat the point, no other does. */
static bool beaten(const chains *c, size_t front, const ts_point *point)
{
    for (size_t i = c->last[front]; i != SIZE_MAX; i = c->before[i]) {
        if (ts_point_beats(&c->points[i], point, c->objectives)) return true;
        if (c->objectives <= 2) return false;
    }
    return false;
}

/* The first front that does not beat the point; a point that one front beats, all before it beat too. */
static size_t front_for(const chains *c, const ts_point *point)
{
    size_t low = 0, high = c->fronts;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (beaten(c, middle, point)) low = middle + 1;
        else high = middle;
    }
    return low;
}

static void sort_into_fronts(chains *c, const size_t *order, size_t count, uint32_t *rank)
{
    for (size_t i = 0; i < count; i++) {
        size_t front = front_for(c, &c->points[order[i]]);
        if (front == c->fronts) c->last[c->fronts++] = SIZE_MAX;
        c->before[order[i]] = c->last[front];
        c->last[front] = order[i];
        rank[order[i]] = (uint32_t)front;
    }
}

int ts_front_ranks(const ts_point *points, size_t count, size_t objectives, uint32_t *rank, ts_error *error)
{
    chains c = {.points = points,
                .objectives = objectives,
                .last = ts_alloc(count + 1, sizeof(size_t)),
                .before = ts_alloc(count + 1, sizeof(size_t))};
    size_t *order = ts_alloc(count + 1, sizeof *order);
    int status = c.last && c.before && order ? 0 : ts_no_memory(error, "the fronts of a population");
    if (!status) {
        sorting s = {points, NULL, objectives, 0};
        for (size_t i = 0; i < count; i++) order[i] = i;
        qsort_r(order, count, sizeof *order, by_costs, &s);
        sort_into_fronts(&c, order, count, rank);
    }
    free(c.last);
    free(c.before);
    free(order);
    return status;
}

/* Front by front; within one by the objective, then by place. */
static int by_front(const void *a, const void *b, void *context)
{
    const sorting *s = context;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    if (s->rank[x] != s->rank[y]) return s->rank[x] < s->rank[y] ? -1 : 1;
    double one = s->points[x].cost[s->objective], other = s->points[y].cost[s->objective];
    if (one != other) return one < other ? -1 : 1;
    return x < y ? -1 : x > y;
}

/* One front, members in the order of one objective. */
static void crowd(const ts_point *points, const size_t *member, size_t count, size_t objective, double *crowding)
{
    double low = points[member[0]].cost[objective], high = points[member[count - 1]].cost[objective];
    if (!(high > low)) return;
    crowding[member[0]] = crowding[member[count - 1]] = INFINITY;
    for (size_t i = 1; i + 1 < count; i++) {
        double before = points[member[i - 1]].cost[objective], after = points[member[i + 1]].cost[objective];
        crowding[member[i]] += (after - before) / (high - low);
    }
}

int ts_front_crowding(const ts_point *points, const uint32_t *rank, size_t count, size_t objectives, double *crowding,
                      ts_error *error)
{
    size_t *order = ts_alloc(count + 1, sizeof *order);
    if (!order) return ts_no_memory(error, "the fronts of a population");
    for (size_t i = 0; i < count; i++) crowding[i] = 0;
    for (size_t objective = 0; objective < objectives; objective++) {
        sorting s = {points, rank, objectives, objective};
        for (size_t i = 0; i < count; i++) order[i] = i;
        qsort_r(order, count, sizeof *order, by_front, &s);
        for (size_t from = 0, to; from < count; from = to) {
            for (to = from + 1; to < count && rank[order[to]] == rank[order[from]];) to++;
            crowd(points, order + from, to - from, objective, crowding);
        }
    }
    free(order);
    return 0;
}
