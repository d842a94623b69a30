#include "host/backend/cpu_tile.h"

#include <math.h>
#include <string.h>

ts_tile ts_tile_begin(const ts_program *program, double *const column[TS_COLUMNS], size_t first, size_t end)
{
    size_t bars = end - first < program->tile ? end - first : program->tile;
    bars = (bars + TS_TILE_MULTIPLE - 1) / TS_TILE_MULTIPLE * TS_TILE_MULTIPLE;
    for (size_t i = 0; i < program->scales; i++) program->scale[i].set = false;
    return (ts_tile){column, first, bars};
}

/* Earlier values come from the series itself; before its first bar they are undefined. */
static void load_column(const ts_slot *slot, double *at, const ts_tile *tile)
{
    const double *column = tile->column[slot->column];
    size_t known = slot->back < tile->first ? slot->back : tile->first;
    for (size_t i = known + 1; i <= slot->back; i++) *(at - i) = NAN;
    memcpy(at - known, column + tile->first - known, (known + tile->bars) * sizeof *at);
}

void ts_tile_rows(const ts_cpu_kernels *kernels, const ts_program *program, const ts_step *step, const ts_tile *tile)
{
    const ts_slot *slot = program->slot + step->first;
    const ts_row *row = program->row + step->first;
    if (step->kernel < 0) {
        for (size_t i = 0; i < step->count; i++) load_column(&slot[i], row[i].out, tile);
        return;
    }
    for (size_t i = 0; i < step->count; i++) /* what the slot's last owner left is not ours */
        memcpy(row[i].out - slot[i].back, slot[i].kept, slot[i].back * sizeof(double));
    kernels->rows[step->kernel](&(ts_rows){row, step->count, tile->bars, tile->first == 0});
    for (size_t i = 0; i < step->count; i++)
        memcpy(slot[i].kept, row[i].out + tile->bars - slot[i].back, slot[i].back * sizeof(double));
}

void ts_tile_masks(const ts_cpu_kernels *kernels, const ts_program *program, const ts_step *step, const ts_tile *tile)
{
    kernels->masks(program->mask + step->first, step->count, tile->bars, tile->first == 0);
}
