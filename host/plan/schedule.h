/* The order of a program's work: which block of genomes computes a row first, which reads it last, and which slot it
 * has. */
#ifndef TS_HOST_SCHEDULE_H
#define TS_HOST_SCHEDULE_H

#include "host/plan/dag.h"
#include "host/plan/instantiate.h"

enum { TS_BLOCK_GENOMES = TS_SETTLED_MAX };

/* What a program is asked for: genomes to walk, or values (rows and masks) to hand out, all in one block. */
typedef struct ts_demand {
    const ts_dag *dag;
    const ts_planned *planned;
    size_t genomes;
    const ts_planned_value *value;
    size_t values;
} ts_demand;

/* Items (genomes, then values) of a block: all of them when values are asked for. */
size_t ts_demand_per_block(const ts_demand *demand);

typedef struct ts_schedule {
    size_t blocks, slots;
    int32_t *order; /* the rows that are needed, by the block that computes them, then in an order that respects inputs
                       and brings instances of one kernel together */
    size_t *block_begin; /* blocks + 1: where each block's rows begin in `order` */
    size_t rows;
    int32_t *slot;        /* by row of the dag; -1: none (a number, or not needed) */
    size_t *slot_history; /* by slot: earlier values that its rows' readers look at, a multiple of 8 */
    bool *shared; /* by mask of the dag: read by several blocks, so computed by the first and kept for the tile */
    size_t shared_masks;                /* words to keep: how many, an UP counting its DOWN too */
    size_t block_masks;                 /* the same for the masks that one block alone reads, the most of any block */
    size_t emitted_masks;               /* mask steps in all */
    size_t block_levels, shared_levels; /* DEFINED masks, each with a row as levels; counted likewise */
} ts_schedule;

int ts_schedule_make(const ts_demand *demand, ts_schedule *schedule, ts_error *error);
void ts_schedule_clear(ts_schedule *schedule);

/* Earlier values that lie before all slots' tiles. */
size_t ts_schedule_history(const ts_schedule *schedule);

enum { TS_STAMP_KEPT = INT32_MAX };

/* Call visit(context, mask) for each mask that genome or value number `index` needs, operands first; a mask whose stamp
 * is already `stamp`, or TS_STAMP_KEPT, is passed over. */
void ts_demand_masks(const ts_demand *demand, size_t index, int32_t *stamps, int32_t stamp,
                     void (*visit)(void *context, int32_t mask), void *context);

#endif
