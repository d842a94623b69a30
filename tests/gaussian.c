#include "tests/gaussian.h"

#include <math.h>

double gaussian(ts_draws *draws)
{
    double x, y, square;
    do {
        x = 2 * ts_draw_unit(draws) - 1;
        y = 2 * ts_draw_unit(draws) - 1;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    return x * sqrt(-2 * log(square) / square);
}
