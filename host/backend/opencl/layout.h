/* What a batch needs of a device: its rows, masks and genomes as the records of kernels/device_records.h, with places
 * in place of pointers, and the launches that compute a tile of them. */
#ifndef TS_HOST_OPENCL_LAYOUT_H
#define TS_HOST_OPENCL_LAYOUT_H

#include "host/plan/schedule.h"
#include "kernels/device_records.h"

/* A run of records that one launch computes. kernel: of rows, -1 the columns. */
typedef struct ts_cl_step {
    int32_t kernel;
    size_t first, count;
} ts_cl_step;

typedef struct ts_cl_layout {
    const ts_demand *demand;
    size_t tile;        /* bars, a multiple of 64, no less than the earlier values that a row keeps */
    size_t words;       /* from a mask's begin to the next one's: of whole blocks, see pieces.h */
    ts_device_row *row; /* columns first, then in an order that respects inputs */
    size_t rows, columns;
    ts_cl_step *row_step;
    size_t row_steps;
    ts_device_single *single;    /* the rows that masks compare */
    size_t singles, single_room; /* of them; numbers of single precision for all */
    ts_device_mask *mask;
    size_t masks;
    int32_t *wanted;       /* masks by launch */
    ts_cl_step *mask_step; /* of `wanted`: the masks of rows, then those of masks, operands first */
    size_t mask_steps;
    bool masks_of_rows; /* the first of them is of rows */
    ts_device_walk *walk;
    ts_device_rule *rule;
    size_t rules;
    double *number;           /* the first doubles of the memory: constants */
    size_t numbers, doubles;  /* doubles: of the memory */
    ts_device_operand *value; /* of the demand's values; a signal's `at` is its mask, its `mask` is -1 */
} ts_cl_layout;

/* Room of a device, in bytes: for the rows and their singles, and for the words of the masks. `bars`: of the usual
 * tile. */
typedef struct ts_cl_room {
    uint64_t rows, words;
    size_t bars;
} ts_cl_room;

/* Lay out what is demanded of a series of `bars` bars, entries counting from bar `first` on; its tile is as long as
 * wanted and as there is room for. 1 without an error: there is no room for the shortest tile: ask for fewer genomes.
 */
int ts_cl_layout_make(const ts_demand *demand, size_t bars, size_t first, const ts_cl_room *room, ts_cl_layout *layout,
                      ts_error *error);
void ts_cl_layout_clear(ts_cl_layout *layout);

/* Bytes of the words of all masks. */
uint64_t ts_cl_layout_words(const ts_cl_layout *layout);

#endif
