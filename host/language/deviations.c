/* The rules of TA-Lib's code that are not imitated; tests/golden/make_golden.py leaves out the bars concerned. */
#include "host/language/deviations.h"

#include <stddef.h>

const ts_deviation ts_deviations[] = {
    {"stddev, bollinger_*", "",
     "running sums of squares, whose rounding errors stay: 0.00594 for 0.00433 on one-minute BTC at 61,000",
     "sums in two doubles; exactly 0 when the window holds one value"},
    {"stddev, bollinger_*", "", "a variance below 1e-14 counts as 0, whatever the price", "no absolute threshold"},
    {"sma, wma, stochastic_d, window_sum", "",
     "running sums in doubles: a flat stretch keeps the noise of what came before",
     "the exact window sum, rounded once"},
    {"rsi, cmo, plus_di, minus_di, dx, adx, kama", "", "a divisor below 1e-14 counts as 0", "only 0 counts as 0"},
    {"mfi", "", "0 while the money flow of the window is below 1.0, whatever the currency",
     "0 only when nothing flowed"},
    {"dx", "", "repeats its last value when both directional indicators are 0", "0"},
    {"adx", "", "does not move when both directional indicators are 0", "moves on with 0"},
    {"plus_di, minus_di", "with n = 1", "a share, 0 to 1", "percent, as for every other n"},
    {"macd", "with fast > slow", "exchanges the two periods", "negative: fast less slow, as written"},
    {"macd", "with signal = 1", "the first value is not initialised", "defined from bar slow - 1"},
    {"macd", "", "defined only from the first bar of its signal line", "defined from bar slow - 1"},
    {"aroon_*, bars_since_*", "", "among equals the latest or the first, depending on how the extreme was found",
     "the latest"},
    {"parabolic_sar", "", "SAREXT answers the stop times -1 while the market falls", "the stop"},
    {"*", "", "an undefined input makes every later value undefined, or is not looked at",
     "undefined there; starts anew after it"},
    {NULL, NULL, NULL, NULL},
};
