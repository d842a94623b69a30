/* Every row has a place of its own, with the earlier values that its readers look at before it: a device has the
 * memory, and no launch waits for a place. */
#define _GNU_SOURCE /* qsort_r */
#include "host/backend/opencl/layout.h"

#include "common/memory.h"
#include "host/backend/opencl/compared.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)TS_DEVICE_INPUTS >= TS_KERNEL_INPUTS && (int)TS_DEVICE_PARAMETERS == TS_KERNEL_PARAMETERS &&
                   (int)TS_DEVICE_STATE == TS_KERNEL_STATE && (int)TS_DEVICE_RULES == TS_RULES_MAX,
               "the device's records hold what the plan's do");

enum { SHORTEST = 1024 /* bars of a tile below which launches cost more than they compute */ };

typedef struct builder {
    ts_cl_layout *layout;
    const ts_row_node *row;
    const ts_mask_node *mask;
    size_t rows, masks;
    bool *row_needed, *mask_needed;
    int32_t *order;       /* the rows that are needed, as they are computed */
    int32_t *mask_number; /* by mask of the dag: its number among those that are needed */
    int32_t *mask_level;  /* by mask of the dag: 0 of rows, else one more than its operands' */
    ts_device_operand *place;
    ts_cl_compared compared;
} builder;

static void need_source(builder *b, ts_source source)
{
    if (source.row >= 0) b->row_needed[source.row] = true;
}

static void need_mask(builder *b, int32_t mask)
{
    if (mask >= 0) b->mask_needed[mask] = true;
}

static void need_genome(builder *b, const ts_planned *planned)
{
    for (int side = 0; side < 2; side++) need_mask(b, planned->entry[side]), need_mask(b, planned->exit[side]);
    for (int i = 0; i < planned->rules; i++) {
        need_mask(b, planned->rule[i].gate);
        need_source(b, planned->rule[i].range);
    }
}

/* From what is demanded to what that is made of: operands stand before what is made of them. */
static void find_needed(builder *b)
{
    const ts_demand *demand = b->layout->demand;
    for (size_t i = 0; i < demand->genomes; i++) need_genome(b, &demand->planned[i]);
    for (size_t i = 0; i < demand->values; i++)
        if (demand->value[i].type == TS_SIGNAL) need_mask(b, demand->value[i].mask);
        else need_source(b, demand->value[i].row);
    for (size_t i = b->masks; i-- > 0;) {
        const ts_mask_key *key = &b->mask[i].key;
        if (!b->mask_needed[i]) continue;
        if (key->kind == TS_MASK_DOWN) b->mask_needed[i - 1] = true; /* made with its UP */
        else if (key->kind <= TS_MASK_UP) {
            need_source(b, key->row[0]);
            if (key->kind != TS_MASK_DEFINED) need_source(b, key->row[1]);
        } else {
            need_mask(b, key->mask[0]);
            if (key->kind != TS_MASK_NOT) need_mask(b, key->mask[1]);
        }
    }
    for (size_t i = b->rows; i-- > 0;)
        for (int k = 0; b->row_needed[i] && b->row[i].key.kind == TS_ROW_KERNEL && k < TS_KERNEL_INPUTS; k++)
            need_source(b, b->row[i].key.in[k]);
    for (size_t i = 0; i < b->masks; i++) /* an UP writes both */
        if (b->mask_needed[i] && b->mask[i].key.kind == TS_MASK_UP) b->mask_needed[i + 1] = true;
}

static int by_level_and_kernel(const void *a, const void *b, void *context)
{
    const ts_row_node *row = context;
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    const ts_row_node *p = &row[x], *q = &row[y];
    if (p->level != q->level) return p->level < q->level ? -1 : 1;
    if (p->key.kind != q->key.kind) return p->key.kind < q->key.kind ? -1 : 1;
    if (p->key.which != q->key.which) return p->key.which < q->key.which ? -1 : 1;
    return x < y ? -1 : x > y;
}

static int allocate(builder *b, ts_error *error)
{
    ts_cl_layout *l = b->layout;
    const ts_demand *demand = l->demand;
    size_t rules = 0;
    for (size_t i = 0; i < demand->genomes; i++) rules += (size_t)demand->planned[i].rules;
    bool failed = false;
#define TAKE(what, count) failed |= !((what) = ts_alloc((count) + 1, sizeof *(what)))
    TAKE(b->row_needed, b->rows);
    TAKE(b->mask_needed, b->masks + 1);
    TAKE(b->order, b->rows);
    TAKE(b->mask_number, b->masks);
    TAKE(b->mask_level, b->masks);
    TAKE(b->place, b->rows);
    TAKE(l->row, b->rows);
    TAKE(l->row_step, b->rows);
    TAKE(l->single, 2 * b->masks);
    TAKE(l->mask, b->masks);
    TAKE(l->wanted, b->masks);
    TAKE(l->mask_step, b->masks);
    TAKE(l->walk, demand->genomes);
    TAKE(l->rule, rules);
    TAKE(l->number, b->rows);
    TAKE(l->value, demand->values);
#undef TAKE
    return failed ? ts_no_memory(error, "the layout of a batch") : 0;
}

static void number_masks(builder *b)
{
    for (size_t i = 0; i < b->masks; i++) {
        const ts_mask_key *key = &b->mask[i].key;
        if (!b->mask_needed[i]) continue;
        b->mask_number[i] = (int32_t)b->layout->masks++;
        for (int k = 0; k < 2 && key->kind > TS_MASK_DOWN; k++) {
            if (k && key->kind == TS_MASK_NOT) break;
            int32_t level = b->mask_level[key->mask[k]] + 1;
            b->mask_level[i] = level > b->mask_level[i] ? level : b->mask_level[i];
        }
    }
}

static size_t whole(size_t count, size_t of) { return (count + of - 1) / of * of; }

/* Doubles of all rows but their tiles, and the most earlier values of any. */
static size_t count_rest(const builder *b, size_t *deepest)
{
    size_t rest = 0;
    for (size_t i = 0; i < b->rows; i++) {
        if (!b->row_needed[i]) continue;
        rest += whole((size_t)b->row[i].history, 8) + TS_KERNEL_STATE + 1;
        if ((size_t)b->row[i].history > *deepest) *deepest = (size_t)b->row[i].history;
    }
    return rest + 8;
}

/* The longest tile that there is room for; 1: there is none. */
static int choose_tile(builder *b, size_t bars, const ts_cl_room *room)
{
    ts_cl_layout *l = b->layout;
    size_t deepest = 0, rest = count_rest(b, &deepest), all = whole(bars, TS_TILE_MULTIPLE);
    size_t least = whole(deepest, TS_TILE_MULTIPLE), rows = 0;
    for (size_t i = 0; i < b->rows; i++) rows += b->row_needed[i] && b->row[i].key.kind != TS_ROW_NUMBER;
    uint64_t doubles = room->rows / sizeof(double), words = room->words / sizeof(uint64_t);
    size_t singles = b->compared.count, block = TS_DEVICE_BLOCK / 64;
    rest += singles * TS_DEVICE_BLOCK / 2; /* of which the last block may be a part */
    size_t tile = room->bars > least ? room->bars : least;
    if (least < SHORTEST && room->bars > SHORTEST) least = SHORTEST;
    if (tile > all) tile = all;
    if (least > tile) least = tile;
    uint64_t fits = doubles > rest ? (doubles - rest) / (rows + (singles + 1) / 2 + !rows) : 0;
    words = words / (l->masks ? l->masks : 1) / block * block;
    if (words * 64 < fits) fits = words * 64;
    if (fits < tile) tile = (size_t)fits / TS_TILE_MULTIPLE * TS_TILE_MULTIPLE;
    if (tile < least || !tile) return 1;
    l->tile = tile;
    l->words = whole(tile, TS_DEVICE_BLOCK) / 64;
    return 0;
}

static ts_device_operand operand_of(const builder *b, ts_source source)
{
    ts_device_operand operand = b->place[source.row];
    if (operand.mask) operand.at -= source.lag;
    return operand;
}

/* Constants first, then states, then rows. */
static void place_rows(builder *b)
{
    ts_cl_layout *l = b->layout;
    for (size_t i = 0; i < b->rows; i++) {
        if (!b->row_needed[i]) continue;
        if (b->row[i].key.kind == TS_ROW_NUMBER) {
            b->place[i] = (ts_device_operand){(int64_t)l->numbers, 0};
            l->number[l->numbers++] = b->row[i].key.parameter[0];
        } else b->order[l->rows++] = (int32_t)i;
    }
    qsort_r(b->order, l->rows, sizeof *b->order, by_level_and_kernel, (void *)(uintptr_t)b->row);
    size_t state = l->numbers, at = whole(state + l->rows * TS_KERNEL_STATE, 8);
    for (size_t i = 0; i < l->rows; i++) {
        const ts_row_node *node = &b->row[b->order[i]];
        ts_device_row *row = &l->row[i];
        at += whole((size_t)node->history, 8);
        row->out = (int64_t)at;
        row->state = (int64_t)(state + i * TS_KERNEL_STATE);
        row->back = node->history;
        b->place[b->order[i]] = (ts_device_operand){(int64_t)at, -1};
        at += l->tile;
    }
    l->doubles = at + 8;
}

static void fill_rows(builder *b)
{
    ts_cl_layout *l = b->layout;
    for (size_t i = 0; i < l->rows; i++) {
        const ts_row_node *node = &b->row[b->order[i]], *before = i ? &b->row[b->order[i - 1]] : NULL;
        bool column = node->key.kind == TS_ROW_COLUMN;
        ts_device_row *row = &l->row[i];
        l->columns += column;
        if (column) row->parameter[0] = node->key.which;
        for (int k = 0; !column && k < TS_KERNEL_PARAMETERS; k++) row->parameter[k] = node->key.parameter[k];
        for (int k = 0; !column && k < TS_KERNEL_INPUTS; k++) row->in[k] = operand_of(b, node->key.in[k]);
        if (!before || before->level != node->level || before->key.kind != node->key.kind ||
            (!column && before->key.which != node->key.which))
            l->row_step[l->row_steps++] = (ts_cl_step){column ? -1 : node->key.which, i, 0};
        l->row_step[l->row_steps - 1].count++;
    }
}

static void place_singles(builder *b)
{
    ts_cl_layout *l = b->layout;
    for (; l->singles < b->compared.count; l->singles++) {
        const ts_device_operand from = operand_of(b, b->compared.source[l->singles]);
        l->single[l->singles] = (ts_device_single){from, (int64_t)l->single_room};
        l->single_room += from.mask ? l->words * 64 : TS_DEVICE_PIECES;
    }
}

static ts_device_operand single_of(const builder *b, ts_source source)
{
    const ts_device_single *single = &b->layout->single[ts_cl_compared_find(&b->compared, source)];
    return (ts_device_operand){single->out, single->from.mask};
}

static void fill_mask(builder *b, size_t i)
{
    const ts_mask_key *key = &b->mask[i].key;
    ts_device_mask *mask = &b->layout->mask[b->mask_number[i]];
    mask->kind = key->kind;
    mask->relation = key->relation;
    if (key->kind <= TS_MASK_UP) {
        const ts_source x = key->row[0], y = key->row[key->kind == TS_MASK_DEFINED ? 0 : 1];
        mask->a = operand_of(b, x), mask->single_a = single_of(b, x);
        mask->b = operand_of(b, y), mask->single_b = single_of(b, y);
    }
    if (key->kind == TS_MASK_UP) mask->down = b->mask_number[i + 1];
    if (key->kind > TS_MASK_DOWN) {
        mask->x = b->mask_number[key->mask[0]];
        mask->y = b->mask_number[key->mask[key->kind == TS_MASK_NOT ? 0 : 1]];
    }
}

/* Launch by launch: all of one level. */
static void fill_masks(builder *b)
{
    ts_cl_layout *l = b->layout;
    size_t listed = 0, left = l->masks;
    for (int32_t level = 0; left; level++) {
        ts_cl_step step = {0, listed, 0};
        for (size_t i = 0; i < b->masks; i++) {
            if (!b->mask_needed[i] || b->mask_level[i] != level) continue;
            left--;
            if (b->mask[i].key.kind == TS_MASK_DOWN) continue;
            fill_mask(b, i);
            l->wanted[listed++] = b->mask_number[i];
            step.count++;
        }
        if (!level) l->masks_of_rows = step.count;
        if (step.count) l->mask_step[l->mask_steps++] = step;
    }
}

static int64_t number_of(const builder *b, int32_t mask) { return mask < 0 ? -1 : b->mask_number[mask]; }

static void fill_walks(builder *b, size_t first)
{
    ts_cl_layout *l = b->layout;
    for (size_t i = 0; i < l->demand->genomes; i++) {
        const ts_planned *planned = &l->demand->planned[i];
        ts_device_walk *walk = &l->walk[i];
        int64_t begin = planned->warmup > (int64_t)first ? planned->warmup : (int64_t)first;
        *walk = (ts_device_walk){.rule = (int64_t)l->rules, .rules = planned->rules, .begin = begin};
        for (int side = 0; side < 2; side++) {
            walk->entry[side] = number_of(b, planned->entry[side]);
            walk->exit[side] = number_of(b, planned->exit[side]);
        }
        for (int k = 0; k < planned->rules; k++) {
            const ts_planned_rule *rule = &planned->rule[k];
            int64_t range = rule->range.row < 0 ? -1 : operand_of(b, rule->range).at;
            l->rule[l->rules++] =
                (ts_device_rule){rule->kind, rule->side ? -1 : 1, range, number_of(b, rule->gate), rule->amount};
        }
    }
}

static void fill_values(builder *b)
{
    const ts_demand *demand = b->layout->demand;
    for (size_t i = 0; i < demand->values; i++) {
        const ts_planned_value *value = &demand->value[i];
        if (value->type == TS_SIGNAL) b->layout->value[i] = (ts_device_operand){number_of(b, value->mask), -1};
        else b->layout->value[i] = operand_of(b, value->row);
    }
}

int ts_cl_layout_make(const ts_demand *demand, size_t bars, size_t first, const ts_cl_room *room, ts_cl_layout *layout,
                      ts_error *error)
{
    *layout = (ts_cl_layout){.demand = demand};
    builder b = {.layout = layout};
    b.row = ts_dag_rows(demand->dag, &b.rows);
    b.mask = ts_dag_masks(demand->dag, &b.masks);
    int status = allocate(&b, error);
    if (!status) {
        find_needed(&b);
        number_masks(&b);
        status = ts_cl_compared_make(b.mask, b.mask_needed, b.masks, &b.compared, error);
    }
    if (!status) status = choose_tile(&b, bars, room);
    if (!status) {
        place_rows(&b);
        fill_rows(&b);
        place_singles(&b);
        fill_masks(&b);
        fill_walks(&b, first);
        fill_values(&b);
    }
    free(b.row_needed), free(b.mask_needed), free(b.order), free(b.mask_number), free(b.mask_level), free(b.place);
    ts_cl_compared_clear(&b.compared);
    if (status) ts_cl_layout_clear(layout);
    return status;
}

void ts_cl_layout_clear(ts_cl_layout *layout)
{
    free(layout->row), free(layout->row_step), free(layout->single), free(layout->mask), free(layout->wanted),
        free(layout->mask_step);
    free(layout->walk), free(layout->rule), free(layout->number), free(layout->value);
    *layout = (ts_cl_layout){0};
}

uint64_t ts_cl_layout_words(const ts_cl_layout *layout)
{
    return (uint64_t)layout->masks * layout->words * sizeof(uint64_t);
}
