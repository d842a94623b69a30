/* Resolving a schedule into calls: slots become addresses, masks become words of the group's arena. */
#include "host/plan/program.h"

#include "common/memory.h"
#include "host/plan/kernel_table.h"
#include "host/plan/scales.h"
#include "host/plan/tile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct builder {
    const ts_demand *demand;
    const ts_schedule *schedule;
    ts_program *program;
    const ts_row_node *row;
    const ts_mask_node *mask;
    size_t rows, masks;
    ts_operand *operand; /* by row of the dag: where its tile begins */
    uint64_t **word_at;  /* by mask of the dag: where its words are in the block being built */
    int16_t **level_at;  /* by DEFINED mask of the dag: its row as levels */
    int32_t *scale_of;   /* by DEFINED mask of the dag */
    size_t *slot_at;     /* by slot: where its tile begins in program->memory */
    int32_t *stamp;
    double *next_number; /* unused memory for numbers, kept values, states */
    size_t next_words, next_shared, next_level, next_shared_level, next_rule, words; /* words: of one mask */
} builder;

/* The numbers that memory is asked for beside the slots: 8 copies of each constant, the kept values, the states. */
static size_t count_numbers(const builder *b)
{
    size_t count = 0;
    for (size_t row = 0; row < b->rows; row++) {
        if (b->row[row].key.kind == TS_ROW_NUMBER) count += TS_LANES_MAX;
        else if (b->schedule->slot[row] >= 0) count += (size_t)b->row[row].history + TS_KERNEL_STATE;
    }
    return count;
}

/* Slots one after the other, each with the earlier values that its rows need before the tile. */
static size_t place_slots(builder *b)
{
    size_t at = 0;
    for (size_t slot = 0; slot < b->schedule->slots; slot++) {
        at += b->schedule->slot_history[slot];
        b->slot_at[slot] = at;
        at += b->program->tile;
    }
    return at;
}

static size_t count_rules(const ts_demand *demand)
{
    size_t rules = 0;
    for (size_t i = 0; i < demand->genomes; i++) rules += (size_t)demand->planned[i].rules;
    return rules;
}

static int allocate(builder *b, size_t tile, ts_error *error)
{
    ts_program *p = b->program;
    const ts_schedule *schedule = b->schedule;
    p->tile = tile ? tile : ts_tile_for(schedule->slots, ts_schedule_history(schedule));
    p->genomes = b->demand->genomes;
    b->words = p->tile / 64;
    b->slot_at = ts_alloc(schedule->slots + 1, sizeof *b->slot_at);
    if (!b->slot_at) return ts_no_memory(error, "a program");
    size_t slots = place_slots(b), mask_words = (schedule->block_masks + schedule->shared_masks) * b->words;
    p->memory = ts_alloc(slots + count_numbers(b), sizeof *p->memory);
    p->words = ts_alloc(mask_words + 1, sizeof *p->words);
    p->row = ts_alloc(schedule->rows + 1, sizeof *p->row);
    p->slot = ts_alloc(schedule->rows + 1, sizeof *p->slot);
    p->mask = ts_alloc(schedule->emitted_masks + 1, sizeof *p->mask);
    p->walk = ts_alloc(p->genomes + 1, sizeof *p->walk);
    p->rule = ts_alloc(count_rules(b->demand) + 1, sizeof *p->rule);
    p->step = ts_alloc(schedule->rows + schedule->blocks * 2 + 1, sizeof *p->step);
    p->value_row = ts_alloc(b->demand->values + 1, sizeof *p->value_row);
    p->value_words = ts_alloc(b->demand->values + 1, sizeof *p->value_words);
    b->operand = ts_alloc(b->rows + 1, sizeof *b->operand);
    b->word_at = ts_alloc(b->masks + 1, sizeof *b->word_at);
    b->stamp = ts_alloc(b->masks + 1, sizeof *b->stamp);
    if (!p->memory || !p->words || !p->row || !p->slot || !p->mask || !p->walk || !p->rule || !p->step ||
        !p->value_row || !p->value_words || !b->operand || !b->word_at || !b->stamp)
        return ts_no_memory(error, "a program");
    memset(b->stamp, 0xff, (b->masks + 1) * sizeof *b->stamp);
    b->next_number = p->memory + slots;
    p->levels = ts_alloc((schedule->block_levels + schedule->shared_levels) * p->tile + 1, sizeof *p->levels);
    b->level_at = ts_alloc(b->masks + 1, sizeof *b->level_at);
    b->scale_of = ts_alloc(b->masks + 1, sizeof *b->scale_of);
    if (!p->levels || !b->level_at || !b->scale_of) return ts_no_memory(error, "a program");
    p->scales = ts_scales_number(b->mask, b->masks, b->scale_of);
    p->scale = ts_alloc(p->scales + 1, sizeof *p->scale);
    if (!p->scale) return ts_no_memory(error, "a program");
    b->next_shared = schedule->block_masks;
    b->next_shared_level = schedule->block_levels;
    return 0;
}

static double *take(builder *b, size_t count)
{
    double *at = b->next_number;
    b->next_number += count;
    return at;
}

static void place_rows(builder *b)
{
    ts_program *p = b->program;
    for (size_t row = 0; row < b->rows; row++) {
        if (b->row[row].key.kind == TS_ROW_NUMBER) {
            double *copies = take(b, TS_LANES_MAX);
            for (int i = 0; i < TS_LANES_MAX; i++) copies[i] = b->row[row].key.parameter[0];
            b->operand[row] = (ts_operand){copies, 0};
        } else if (b->schedule->slot[row] >= 0) {
            b->operand[row] = (ts_operand){p->memory + b->slot_at[b->schedule->slot[row]], SIZE_MAX};
        }
    }
}

static ts_operand operand_of(const builder *b, ts_source source)
{
    ts_operand operand = b->operand[source.row];
    if (operand.mask) operand.at -= source.lag;
    return operand;
}

static void add_step(ts_program *p, ts_step_kind kind, int32_t kernel, size_t first, size_t count)
{
    p->step[p->steps++] = (ts_step){kind, kernel, first, count};
}

static void add_row(builder *b, int32_t row)
{
    ts_program *p = b->program;
    const ts_row_node *node = &b->row[row];
    double *at = p->memory + b->slot_at[b->schedule->slot[row]];
    ts_row *call = &p->row[p->rows];
    ts_slot *slot = &p->slot[p->rows++];
    bool column = node->key.kind == TS_ROW_COLUMN;
    *slot = (ts_slot){.back = (size_t)node->history, .column = column ? node->key.which : -1};
    slot->kept = take(b, slot->back);
    for (size_t i = 0; i < slot->back; i++) slot->kept[i] = NAN;
    call->out = at;
    call->state = take(b, TS_KERNEL_STATE);
    for (int i = 0; i < TS_KERNEL_PARAMETERS; i++) call->parameter[i] = node->key.parameter[i];
    for (int i = 0; !column && i < TS_KERNEL_INPUTS; i++) call->in[i] = operand_of(b, node->key.in[i]);
}

/* One step for each run of rows of one kernel at one level. */
static void add_rows(builder *b, size_t begin, size_t end)
{
    ts_program *p = b->program;
    for (size_t i = begin, run; i < end; i = run) {
        const ts_row_node *first = &b->row[b->schedule->order[i]];
        size_t at = p->rows;
        for (run = i; run < end; run++) {
            const ts_row_node *node = &b->row[b->schedule->order[run]];
            if (node->level != first->level || node->key.kind != first->key.kind) break;
            if (node->key.kind == TS_ROW_KERNEL && node->key.which != first->key.which) break;
            add_row(b, b->schedule->order[run]);
        }
        add_step(p, TS_STEP_ROWS, first->key.kind == TS_ROW_KERNEL ? first->key.which : -1, at, p->rows - at);
    }
}

static uint64_t *take_words(builder *b, bool shared)
{
    return b->program->words + b->words * (shared ? b->next_shared++ : b->next_words++);
}

static int16_t *take_level(builder *b, bool shared)
{
    return b->program->levels + b->program->tile * (shared ? b->next_shared_level++ : b->next_level++);
}

/* The rows of a crossing; when they are compared by levels, their DEFINED masks stand already. */
static ts_pair pair_of(const builder *b, int32_t up)
{
    const ts_mask_key *crossing = &b->mask[up].key;
    ts_pair pair = {.a = operand_of(b, crossing->row[0]), .b = operand_of(b, crossing->row[1])};
    for (int i = 0; i < 2 && ts_crosses_by_levels(b->mask, up); i++) {
        pair.defined[i] = b->word_at[crossing->mask[i]];
        pair.level[i] = b->level_at[crossing->mask[i]];
    }
    return pair;
}

static void add_mask(void *context, int32_t mask)
{
    builder *b = context;
    const ts_mask_key *key = &b->mask[mask].key;
    bool shared = b->schedule->shared[mask];
    ts_mask *made = &b->program->mask[b->program->masks++];
    made->kind = (ts_mask_kind)key->kind;
    made->relation = (ts_relation)key->relation;
    made->out = b->word_at[mask] = take_words(b, shared);
    if (shared) b->stamp[mask] = TS_STAMP_KEPT;
    if (made->kind == TS_MASK_UP) {
        made->rows = pair_of(b, mask);
        made->down = b->word_at[mask + 1] = take_words(b, shared);
    } else if (made->kind <= TS_MASK_DEFINED) {
        made->rows.a = operand_of(b, key->row[0]);
        made->rows.b = operand_of(b, key->row[made->kind == TS_MASK_DEFINED ? 0 : 1]);
    }
    if (made->kind == TS_MASK_DEFINED) {
        made->level = b->level_at[mask] = take_level(b, shared);
        made->scale = &b->program->scale[b->scale_of[mask]];
    }
    if (made->kind > TS_MASK_DOWN) {
        made->x = b->word_at[key->mask[0]];
        made->y = b->word_at[key->mask[made->kind == TS_MASK_NOT ? 0 : 1]];
    }
}

static const uint64_t *words_of(const builder *b, int32_t mask) { return mask < 0 ? NULL : b->word_at[mask]; }

static void resolve_walk(builder *b, const ts_planned *planned, ts_walk *walk)
{
    walk->follows = planned->follows;
    if (planned->follows) walk->followed = pair_of(b, planned->entry[0]);
    for (int side = 0; !planned->follows && side < 2; side++) {
        walk->entry[side] = words_of(b, planned->entry[side]);
        walk->exit[side] = words_of(b, planned->exit[side]);
    }
    walk->rules = planned->rules;
    walk->rule = b->program->rule + b->next_rule;
    walk->warmup = planned->warmup;
    for (int i = 0; i < planned->rules; i++) {
        const ts_planned_rule *rule = &planned->rule[i];
        b->program->rule[b->next_rule++] =
            (ts_rule){.kind = rule->kind,
                      .side = rule->side ? -1 : 1,
                      .amount = rule->amount,
                      .range = rule->range.row < 0 ? NULL : operand_of(b, rule->range).at,
                      .gate = words_of(b, rule->gate)};
    }
}

static void resolve_value(builder *b, size_t index)
{
    const ts_planned_value *value = &b->demand->value[index];
    if (value->type == TS_SIGNAL) b->program->value_words[index] = b->word_at[value->mask];
    else b->program->value_row[index] = operand_of(b, value->row);
}

/* Masks of the items [begin, end), then their walks in groups. */
static void add_block(builder *b, size_t block, size_t begin, size_t end)
{
    ts_program *p = b->program;
    size_t first = p->masks;
    b->next_words = b->next_level = 0;
    for (size_t i = begin; i < end; i++) ts_demand_masks(b->demand, i, b->stamp, (int32_t)block, add_mask, b);
    if (p->masks > first) add_step(p, TS_STEP_MASKS, 0, first, p->masks - first);
    for (size_t i = begin; i < end; i++) {
        if (i < b->demand->genomes) resolve_walk(b, &b->demand->planned[i], &p->walk[i]);
        else resolve_value(b, i - b->demand->genomes);
    }
    if (b->demand->values) return;
    add_step(p, TS_STEP_WALK, 0, begin, end - begin);
}

static void add_steps(builder *b)
{
    size_t items = b->demand->genomes + b->demand->values, per_block = ts_demand_per_block(b->demand);
    for (size_t block = 0; block < b->schedule->blocks; block++) {
        size_t begin = block * per_block, end = begin + per_block < items ? begin + per_block : items;
        add_rows(b, b->schedule->block_begin[block], b->schedule->block_begin[block + 1]);
        add_block(b, block, begin, end);
    }
}

ts_program *ts_program_new(const ts_demand *demand, size_t tile, ts_error *error)
{
    ts_schedule schedule = {0};
    builder b = {.demand = demand, .schedule = &schedule};
    b.row = ts_dag_rows(demand->dag, &b.rows);
    b.mask = ts_dag_masks(demand->dag, &b.masks);
    ts_program *made = NULL;
    b.program = ts_alloc(1, sizeof *b.program);
    if (!b.program) ts_no_memory(error, "a program");
    if (!b.program || ts_schedule_make(demand, &schedule, error) || allocate(&b, tile, error)) goto out;
    place_rows(&b);
    add_steps(&b);
    made = b.program;
out:
    if (!made) ts_program_free(b.program);
    ts_schedule_clear(&schedule);
    free(b.operand), free(b.word_at), free(b.stamp), free(b.slot_at), free(b.level_at), free(b.scale_of);
    return made;
}

void ts_program_free(ts_program *program)
{
    if (!program) return;
    free(program->memory), free(program->words), free(program->levels), free(program->scale), free(program->row),
        free(program->slot), free(program->mask);
    free(program->walk), free(program->rule), free(program->step), free(program->value_row), free(program->value_words);
    free(program);
}

ts_operand ts_program_row(const ts_program *program, size_t index) { return program->value_row[index]; }
const uint64_t *ts_program_words(const ts_program *program, size_t index) { return program->value_words[index]; }
