#include "tests/hard_values.h"

#include <float.h>
#include <math.h>

double draw_value(ts_draws *draws, input_kind kind, double last)
{
    double unit = ts_draw_unit(draws);
    switch (kind) {
    case INPUT_WALK: return last * (0.98 + 0.0402 * unit);
    case INPUT_CONSTANT: return 28080.1;
    case INPUT_HOLES: return ts_draw_below(draws, 7) ? 100 * unit : NAN;
    case INPUT_DENORMAL: return ts_draw_below(draws, 3) ? unit * 1e-310 : ts_draw_below(draws, 2) ? 0 : unit;
    case INPUT_HUGE: return (unit - 0.5) * (ts_draw_below(draws, 4) ? 1e150 : DBL_MAX);
    default: return ts_draw_below(draws, 5) ? 2 * unit - 1 : ts_draw_below(draws, 2) ? -0.0 : 0.0;
    }
}
