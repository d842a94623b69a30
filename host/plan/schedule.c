#define _GNU_SOURCE /* qsort_r */
#include "host/plan/schedule.h"

#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

/* Rows are computed for so many blocks at once: the more instances of a kernel, the more lanes are filled and the more
 * chains run side by side. */
enum { ROWS_AHEAD = 4 };

typedef struct scheduler {
    const ts_demand *demand;
    const ts_row_node *row;
    const ts_mask_node *mask;
    size_t rows, masks;
    int32_t *first, *last; /* block that computes a row, block that reads it last; -1: none */
    int32_t *stamp;        /* by mask */
    bool *seen;            /* by mask: some block reads it */
    ts_schedule *schedule;
    int32_t block;
    size_t counted, levels; /* masks of the block, and the DEFINED among them */
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

static void use_row(scheduler *s, int32_t row)
{
    const ts_row_key *key = &s->row[row].key;
    if (key->kind == TS_ROW_NUMBER || s->last[row] == s->block) return;
    s->last[row] = s->block;
    if (s->first[row] >= 0) return;
    s->first[row] = s->block - s->block % ROWS_AHEAD;
    if (key->kind != TS_ROW_KERNEL) return;
    use_row(s, key->in[0].row);
    use_row(s, key->in[1].row);
}

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
    use_row(s, key->row[0].row);
    if (key->kind != TS_MASK_DEFINED) use_row(s, key->row[1].row);
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
        for (int i = 0; planned->follows && i < 2; i++) use_row(s, s->mask[planned->entry[0]].key.row[i].row);
        for (int i = 0; i < planned->rules; i++)
            if (planned->rule[i].range.row >= 0) use_row(s, planned->rule[i].range.row);
    } else if (demand->value[index - demand->genomes].type == TS_SERIES)
        use_row(s, demand->value[index - demand->genomes].row.row);
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

/* Give each row a slot from its first block to its last; slots are used again, the most recently freed first. */
static int give_slots(const scheduler *s, ts_schedule *schedule, ts_error *error)
{
    int32_t *free_slots = ts_alloc(schedule->rows + 1, sizeof *free_slots),
            *ends = ts_alloc(schedule->rows + 1, sizeof *ends);
    int32_t *heads =
        ts_alloc(schedule->blocks + 1, sizeof *heads); /* rows whose last block is b, as a list through `ends` */
    if (!free_slots || !ends || !heads) {
        free(free_slots), free(ends), free(heads);
        return ts_no_memory(error, "a schedule");
    }
    for (size_t block = 0; block <= schedule->blocks; block++) heads[block] = -1;
    for (size_t i = 0; i < schedule->rows; i++) {
        int32_t last = s->last[schedule->order[i]];
        ends[i] = heads[last];
        heads[last] = (int32_t)i;
    }
    size_t available = 0;
    for (size_t block = 0; block < schedule->blocks; block++) {
        if (block)
            for (int32_t i = heads[block - 1]; i >= 0; i = ends[i])
                free_slots[available++] = schedule->slot[schedule->order[i]];
        for (size_t i = schedule->block_begin[block]; i < schedule->block_begin[block + 1]; i++) {
            int32_t row = schedule->order[i], slot = available ? free_slots[--available] : (int32_t)schedule->slots++;
            size_t history = ((size_t)s->row[row].history + 7) / 8 * 8;
            schedule->slot[row] = slot;
            if (history > schedule->slot_history[slot]) schedule->slot_history[slot] = history;
        }
    }
    free(free_slots), free(ends), free(heads);
    return 0;
}

int ts_schedule_make(const ts_demand *demand, ts_schedule *schedule, ts_error *error)
{
    scheduler s = {.demand = demand};
    s.row = ts_dag_rows(demand->dag, &s.rows);
    s.mask = ts_dag_masks(demand->dag, &s.masks);
    size_t items = demand->genomes + demand->values;
    s.first = ts_alloc(s.rows + 1, sizeof *s.first);
    s.last = ts_alloc(s.rows + 1, sizeof *s.last);
    s.stamp = ts_alloc(s.masks + 1, sizeof *s.stamp);
    schedule->order = ts_alloc(s.rows + 1, sizeof *schedule->order);
    schedule->slot = ts_alloc(s.rows + 1, sizeof *schedule->slot);
    schedule->slot_history = ts_alloc(s.rows + 1, sizeof *schedule->slot_history);
    schedule->shared = ts_alloc(s.masks + 1, sizeof *schedule->shared);
    s.seen = ts_alloc(s.masks + 1, sizeof *s.seen);
    s.schedule = schedule;
    schedule->block_begin = ts_alloc(items / TS_BLOCK_GENOMES + 3, sizeof *schedule->block_begin);
    int status = -1;
    if (!s.first || !s.last || !s.stamp || !s.seen || !schedule->order || !schedule->slot || !schedule->slot_history ||
        !schedule->shared || !schedule->block_begin) {
        ts_no_memory(error, "a schedule");
        goto out;
    }
    memset(s.first, 0xff, (s.rows + 1) * sizeof *s.first);
    memset(s.last, 0xff, (s.rows + 1) * sizeof *s.last);
    memset(s.stamp, 0xff, (s.masks + 1) * sizeof *s.stamp);
    memset(schedule->slot, 0xff, (s.rows + 1) * sizeof *schedule->slot);
    find_uses(&s, schedule);
    order_rows(&s, schedule);
    status = give_slots(&s, schedule, error);
out:
    free(s.first), free(s.last), free(s.stamp), free(s.seen);
    if (status) ts_schedule_clear(schedule);
    return status;
}

void ts_schedule_clear(ts_schedule *schedule)
{
    free(schedule->order), free(schedule->slot), free(schedule->slot_history), free(schedule->shared);
    free(schedule->block_begin);
    *schedule = (ts_schedule){0};
}
