#include "host/metrics/curve.h"

#include "host/metrics/power.h"

#include <math.h>

static double quotient(double a, double b) { return b != 0 ? a / b : NAN; }

static double bar_return(const double *equity, size_t t)
{
    double before = t ? equity[t - 1] : 1;
    return before > 0 ? equity[t] / before - 1 : 0;
}

void ts_curve_returns(const double *equity, size_t bars, double *returns)
{
    for (size_t t = 0; t < bars; t++) returns[t] = bar_return(equity, t);
}

static double largest_fall(const double *equity, size_t bars)
{
    double peak = 1, fall = 0;
    for (size_t t = 0; t < bars; t++) {
        if (equity[t] > peak) peak = equity[t];
        double now = 1 - equity[t] / peak;
        if (now > fall) fall = now;
    }
    return fall;
}

ts_curve ts_curve_of(const double *equity, size_t bars, double bars_per_year, double risk_free)
{
    double n = (double)bars, root = sqrt(bars_per_year), sum = 0, squares = 0, losses = 0;
    for (size_t t = 0; t < bars; t++) sum += bar_return(equity, t);
    double mean = sum / n;
    for (size_t t = 0; t < bars; t++) {
        double r = bar_return(equity, t), loss = r < 0 ? r : 0;
        squares += (r - mean) * (r - mean);
        losses += loss * loss;
    }
    double spread = bars > 1 ? sqrt(squares / (n - 1)) : 0, excess = mean - risk_free / bars_per_year;
    double end = equity[bars - 1], fall = largest_fall(equity, bars);
    double annual = end > 0 ? ts_power(end, bars_per_year / n) - 1 : -1;
    return (ts_curve){.total_return = end - 1,
                      .annual_return = annual,
                      .volatility = spread * root,
                      .sharpe = quotient(excess * root, spread),
                      .sortino = quotient(excess * root, sqrt(losses / n)),
                      .max_drawdown = fall,
                      .calmar = quotient(annual, fall)};
}
