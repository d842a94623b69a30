#include "host/backend/cpu_tile.h"

#include <math.h>
#include <string.h>

/* Earlier values come from the series itself; before its first bar they are undefined. */
static void load_column(const ts_program *program, const ts_slot *slot, const ts_tile *tile)
{
    const double *column = tile->column[slot->column];
    double *at = slot->base + program->history;
    size_t known = slot->back < tile->first ? slot->back : tile->first;
    for (size_t i = known + 1; i <= slot->back; i++) *(at - i) = NAN;
    memcpy(at - known, column + tile->first - known, (known + tile->bars) * sizeof *at);
}

void ts_tile_rows(const ts_cpu_kernels *kernels, const ts_program *program, const ts_step *step, const ts_tile *tile)
{
    const ts_slot *slot = program->slot + step->first;
    if (step->kernel < 0) {
        for (size_t i = 0; i < step->count; i++) load_column(program, &slot[i], tile);
        return;
    }
    for (size_t i = 0; i < step->count; i++) /* what the slot's last owner left is not ours */
        memcpy(slot[i].base + program->history - slot[i].back, slot[i].kept, slot[i].back * sizeof(double));
    kernels->rows[step->kernel](&(ts_rows){program->row + step->first, step->count, tile->bars, tile->first == 0});
    for (size_t i = 0; i < step->count; i++)
        memcpy(slot[i].kept, slot[i].base + program->history + tile->bars - slot[i].back, slot[i].back * sizeof(double));
}

static void combine(const ts_mask_step *step, size_t words)
{
    const uint64_t *a = step->words.a, *b = step->words.b;
    uint64_t *out = step->words.out;
    switch (step->kind) {
    case TS_MASK_AND:
        for (size_t i = 0; i < words; i++) out[i] = a[i] & b[i];
        break;
    case TS_MASK_OR:
        for (size_t i = 0; i < words; i++) out[i] = a[i] | b[i];
        break;
    default:
        for (size_t i = 0; i < words; i++) out[i] = ~a[i];
    }
}

void ts_tile_masks(const ts_cpu_kernels *kernels, const ts_program *program, const ts_step *step, const ts_tile *tile)
{
    for (size_t i = 0; i < step->count; i++) {
        const ts_mask_step *mask = program->mask + step->first + i;
        switch (mask->kind) {
        case TS_MASK_COMPARE: kernels->compare(&mask->compare, tile->bars); break;
        case TS_MASK_DEFINED: kernels->defined(mask->compare.a, mask->compare.out, tile->bars); break;
        case TS_MASK_UP:
        case TS_MASK_DOWN:
            if (tile->first == 0) mask->crossing.carry[0] = mask->crossing.carry[1] = 0;
            kernels->cross(&mask->crossing, tile->bars);
            break;
        default: combine(mask, tile->bars / 64);
        }
    }
}
