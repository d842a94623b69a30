#define _GNU_SOURCE /* qsort_r */
#include "host/plan/schedule.h"

#include "common/memory.h"
#include "host/plan/tile.h"

#include <stdlib.h>
#include <string.h>

/* Rows are computed for so many blocks at once, where the cache holds them: the more instances of a kernel, the more
 * lanes are filled and the more chains run side by side. */
enum { MOST_AHEAD = 4, SHORTEST_AHEAD = 768 /* bars: a tile that may be no shorter for that */ };

typedef struct scheduler {
    const ts_demand *demand;
    const ts_row_node *row;
    const ts_mask_node *mask;
    size_t rows, masks;
    int32_t *first, *last; /* block that computes a row; the time at which it is read last; -1: none */
    int32_t *stamp;        /* by mask */
    bool *seen;            /* by mask: some block reads it */
    ts_schedule *schedule;
    int32_t block, ahead, times; /* times of a block: one for each level of rows, the last for what reads them */
    size_t counted, levels;      /* masks of the block, and the DEFINED among them */
} scheduler;

static void visit_mask(const ts_mask_node *masks, int32_t mask, int32_t *stamps, int32_t stamp,
                       void (*visit)(void *, int32_t), void *context)
{
    if (mask < 0) return;
    const ts_mask_key *key = &masks[mask].key;
    if (key->kind == TS_MASK_DOWN) { /* made with its UP */
        visit_mask(masks, mask - 1, stamps, stamp, visit, context);
        return;
    }
    if (stamps[mask] == stamp || stamps[mask] == TS_STAMP_KEPT) return;
    stamps[mask] = stamp;
    bool by_doubles = key->kind == TS_MASK_UP && !ts_crosses_by_levels(masks, mask);
    if (key->kind != TS_MASK_COMPARE && key->kind != TS_MASK_DEFINED && !by_doubles) {
        visit_mask(masks, key->mask[0], stamps, stamp, visit, context);
        if (key->kind != TS_MASK_NOT) visit_mask(masks, key->mask[1], stamps, stamp, visit, context);
    }
    visit(context, mask);
}

void ts_demand_masks(const ts_demand *demand, size_t index, int32_t *stamps, int32_t stamp,
                     void (*visit)(void *context, int32_t mask), void *context)
{
    size_t count;
    const ts_mask_node *masks = ts_dag_masks(demand->dag, &count);
    if (index >= demand->genomes) {
        const ts_planned_value *value = &demand->value[index - demand->genomes];
        if (value->type == TS_SIGNAL) visit_mask(masks, value->mask, stamps, stamp, visit, context);
        return;
    }
    const ts_planned *planned = &demand->planned[index];
    if (planned->follows) {
        for (int i = 0; i < 2 && ts_crosses_by_levels(masks, planned->entry[0]); i++)
            visit_mask(masks, masks[planned->entry[0]].key.mask[i], stamps, stamp, visit, context);
        return;
    }
    for (int side = 0; side < 2; side++) {
        visit_mask(masks, planned->entry[side], stamps, stamp, visit, context);
        visit_mask(masks, planned->exit[side], stamps, stamp, visit, context);
    }
    for (int i = 0; i < planned->rules; i++) visit_mask(masks, planned->rule[i].gate, stamps, stamp, visit, context);
}

static int32_t time_of(const scheduler *s, int32_t row) { return s->first[row] * s->times + s->row[row].level; }

static void use_row(scheduler *s, int32_t row, int32_t time)
{
    const ts_row_key *key = &s->row[row].key;
    if (key->kind == TS_ROW_NUMBER) return;
    if (s->last[row] < time) s->last[row] = time;
    if (s->first[row] >= 0) return;
    s->first[row] = s->block - s->block % s->ahead;
    if (key->kind != TS_ROW_KERNEL) return;
    for (int i = 0; i < TS_KERNEL_INPUTS; i++) use_row(s, key->in[i].row, time_of(s, row));
}

static void read_row(scheduler *s, int32_t row) { use_row(s, row, s->block * s->times + s->times - 1); }

/* Rows are read where the mask is computed: by the first block that needs it. */
static void use_mask(void *context, int32_t mask)
{
    scheduler *s = context;
    const ts_mask_key *key = &s->mask[mask].key;
    if (s->seen[mask]) {
        s->schedule->shared[mask] = true;
        return;
    }
    s->seen[mask] = true;
    if (key->kind > TS_MASK_DOWN) return;
    read_row(s, key->row[0].row);
    if (key->kind != TS_MASK_DEFINED) read_row(s, key->row[1].row);
}

static void count_mask(void *context, int32_t mask)
{
    scheduler *s = context;
    size_t words = s->mask[mask].key.kind == TS_MASK_UP ? 2 : 1, levels = s->mask[mask].key.kind == TS_MASK_DEFINED;
    s->schedule->emitted_masks++;
    if (!s->schedule->shared[mask]) {
        s->counted += words;
        s->levels += levels;
        return;
    }
    s->schedule->shared_levels += levels;
    s->schedule->shared_masks += words;
    s->stamp[mask] = TS_STAMP_KEPT;
}

/* Rows that are read without a mask between: those followed, the ranges of rules, the rows asked for. */
static void use_direct(scheduler *s, size_t index)
{
    const ts_demand *demand = s->demand;
    if (index < demand->genomes) {
        const ts_planned *planned = &demand->planned[index];
        for (int i = 0; planned->follows && i < 2; i++) read_row(s, s->mask[planned->entry[0]].key.row[i].row);
        for (int i = 0; i < planned->rules; i++)
            if (planned->rule[i].range.row >= 0) read_row(s, planned->rule[i].range.row);
    } else if (demand->value[index - demand->genomes].type == TS_SERIES)
        read_row(s, demand->value[index - demand->genomes].row.row);
}

size_t ts_demand_per_block(const ts_demand *demand)
{
    return demand->values ? demand->genomes + demand->values : TS_BLOCK_GENOMES;
}

static void find_uses(scheduler *s, ts_schedule *schedule)
{
    size_t items = s->demand->genomes + s->demand->values, per_block = ts_demand_per_block(s->demand);
    schedule->blocks = (items + per_block - 1) / per_block;
    for (size_t index = 0; index < items; index++) {
        s->block = (int32_t)(index / per_block);
        ts_demand_masks(s->demand, index, s->stamp, s->block, use_mask, s);
        use_direct(s, index);
    }
    for (size_t index = 0; index < items; index++) {
        if (index % per_block == 0) s->counted = s->levels = 0;
        ts_demand_masks(s->demand, index, s->stamp, (int32_t)(schedule->blocks + index / per_block), count_mask, s);
        if (s->counted > schedule->block_masks) schedule->block_masks = s->counted;
        if (s->levels > schedule->block_levels) schedule->block_levels = s->levels;
    }
}

static int by_block_and_kernel(const void *a, const void *b, void *context)
{
    const scheduler *s = context;
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    const ts_row_node *p = &s->row[x], *q = &s->row[y];
#define ORDER(member_a, member_b)                                                                                      \
    if ((member_a) != (member_b)) return (member_a) < (member_b) ? -1 : 1
    ORDER(s->first[x], s->first[y]);
    ORDER(p->level, q->level);
    ORDER(p->key.kind, q->key.kind);
    ORDER(p->key.which, q->key.which);
    ORDER(p->key.in[0].row, q->key.in[0].row);
    ORDER(p->key.in[0].lag, q->key.in[0].lag);
    ORDER(p->key.parameter[0], q->key.parameter[0]);
    ORDER(x, y);
#undef ORDER
    return 0;
}

static void order_rows(scheduler *s, ts_schedule *schedule)
{
    for (size_t row = 0; row < s->rows; row++)
        if (s->first[row] >= 0) schedule->order[schedule->rows++] = (int32_t)row;
    qsort_r(schedule->order, schedule->rows, sizeof *schedule->order, by_block_and_kernel, s);
    size_t at = 0;
    for (size_t block = 0; block <= schedule->blocks; block++) {
        while (at < schedule->rows && (size_t)s->first[schedule->order[at]] < block) at++;
        schedule->block_begin[block] = at;
    }
}

static int32_t take_slot(ts_schedule *schedule, int32_t *free_slots, size_t *available, int32_t history)
{
    int32_t slot = *available ? free_slots[--*available] : (int32_t)schedule->slots++;
    size_t whole = ((size_t)history + 7) / 8 * 8;
    if (whole > schedule->slot_history[slot]) schedule->slot_history[slot] = whole;
    return slot;
}

/* Give each row a slot from the time it is computed to the time it is read last; slots are used again, the most
 * recently freed first. `ends` lists by time, from `heads` on, the rows whose last time it is. */
static void deal_slots(const scheduler *s, int32_t *free_slots, int32_t *heads, int32_t *ends)
{
    ts_schedule *schedule = s->schedule;
    size_t available = 0;
    int32_t freed = 0; /* slots of the times before this one are free */
    for (size_t i = 0; i < schedule->rows; i++) {
        int32_t row = schedule->order[i], now = time_of(s, row);
        for (; freed < now; freed++)
            for (int32_t k = heads[freed]; k >= 0; k = ends[k])
                free_slots[available++] = schedule->slot[schedule->order[k]];
        schedule->slot[row] = take_slot(schedule, free_slots, &available, s->row[row].history);
        ends[i] = heads[s->last[row]];
        heads[s->last[row]] = (int32_t)i;
    }
}

static int give_slots(const scheduler *s, ts_schedule *schedule, ts_error *error)
{
    size_t times = schedule->blocks * (size_t)s->times;
    int32_t *free_slots = ts_alloc(schedule->rows + 1, sizeof *free_slots),
            *ends = ts_alloc(schedule->rows + 1, sizeof *ends), *heads = ts_alloc(times + 1, sizeof *heads);
    int status = free_slots && ends && heads ? 0 : ts_no_memory(error, "a schedule");
    if (!status) {
        memset(heads, 0xff, (times + 1) * sizeof *heads);
        deal_slots(s, free_slots, heads, ends);
    }
    free(free_slots), free(ends), free(heads);
    return status;
}

static int32_t deepest(const ts_row_node *row, size_t rows)
{
    int32_t level = 0;
    for (size_t i = 0; i < rows; i++) level = row[i].level > level ? row[i].level : level;
    return level;
}

static int allocate(scheduler *s, ts_error *error)
{
    ts_schedule *schedule = s->schedule;
    size_t items = s->demand->genomes + s->demand->values;
    s->first = ts_alloc(s->rows + 1, sizeof *s->first);
    s->last = ts_alloc(s->rows + 1, sizeof *s->last);
    s->stamp = ts_alloc(s->masks + 1, sizeof *s->stamp);
    s->seen = ts_alloc(s->masks + 1, sizeof *s->seen);
    schedule->order = ts_alloc(s->rows + 1, sizeof *schedule->order);
    schedule->slot = ts_alloc(s->rows + 1, sizeof *schedule->slot);
    schedule->slot_history = ts_alloc(s->rows + 1, sizeof *schedule->slot_history);
    schedule->shared = ts_alloc(s->masks + 1, sizeof *schedule->shared);
    schedule->block_begin = ts_alloc(items / TS_BLOCK_GENOMES + 3, sizeof *schedule->block_begin);
    if (!s->first || !s->last || !s->stamp || !s->seen || !schedule->order || !schedule->slot ||
        !schedule->slot_history || !schedule->shared || !schedule->block_begin)
        return ts_no_memory(error, "a schedule");
    memset(s->first, 0xff, (s->rows + 1) * sizeof *s->first);
    memset(s->last, 0xff, (s->rows + 1) * sizeof *s->last);
    memset(s->stamp, 0xff, (s->masks + 1) * sizeof *s->stamp);
    memset(schedule->slot, 0xff, (s->rows + 1) * sizeof *schedule->slot);
    return 0;
}

static int make_ahead(const ts_demand *demand, int32_t ahead, ts_schedule *schedule, ts_error *error)
{
    scheduler s = {.demand = demand, .schedule = schedule, .ahead = ahead};
    s.row = ts_dag_rows(demand->dag, &s.rows);
    s.mask = ts_dag_masks(demand->dag, &s.masks);
    s.times = deepest(s.row, s.rows) + 2;
    int status = allocate(&s, error);
    if (!status) {
        find_uses(&s, schedule);
        order_rows(&s, schedule);
        status = give_slots(&s, schedule, error);
    }
    free(s.first), free(s.last), free(s.stamp), free(s.seen);
    if (status) ts_schedule_clear(schedule);
    return status;
}

size_t ts_schedule_history(const ts_schedule *schedule)
{
    size_t sum = 0;
    for (size_t slot = 0; slot < schedule->slots; slot++) sum += schedule->slot_history[slot];
    return sum;
}

int ts_schedule_make(const ts_demand *demand, ts_schedule *schedule, ts_error *error)
{
    for (int32_t ahead = MOST_AHEAD;; ahead /= 2) {
        if (make_ahead(demand, ahead, schedule, error)) return -1;
        if (ahead == 1 || ts_tile_for(schedule->slots, ts_schedule_history(schedule)) >= SHORTEST_AHEAD) return 0;
        ts_schedule_clear(schedule);
    }
}

void ts_schedule_clear(ts_schedule *schedule)
{
    free(schedule->order), free(schedule->slot), free(schedule->slot_history), free(schedule->shared);
    free(schedule->block_begin);
    *schedule = (ts_schedule){0};
}
