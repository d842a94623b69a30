/* A series of bar returns cut into cells, so that any sequence of cells has its mean, deviation and drawdown in one
 * step a cell. */
#ifndef TS_HOST_CELLS_H
#define TS_HOST_CELLS_H

#include <stddef.h>

/* With equity 1 before the cell. */
typedef struct ts_cell {
    double bars, sum, squares; /* of the returns less the mean of the whole series */
    double growth;             /* equity after it */
    double peak, trough;       /* largest of 1 and the equity in it; smallest equity */
    double fallen;             /* growth / peak */
    double drawdown;           /* largest below a peak within it */
} ts_cell;

/* Bars first to first + n, at least one. */
ts_cell ts_cell_of(const double *returns, size_t first, size_t n, double mean);

/* What a sequence of cells comes to, from {.level = 1} on. */
typedef struct ts_cells_walk {
    double bars, sum, squares;
    double level; /* equity as a share of its peak */
    double drawdown;
} ts_cells_walk;

static inline void ts_cells_step(ts_cells_walk *walk, const ts_cell *cell)
{
    double deepest = 1 - walk->level * cell->trough, level = walk->level;
    walk->bars += cell->bars;
    walk->sum += cell->sum;
    walk->squares += cell->squares;
    if (cell->drawdown > deepest) deepest = cell->drawdown;
    if (deepest > walk->drawdown) walk->drawdown = deepest;
    walk->level = level * cell->peak > 1 ? cell->fallen : level * cell->growth;
}

#endif
