#include "host/validation/cells.h"

ts_cell ts_cell_of(const double *returns, size_t first, size_t n, double mean)
{
    ts_cell cell = {.bars = (double)n, .peak = 1, .trough = 1 + returns[first]};
    double equity = 1;
    for (size_t i = first; i < first + n; i++) {
        double off = returns[i] - mean;
        cell.sum += off;
        cell.squares += off * off;
        equity *= 1 + returns[i];
        if (equity > cell.peak) cell.peak = equity;
        if (equity < cell.trough) cell.trough = equity;
        double below = 1 - equity / cell.peak;
        if (below > cell.drawdown) cell.drawdown = below;
    }
    cell.growth = equity;
    cell.fallen = equity / cell.peak;
    return cell;
}
