/* A program: a batch of genomes over a market as steps that are repeated for each tile, with every pointer resolved.
 *
 * Genomes come in blocks of 64 that need nearly the same rows when neighbours stand together. Rows are computed for a
 * few blocks at once, before the first that reads them, and a slot is given on after the last; a block's masks follow,
 * then its walks. All rows that live at one time fit in the L2 cache together: the tile is as long as that allows.
 */
#ifndef TS_HOST_PROGRAM_H
#define TS_HOST_PROGRAM_H

#include "host/plan/schedule.h"

typedef enum ts_step_kind { TS_STEP_ROWS, TS_STEP_MASKS, TS_STEP_WALK } ts_step_kind;

/* first, count: of program->row (all of one kernel, or columns), program->mask or the genomes. */
typedef struct ts_step {
    ts_step_kind kind;
    int32_t kernel; /* of ROWS; -1: columns are loaded */
    size_t first, count;
} ts_step;

/* What a row needs besides the kernel's call. */
typedef struct ts_slot {
    double *kept;   /* the last `back` values of the tile before */
    size_t back;    /* earlier values that readers look at */
    int32_t column; /* of a column, else -1 */
} ts_slot;

/* A genome's masks and rules, resolved; or, when it `follows`, the two rows whose order it follows. */
typedef struct ts_walk {
    const uint64_t *entry[2], *exit[2];
    ts_pair followed;
    bool follows;
    const ts_rule *rule;
    int rules;
    int64_t warmup;
} ts_walk;

typedef struct ts_program {
    size_t tile, genomes;
    ts_step *step;
    size_t steps, step_capacity;
    ts_row *row;
    ts_slot *slot; /* parallel to row, whose `out` is where the tile begins */
    size_t rows;
    ts_mask *mask;
    size_t masks;
    ts_walk *walk;
    ts_rule *rule;
    ts_operand *value_row; /* of the demand's values */
    const uint64_t **value_words;
    double *memory;  /* slots, states, kept values, constants */
    uint64_t *words; /* masks */
    int16_t *levels; /* rows as levels */
    ts_scale *scale;
    size_t scales;
} ts_program;

/* Make the program of what is demanded. `tile` 0 chooses by the cache; otherwise a multiple of TS_TILE_MULTIPLE. */
ts_program *ts_program_new(const ts_demand *demand, size_t tile, ts_error *error);
void ts_program_free(ts_program *program);

/* After a tile: where value `index` of the demand stands; a row's operand, or the words of a signal. */
ts_operand ts_program_row(const ts_program *program, size_t index);
const uint64_t *ts_program_words(const ts_program *program, size_t index);

#endif
