/* The rows and masks of one tile. */
#ifndef TS_HOST_CPU_TILE_H
#define TS_HOST_CPU_TILE_H

#include "host/plan/program.h"
#include "host/series/series.h"

/* A tile: bars [first, first + bars), bars a multiple of 64; columns may be read to the end of the tile. */
typedef struct ts_tile {
    double *const *column;
    size_t first, bars;
} ts_tile;

/* The tile that begins at bar `first` of `end`: as long as the program's, or what is left. */
ts_tile ts_tile_begin(const ts_program *program, double *const column[TS_COLUMNS], size_t first, size_t end);

void ts_tile_rows(const ts_cpu_kernels *kernels, const ts_program *program, const ts_step *step, const ts_tile *tile);
void ts_tile_masks(const ts_cpu_kernels *kernels, const ts_program *program, const ts_step *step, const ts_tile *tile);

#endif
