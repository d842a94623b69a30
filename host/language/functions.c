/* The language's functions. Formulas follow TA-Lib's definitions, seeding included, wherever TA-Lib has the function;
 * where TA-Lib answers 0 for a quotient by 0, `ratio` does; the original author is named otherwise.
 * Long because it is one table. */
#include "host/language/functions.h"

#include "kernels/kernels.h"

#include <string.h>

enum { LONGEST = 100000 }; /* bars: the largest period of any function */

/* clang-format off: one line a macro */
#define X(argument)                                                                                                    \
    {                                                                                                                  \
        argument, TS_SERIES, false, 0, 0                                                                               \
    }
#define N(argument)                                                                                                    \
    {                                                                                                                  \
        argument, TS_NUMBER, true, 1, LONGEST                                                                          \
    }
#define REAL(argument, low, high)                                                                                      \
    {                                                                                                                  \
        argument, TS_NUMBER, false, low, high                                                                          \
    }
#define WHOLE(argument, low, high)                                                                                     \
    {                                                                                                                  \
        argument, TS_NUMBER, true, low, high                                                                           \
    }
#define ARGUMENTS(...)                                                                                                 \
    sizeof((ts_function_argument[]){__VA_ARGS__}) / sizeof(ts_function_argument), { __VA_ARGS__ }
#define NONE                                                                                                           \
    0,                                                                                                                 \
    {                                                                                                                  \
        {                                                                                                              \
            0                                                                                                          \
        }                                                                                                              \
    }
#define KERNEL(name)        TS_BY_KERNEL, TS_KERNEL_##name, NULL
#define DEFINED(text)       TS_BY_DEFINITION, 0, text
#define DOUBLING(name)      TS_BY_DOUBLING, TS_KERNEL_##name, NULL
#define PREFIX(name)        TS_BY_PREFIX, TS_KERNEL_##name, NULL
#define CROSSING(direction) TS_BY_CROSSING, direction, NULL
#define POSITION(rule)      TS_BY_POSITION, rule, NULL
#define FLOOR               TS_BY_FLOOR, 0, NULL
/* clang-format on */

static const char PRICES[] = "Prices", AVERAGES[] = "Averages", BANDS[] = "Bands and channels", MOMENTUM[] = "Momentum",
                  TREND[] = "Trend", CHARTS[] = "Swings, bricks and gaps", VOLATILITY[] = "Volatility",
                  VOLUME[] = "Volume", SIGNALS[] = "Signals", RULES[] = "Position rules", ARITHMETIC[] = "Arithmetic",
                  PARTS[] = "Parts of definitions";

static const char SWINGS[] = "William D. Gann's swing chart; Robert Krausz, A W. D. Gann Treasure Discovered, 1998";

const ts_function ts_functions[] = {
    {"typical_price", TS_SERIES, NONE, DEFINED("(high + low + close) / 3"), PRICES, "(high + low + close) / 3",
     "TA-Lib TYPPRICE", false},
    {"median_price", TS_SERIES, NONE, DEFINED("(high + low) / 2"), PRICES, "(high + low) / 2", "TA-Lib MEDPRICE",
     false},
    {"heikin_ashi_close", TS_SERIES, NONE, DEFINED("(open + close + (high + low)) / 4"), PRICES,
     "Close of the Heikin-Ashi candle: the mean of the four prices, summed so that four equal ones give that price",
     "Dan Valcu, Stocks & Commodities, February 2004", false},
    {"heikin_ashi_open", TS_SERIES, NONE,
     DEFINED("adaptive(coalesce(heikin_ashi_close()[1], (open + close) / 2), 0.5)"), PRICES,
     "Open of the Heikin-Ashi candle: the middle of the body of the Heikin-Ashi candle before; of the first candle, "
     "the "
     "middle of its own body",
     "Dan Valcu, Stocks & Commodities, February 2004", false},

    {"sma", TS_SERIES, ARGUMENTS(X("x"), N("n")), PREFIX(sma), AVERAGES,
     "Simple moving average: the correctly rounded mean of the last n values", "TA-Lib SMA", false},
    {"ema", TS_SERIES, ARGUMENTS(X("x"), N("n")), KERNEL(ema), AVERAGES,
     "Exponential moving average with k = 2 / (n + 1), seeded with the mean of the first n values", "TA-Lib EMA",
     false},
    {"wma", TS_SERIES, ARGUMENTS(X("x"), N("n")), KERNEL(wma), AVERAGES,
     "Linearly weighted moving average: the newest value weighs n, the oldest 1", "TA-Lib WMA", false},
    {"dema", TS_SERIES, ARGUMENTS(X("x"), N("n")), DEFINED("2 * ema(x, n) - ema(ema(x, n), n)"), AVERAGES,
     "Double exponential moving average", "TA-Lib DEMA (Patrick Mulloy, 1994)", false},
    {"tema", TS_SERIES, ARGUMENTS(X("x"), N("n")),
     DEFINED("3 * ema(x, n) - 3 * ema(ema(x, n), n) + ema(ema(ema(x, n), n), n)"), AVERAGES,
     "Triple exponential moving average", "TA-Lib TEMA (Patrick Mulloy, 1994)", false},
    {"kama", TS_SERIES, ARGUMENTS(X("x"), N("n")), DEFINED("adaptive(x, kama_pace(x, n) * kama_pace(x, n))"), AVERAGES,
     "Kaufman's adaptive moving average: its pace lies between that of EMAs of 2 and 30 bars, by the efficiency of n "
     "bars",
     "TA-Lib KAMA (Perry Kaufman, Smarter Trading, 1995)", false},
    {"frama", TS_SERIES, ARGUMENTS(WHOLE("n", 1, LONGEST / 2), REAL("sc", 0, 5), REAL("alpha", 0, 10)),
     DEFINED("fractal_average(median_price(), logarithm(skip(wholeness(n), 1)), sc, alpha)"), AVERAGES,
     "Fractal adaptive moving average of the median price: its pace is alpha * exp(-4.6 sc (D - 1)), at most 1, with D "
     "the fractal dimension of the last 2 n bars, from 1 on a straight way to 2",
     "John Ehlers, Stocks & Commodities, October 2005, whose sc and alpha are 1 and whose N is 2 n", false},
    {"zlema", TS_SERIES, ARGUMENTS(X("x"), N("n")), DEFINED("ema(2 * x - x[floor((n - 1) / 2)], n)"), AVERAGES,
     "Zero-lag EMA: the EMA of x moved on by its own change over the EMA's lag of (n - 1) / 2 bars",
     "John Ehlers and Ric Way, Zero Lag (Well, Almost), Stocks & Commodities, 2010", false},
    {"linreg", TS_SERIES, ARGUMENTS(X("x"), WHOLE("n", 2, LONGEST)), KERNEL(linreg), AVERAGES,
     "End point of the least-squares line through the last n values", "TA-Lib LINEARREG", false},

    {"bollinger_upper", TS_SERIES, ARGUMENTS(X("x"), N("n"), REAL("k", 0, 100)),
     DEFINED("sma(x, n) + k * stddev(x, n)"), BANDS, "Upper Bollinger band: k standard deviations above the mean",
     "TA-Lib BBANDS", false},
    {"bollinger_middle", TS_SERIES, ARGUMENTS(X("x"), N("n")), DEFINED("sma(x, n)"), BANDS, "Middle Bollinger band",
     "TA-Lib BBANDS", false},
    {"bollinger_lower", TS_SERIES, ARGUMENTS(X("x"), N("n"), REAL("k", 0, 100)),
     DEFINED("sma(x, n) - k * stddev(x, n)"), BANDS, "Lower Bollinger band: k standard deviations below the mean",
     "TA-Lib BBANDS", false},
    {"keltner_upper", TS_SERIES, ARGUMENTS(N("n"), N("m"), REAL("k", 0, 100)), DEFINED("ema(close, n) + k * atr(m)"),
     BANDS, "Upper Keltner band: k average true ranges of m bars above the EMA of n closes",
     "Chester Keltner, How to Make Money in Commodities, 1960, in Linda Bradford Raschke's form", false},
    {"keltner_middle", TS_SERIES, ARGUMENTS(N("n")), DEFINED("ema(close, n)"), BANDS, "Middle Keltner band",
     "Chester Keltner, in Linda Bradford Raschke's form", false},
    {"keltner_lower", TS_SERIES, ARGUMENTS(N("n"), N("m"), REAL("k", 0, 100)), DEFINED("ema(close, n) - k * atr(m)"),
     BANDS, "Lower Keltner band: k average true ranges of m bars below the EMA of n closes",
     "Chester Keltner, in Linda Bradford Raschke's form", false},
    {"donchian_upper", TS_SERIES, ARGUMENTS(N("n")), DEFINED("highest(high, n)[1]"), BANDS,
     "Highest high of the n bars before this one: a close above it breaks out", "Richard Donchian's channel", false},
    {"donchian_middle", TS_SERIES, ARGUMENTS(N("n")), DEFINED("midprice(n)[1]"), BANDS,
     "Midway between the highest high and the lowest low of the n bars before this one", "Richard Donchian's channel",
     false},
    {"donchian_lower", TS_SERIES, ARGUMENTS(N("n")), DEFINED("lowest(low, n)[1]"), BANDS,
     "Lowest low of the n bars before this one: a close below it breaks out", "Richard Donchian's channel", false},
    {"midprice", TS_SERIES, ARGUMENTS(N("n")), DEFINED("(highest(high, n) + lowest(low, n)) / 2"), BANDS,
     "Midway between the highest high and the lowest low of the last n bars", "TA-Lib MIDPRICE", false},
    {"linreg_deviation", TS_SERIES, ARGUMENTS(X("x"), WHOLE("n", 2, LONGEST)), KERNEL(linreg_deviation), BANDS,
     "Standard deviation of the last n values from their least-squares line (divisor n - 1)",
     "width of a regression channel: Gilbert Raff, Stocks & Commodities, 1991, by the standard deviation", false},
    {"ichimoku_tenkan", TS_SERIES, ARGUMENTS(N("n")), DEFINED("midprice(n)"), BANDS,
     "Conversion line (tenkan-sen, usually of 9 bars)", "Goichi Hosoda, Ichimoku Kinko Hyo, 1969", false},
    {"ichimoku_kijun", TS_SERIES, ARGUMENTS(N("n")), DEFINED("midprice(n)"), BANDS,
     "Base line (kijun-sen, usually of 26 bars)", "Goichi Hosoda, 1969", false},
    {"ichimoku_span_a", TS_SERIES, ARGUMENTS(N("tenkan"), WHOLE("kijun", 1, LONGEST)),
     DEFINED("((ichimoku_tenkan(tenkan) + ichimoku_kijun(kijun)) / 2)[kijun]"), BANDS,
     "First border of the cloud (senkou span A) as it is drawn at this bar: computed kijun bars ago",
     "Goichi Hosoda, 1969", false},
    {"ichimoku_span_b", TS_SERIES, ARGUMENTS(N("n"), N("kijun")), DEFINED("midprice(n)[kijun]"), BANDS,
     "Second border of the cloud (senkou span B, usually of 52 bars) as it is drawn at this bar: computed kijun bars "
     "ago",
     "Goichi Hosoda, 1969", false},
    {"pivot", TS_SERIES, ARGUMENTS(N("n")), DEFINED("(midprice(n) + (close - midprice(n)) / 3)[1]"), BANDS,
     "Pivot point of the n bars before this one: the mean of their highest high, lowest low and last close",
     "floor traders' pivots", false},
    {"pivot_r1", TS_SERIES, ARGUMENTS(N("n")), DEFINED("2 * pivot(n) - donchian_lower(n)"), BANDS,
     "First resistance above the pivot point", "floor traders' pivots", false},
    {"pivot_s1", TS_SERIES, ARGUMENTS(N("n")), DEFINED("2 * pivot(n) - donchian_upper(n)"), BANDS,
     "First support below the pivot point", "floor traders' pivots", false},
    {"pivot_r2", TS_SERIES, ARGUMENTS(N("n")), DEFINED("pivot(n) + (donchian_upper(n) - donchian_lower(n))"), BANDS,
     "Second resistance above the pivot point", "floor traders' pivots", false},
    {"pivot_s2", TS_SERIES, ARGUMENTS(N("n")), DEFINED("pivot(n) - (donchian_upper(n) - donchian_lower(n))"), BANDS,
     "Second support below the pivot point", "floor traders' pivots", false},
    {"highest", TS_SERIES, ARGUMENTS(X("x"), N("n")), DOUBLING(maximum), BANDS, "Largest of the last n values",
     "TA-Lib MAX", false},
    {"lowest", TS_SERIES, ARGUMENTS(X("x"), N("n")), DOUBLING(minimum), BANDS, "Smallest of the last n values",
     "TA-Lib MIN", false},

    {"rsi", TS_SERIES, ARGUMENTS(X("x"), N("n")),
     DEFINED("ratio(100 * wilder(rise(x), n), wilder(rise(x), n) + wilder(fall(x), n))"), MOMENTUM,
     "Relative strength index, 0 to 100; 0 when nothing moved", "TA-Lib RSI (Welles Wilder, 1978)", false},
    {"cmo", TS_SERIES, ARGUMENTS(X("x"), N("n")),
     DEFINED("ratio(100 * (wilder(rise(x), n) - wilder(fall(x), n)), wilder(rise(x), n) + wilder(fall(x), n))"),
     MOMENTUM, "Chande momentum oscillator, -100 to 100, smoothed by Wilder's average", "TA-Lib CMO", false},
    {"roc", TS_SERIES, ARGUMENTS(X("x"), N("n")), DEFINED("100 * ratio(x - x[n], x[n])"), MOMENTUM,
     "Rate of change over n bars, in percent", "TA-Lib ROC", false},
    {"momentum", TS_SERIES, ARGUMENTS(X("x"), N("n")), DEFINED("x - x[n]"), MOMENTUM, "Change over n bars",
     "TA-Lib MOM", false},
    {"macd", TS_SERIES, ARGUMENTS(X("x"), N("fast"), N("slow")),
     DEFINED("ema(skip(x, slow - fast), fast) - ema(skip(x, fast - slow), slow)"), MOMENTUM,
     "Moving average convergence/divergence: the fast EMA less the slow one, both seeded with values that end at the "
     "same bar",
     "TA-Lib MACD (Gerald Appel)", false},
    {"macd_signal", TS_SERIES, ARGUMENTS(X("x"), N("fast"), N("slow"), N("signal")),
     DEFINED("ema(macd(x, fast, slow), signal)"), MOMENTUM, "Signal line of the MACD", "TA-Lib MACD", false},
    {"macd_histogram", TS_SERIES, ARGUMENTS(X("x"), N("fast"), N("slow"), N("signal")),
     DEFINED("macd(x, fast, slow) - macd_signal(x, fast, slow, signal)"), MOMENTUM, "MACD less its signal line",
     "TA-Lib MACD", false},
    {"trix", TS_SERIES, ARGUMENTS(X("x"), N("n")), DEFINED("roc(ema(ema(ema(x, n), n), n), 1)"), MOMENTUM,
     "One-bar rate of change of a triple EMA, in percent", "TA-Lib TRIX (Jack Hutson)", false},
    {"stochastic_k", TS_SERIES, ARGUMENTS(N("n")),
     DEFINED("100 * ratio(close - lowest(low, n), highest(high, n) - lowest(low, n))"), MOMENTUM,
     "Fast %K: where the close lies in the range of n bars, 0 to 100; 0 when there is no range",
     "TA-Lib STOCHF (George Lane)", false},
    {"stochastic_d", TS_SERIES, ARGUMENTS(N("n"), N("d")), DEFINED("sma(stochastic_k(n), d)"), MOMENTUM,
     "%D: the mean of the last d values of %K", "TA-Lib STOCHF", false},
    {"williams_r", TS_SERIES, ARGUMENTS(N("n")),
     DEFINED("-100 * ratio(highest(high, n) - close, highest(high, n) - lowest(low, n))"), MOMENTUM,
     "Williams %R, -100 to 0; 0 when there is no range", "TA-Lib WILLR", false},
    {"cci", TS_SERIES, ARGUMENTS(N("n")),
     DEFINED("ratio(typical_price() - sma(typical_price(), n), "
             "0.015 * mean_deviation(typical_price(), sma(typical_price(), n), n))"),
     MOMENTUM, "Commodity channel index of the typical price", "TA-Lib CCI (Donald Lambert, 1980)", false},
    {"ppo", TS_SERIES, ARGUMENTS(X("x"), N("fast"), N("slow")),
     DEFINED("100 * ratio(ema(x, fast) - ema(x, slow), ema(x, slow))"), MOMENTUM,
     "Percentage price oscillator: the fast EMA less the slow one, in percent of the slow one",
     "TA-Lib PPO with EMAs (Gerald Appel)", false},
    {"dpo", TS_SERIES, ARGUMENTS(X("x"), N("n")), DEFINED("x - sma(x, n)[floor(n / 2) + 1]"), MOMENTUM,
     "Detrended price oscillator: x less the mean of n values that ended n / 2 + 1 bars ago",
     "textbook, without the shift into the future that centres it on charts", false},
    {"awesome_oscillator", TS_SERIES, ARGUMENTS(N("fast"), N("slow")),
     DEFINED("sma(median_price(), fast) - sma(median_price(), slow)"), MOMENTUM,
     "The fast mean of the bars' midpoints less the slow one (usually 5 and 34 bars)",
     "Bill Williams, New Trading Dimensions, 1998", false},
    {"kst", TS_SERIES, ARGUMENTS(X("x"), N("m1"), N("m2"), N("m3"), N("m4")),
     DEFINED("(sma(roc(x, 10), m1) + 2 * sma(roc(x, 15), m2)) + (3 * sma(roc(x, 20), m3) + 4 * sma(roc(x, 30), m4))"),
     MOMENTUM,
     "Know sure thing: rates of change over 10, 15, 20 and 30 bars, smoothed by means of m1 to m4 values, weighing 1 "
     "to 4",
     "Martin Pring, Stocks & Commodities, 1992", false},
    {"rvi", TS_SERIES, ARGUMENTS(N("n")),
     DEFINED("ratio(window_sum(symmetric(close - open), n), window_sum(symmetric(high - low), n))"), MOMENTUM,
     "Relative vigor index: bodies against ranges of n bars, both smoothed over 4 bars; 0 when there is no range",
     "John Ehlers, Stocks & Commodities, 2002", false},
    {"rvi_signal", TS_SERIES, ARGUMENTS(N("n")), DEFINED("symmetric(rvi(n))"), MOMENTUM,
     "Signal line of the relative vigor index: its 4-bar symmetric mean", "John Ehlers, Stocks & Commodities, 2002",
     false},
    {"bull_power", TS_SERIES, ARGUMENTS(N("n")), DEFINED("high - ema(close, n)"), MOMENTUM,
     "Elder ray: how far the high is above the EMA of n closes", "Alexander Elder, Trading for a Living, 1993", false},
    {"bear_power", TS_SERIES, ARGUMENTS(N("n")), DEFINED("low - ema(close, n)"), MOMENTUM,
     "Elder ray: how far the low is above the EMA of n closes, negative below it",
     "Alexander Elder, Trading for a Living, 1993", false},
    {"rainbow_oscillator", TS_SERIES, ARGUMENTS(X("x"), N("a"), N("b"), N("c")),
     DEFINED("ratio(x - ema(x, c) / 3 - (ema(x, a) / 3 + ema(x, b) / 3), (highest(x, c) - lowest(x, c)) / 100)"),
     MOMENTUM,
     "How far x is from the mean of its EMAs of a, b and c values, in percent of the range of c values; 0 when there "
     "is no range",
     "Mel Widner, Rainbow Charts, Stocks & Commodities, 1997, with three averages in place of ten", false},

    {"adx", TS_SERIES, ARGUMENTS(N("n")), DEFINED("wilder(dx(n), n)"), TREND,
     "Average directional movement index, 0 to 100", "TA-Lib ADX (Welles Wilder, 1978)", false},
    {"dx", TS_SERIES, ARGUMENTS(N("n")),
     DEFINED("ratio(100 * abs(plus_di(n) - minus_di(n)), plus_di(n) + minus_di(n))"), TREND,
     "Directional movement index, 0 to 100", "TA-Lib DX", false},
    {"plus_di", TS_SERIES, ARGUMENTS(N("n")),
     DEFINED("ratio(100 * wilder_sum(dominant(high - high[1], low[1] - low), n), wilder_sum(true_range(), n))"), TREND,
     "Positive directional indicator, 0 to 100", "TA-Lib PLUS_DI", false},
    {"minus_di", TS_SERIES, ARGUMENTS(N("n")),
     DEFINED("ratio(100 * wilder_sum(dominant(low[1] - low, high - high[1]), n), wilder_sum(true_range(), n))"), TREND,
     "Negative directional indicator, 0 to 100", "TA-Lib MINUS_DI", false},
    {"aroon_up", TS_SERIES, ARGUMENTS(WHOLE("n", 1, LONGEST - 1)),
     DEFINED("100 * (n - bars_since_highest(high, n + 1)) / n"), TREND,
     "100 when the highest high of n + 1 bars is now, 0 when it was n bars ago", "TA-Lib AROON (Tushar Chande, 1995)",
     false},
    {"aroon_down", TS_SERIES, ARGUMENTS(WHOLE("n", 1, LONGEST - 1)),
     DEFINED("100 * (n - bars_since_lowest(low, n + 1)) / n"), TREND,
     "100 when the lowest low of n + 1 bars is now, 0 when it was n bars ago", "TA-Lib AROON", false},
    {"parabolic_sar", TS_SERIES, ARGUMENTS(REAL("start", 0, 10), REAL("increment", 0, 10), REAL("max", 0, 10)),
     DEFINED("parabola(high, low, start, increment, max)"), TREND,
     "Parabolic stop and reverse: the stop of this bar, below the market while it rises and above it while it falls; "
     "its "
     "acceleration grows from `start` by `increment` at each new extreme, up to `max`",
     "TA-Lib SAREXT without its sign, SAR when start = increment (Welles Wilder, 1978)", false},
    {"bars_since_highest", TS_SERIES, ARGUMENTS(X("x"), N("n")), KERNEL(bars_since_highest), TREND,
     "Bars since the largest of the last n values, the latest of equals", "TA-Lib MAXINDEX, counted back", false},
    {"bars_since_lowest", TS_SERIES, ARGUMENTS(X("x"), N("n")), KERNEL(bars_since_lowest), TREND,
     "Bars since the smallest of the last n values, the latest of equals", "TA-Lib MININDEX, counted back", false},
    {"linreg_slope", TS_SERIES, ARGUMENTS(X("x"), WHOLE("n", 2, LONGEST)), KERNEL(linreg_slope), TREND,
     "Slope of the least-squares line through the last n values, a bar", "TA-Lib LINEARREG_SLOPE", false},

    {"swing_high", TS_SERIES, ARGUMENTS(WHOLE("n", 1, LONGEST / 2 - 1)), DEFINED("swing_top(tops(n), bottoms(n))"),
     CHARTS,
     "The last top of the swing chart: a high that no high of the n bars before and after it exceeds, known n bars "
     "later. "
     "Tops and bottoms take turns: a further top replaces the last one when it is higher, and lies above the bottom "
     "before it",
     SWINGS, false},
    {"swing_low", TS_SERIES, ARGUMENTS(WHOLE("n", 1, LONGEST / 2 - 1)), DEFINED("swing_bottom(tops(n), bottoms(n))"),
     CHARTS, "The last bottom of the swing chart; see swing_high", SWINGS, false},
    {"swing_direction", TS_SERIES, ARGUMENTS(WHOLE("n", 1, LONGEST / 2 - 1)), DEFINED("swing_way(tops(n), bottoms(n))"),
     CHARTS, "1 while the last pivot of the swing chart is a bottom, -1 while it is a top", SWINGS, false},
    {"fibonacci_retracement", TS_SERIES, ARGUMENTS(WHOLE("n", 1, LONGEST / 2 - 1), REAL("share", 0, 10)),
     DEFINED("retracement(tops(n), bottoms(n), share)"), CHARTS,
     "The price at which a share of the last swing from bottom to top, or top to bottom, is taken back; see swing_high",
     "textbook: shares of 0.236, 0.382, 0.5, 0.618 and 0.786", false},
    {"double_top", TS_SERIES, ARGUMENTS(WHOLE("n", 1, LONGEST / 2 - 1), REAL("tolerance", 0, 100)),
     DEFINED("twin_tops(tops(n), bottoms(n), tolerance)"), CHARTS,
     "Neckline of a double top, the bottom between: defined while the last pivot of the swing chart is a top as high "
     "as "
     "the top before, but for a share of the last swing. A close below it confirms the pattern",
     "Robert Edwards and John Magee, Technical Analysis of Stock Trends, 1948", false},
    {"double_bottom", TS_SERIES, ARGUMENTS(WHOLE("n", 1, LONGEST / 2 - 1), REAL("tolerance", 0, 100)),
     DEFINED("twin_bottoms(tops(n), bottoms(n), tolerance)"), CHARTS,
     "Neckline of a double bottom, the top between; see double_top. A close above it confirms the pattern",
     "Robert Edwards and John Magee, Technical Analysis of Stock Trends, 1948", false},
    {"renko", TS_SERIES, ARGUMENTS(X("x"), X("size")), KERNEL(renko), CHARTS,
     "Close of the last renko brick of x: one more size in its direction completes a brick, two against it one that "
     "turns. The size is measured at each bar that completes a brick: a share of the price, or a range",
     "Steve Nison, Beyond Candlesticks, 1994", false},
    {"range_bars", TS_SERIES, ARGUMENTS(X("x"), X("size")), KERNEL(range_bars), CHARTS,
     "Close of the last range bar of x, which is complete when x is a size above its low or below its high; the next "
     "one "
     "opens there. The size is measured at each bar that completes one",
     "Vicente Nicolellis, 1995", false},
    {"gap", TS_SERIES, NONE, DEFINED("max(open - high[1], 0) - max(low[1] - open, 0)"), CHARTS,
     "Opening gap: the open above the high before, or (negative) below the low before; 0 within them",
     "textbook: the full gap; Robert Edwards and John Magee, 1948", false},
    {"gap_support", TS_SERIES, NONE, DEFINED("held(high[1], gap())"), CHARTS,
     "The high before the last opening gap upwards: below it the gap is closed", "textbook", false},

    {"true_range", TS_SERIES, NONE, DEFINED("max(max(high - low, abs(high - close[1])), abs(low - close[1]))"),
     VOLATILITY, "Range of the bar, the gap from the close before included", "TA-Lib TRANGE", false},
    {"atr", TS_SERIES, ARGUMENTS(N("n")), DEFINED("wilder(true_range(), n)"), VOLATILITY,
     "Average true range by Wilder's average", "TA-Lib ATR (Welles Wilder, 1978)", false},
    {"atr_stop", TS_SERIES, ARGUMENTS(N("n"), REAL("k", 0, 1000)), DEFINED("ratchet(close, k * atr(n))"), VOLATILITY,
     "Trailing stop k average true ranges from the close: below it, only rising, until a close passes it; then above "
     "it, "
     "only falling",
     "Sylvain Vervoort, Stocks & Commodities, June 2009", false},
    {"volatility_stop", TS_SERIES, ARGUMENTS(N("n"), REAL("k", 0, 1000)), DEFINED("best_stop(close, k * atr(n))"),
     VOLATILITY,
     "Stop for the next close: k average true ranges, as they are now, from the best close since a close passed the "
     "stop "
     "set before; look back with [1] for the stop of this bar",
     "Welles Wilder's volatility system, 1978", false},
    {"stddev", TS_SERIES, ARGUMENTS(X("x"), N("n")), KERNEL(stddev), VOLATILITY,
     "Standard deviation of the last n values (divisor n)", "TA-Lib STDDEV", false},
    {"mass_index", TS_SERIES, ARGUMENTS(N("n"), N("sum")),
     DEFINED("window_sum(ratio(ema(high - low, n), ema(ema(high - low, n), n)), sum)"), VOLATILITY,
     "Mass index: the range's EMA against the EMA of that, added up; near `sum`, and above it while ranges widen",
     "Donald Dorsey, Stocks & Commodities, 1992", false},
    {"wilder", TS_SERIES, ARGUMENTS(X("x"), N("n")), KERNEL(wilder), AVERAGES,
     "Wilder's average: (previous * (n - 1) + x) / n, seeded with the mean of the first n values",
     "Welles Wilder, New Concepts in Technical Trading Systems, 1978", false},

    {"obv", TS_SERIES, NONE, DEFINED("cumulate(coalesce(sign(close - close[1]), 1) * volume)"), VOLUME,
     "On-balance volume, from the volume of the first bar", "TA-Lib OBV (Joseph Granville, 1963)", false},
    {"vwap", TS_SERIES, ARGUMENTS(N("n")), DEFINED("vwma(typical_price(), n)"), VOLUME,
     "Volume-weighted average of the typical price over n bars; undefined while nothing traded", "rolling VWAP", false},
    {"mfi", TS_SERIES, ARGUMENTS(N("n")),
     DEFINED("ratio(100 * window_sum(inflow(), n), window_sum(inflow(), n) + window_sum(outflow(), n))"), VOLUME,
     "Money flow index, 0 to 100", "TA-Lib MFI (Quong and Soudack, 1989)", false},
    {"ad", TS_SERIES, NONE, DEFINED("cumulate(money_flow())"), VOLUME,
     "Accumulation/distribution line: the running sum of the volume times the close's place in the bar, -1 to 1",
     "TA-Lib AD (Marc Chaikin)", false},
    {"chaikin_oscillator", TS_SERIES, ARGUMENTS(N("fast"), N("slow")),
     DEFINED("skip(ema_from_first(ad(), fast), fast - 1) - skip(ema_from_first(ad(), slow), slow - 1)"), VOLUME,
     "A fast average of the accumulation/distribution line less a slow one, both begun at its first value",
     "TA-Lib ADOSC (Marc Chaikin)", false},
    {"cmf", TS_SERIES, ARGUMENTS(N("n")), DEFINED("ratio(window_sum(money_flow(), n), window_sum(volume, n))"), VOLUME,
     "Chaikin money flow, -1 to 1: a bar without a range has no flow; 0 while nothing traded", "Marc Chaikin", false},
    {"pvt", TS_SERIES, NONE, DEFINED("cumulate(change() * volume)"), VOLUME,
     "Price-volume trend (volume-price trend): the running sum of the volume times the relative change of the close, "
     "from 0",
     "David Markstein, How to Chart Your Way to Stock Market Profits, 1966", false},
    {"nvi", TS_SERIES, NONE, DEFINED("1000 * compound(max(coalesce(sign(volume[1] - volume), 0), 0) * change())"),
     VOLUME, "Negative volume index: follows the close's relative changes on bars whose volume fell, from 1000",
     "Norman Fosback, Stock Market Logic, 1976 (Paul Dysart, 1936)", false},
    {"klinger_oscillator", TS_SERIES, ARGUMENTS(N("fast"), N("slow")),
     DEFINED("ema(klinger_force(), fast) - ema(klinger_force(), slow)"), VOLUME,
     "Klinger volume oscillator: a fast average of the volume force less a slow one",
     "Stephen Klinger, Identifying Trends with Volume Analysis, Stocks & Commodities, 1997", false},
    {"vwma", TS_SERIES, ARGUMENTS(X("x"), N("n")), DEFINED("window_sum(x * volume, n) / window_sum(volume, n)"), VOLUME,
     "Volume-weighted moving average of n bars; undefined while nothing traded",
     "Buff Dormeier, Investing with Volume Analysis, 2011", false},
    {"vwema", TS_SERIES, ARGUMENTS(X("x"), N("n")),
     DEFINED("skip(adaptive(x, ratio(2 / (n + 1) * volume, ema_from_first(volume, n))), n - 1)"), VOLUME,
     "Volume-weighted exponential average: that of x times volume over that of the volume, both begun at their first "
     "value; it stays where it is while nothing trades",
     "Buff Dormeier, Investing with Volume Analysis, 2011, as one recurrence", false},
    {"vwmacd", TS_SERIES, ARGUMENTS(X("x"), N("fast"), N("slow")), DEFINED("vwema(x, fast) - vwema(x, slow)"), VOLUME,
     "Volume-weighted MACD: the fast volume-weighted exponential average less the slow one",
     "Buff Dormeier, Investing with Volume Analysis, 2011", false},
    {"volume_spread", TS_SERIES, ARGUMENTS(N("n")),
     DEFINED("ratio(volume, sma(volume, n)) * ratio((close - low) - (high - close), sma(high - low, n))"), VOLUME,
     "Effort and result of a bar: its volume and its spread, each over the mean of n bars, times the close's place in "
     "the bar, -1 to 1",
     "Tom Williams, Master the Markets, 1993: volume, spread and close read together", false},
    {"point_of_control", TS_SERIES, ARGUMENTS(N("n")), DEFINED("volume_profile(typical_price()[1], volume[1], n, 1)"),
     VOLUME,
     "Price with most volume in the n bars before the current one: the middle of the fullest of at most 32 bins, the "
     "lowest of equals",
     "J. Peter Steidlmayer, Market Profile, 1984, by volume", false},
    {"value_area_high", TS_SERIES, ARGUMENTS(N("n")), DEFINED("volume_profile(typical_price()[1], volume[1], n, 2)"),
     VOLUME,
     "Upper edge of the bins around the point of control that hold 70 % of the volume of the n bars before the current "
     "one",
     "James Dalton, Mind over Markets, 1993", false},
    {"value_area_low", TS_SERIES, ARGUMENTS(N("n")), DEFINED("volume_profile(typical_price()[1], volume[1], n, 3)"),
     VOLUME,
     "Lower edge of the bins around the point of control that hold 70 % of the volume of the n bars before the current "
     "one",
     "James Dalton, Mind over Markets, 1993", false},

    {"window_sum", TS_SERIES, ARGUMENTS(X("x"), N("n")), PREFIX(window_sum), ARITHMETIC, "Sum of the last n values",
     "TA-Lib SUM", false},
    {"min", TS_SERIES, ARGUMENTS(X("a"), X("b")), KERNEL(minimum), ARITHMETIC, "The smaller; undefined when either is",
     "arithmetic", false},
    {"max", TS_SERIES, ARGUMENTS(X("a"), X("b")), KERNEL(maximum), ARITHMETIC, "The larger; undefined when either is",
     "arithmetic", false},
    {"abs", TS_SERIES, ARGUMENTS(X("x")), KERNEL(absolute), ARITHMETIC, "Absolute value", "arithmetic", false},
    {"sqrt", TS_SERIES, ARGUMENTS(X("x")), KERNEL(square_root), ARITHMETIC, "Square root; undefined below 0",
     "arithmetic", false},
    {"sign", TS_SERIES, ARGUMENTS(X("x")), KERNEL(sign), ARITHMETIC, "1, 0 or -1", "arithmetic", false},
    {"ratio", TS_SERIES, ARGUMENTS(X("a"), X("b")), KERNEL(ratio), ARITHMETIC,
     "a / b, and 0 where b is 0 (the operator / is undefined there)", "TA-Lib's rule for quotients by 0", false},
    {"floor", TS_NUMBER, ARGUMENTS(REAL("x", -1e9, 1e9)), FLOOR, ARITHMETIC,
     "The number rounded down: for periods and look-backs, as in sma(close, floor(n / 2))", "arithmetic", false},

    {"crossed_up", TS_SIGNAL, ARGUMENTS(X("a"), X("b")), CROSSING(+1), SIGNALS,
     "a > b now and a <= b at the bar before, all four defined", "definition", false},
    {"crossed_down", TS_SIGNAL, ARGUMENTS(X("a"), X("b")), CROSSING(-1), SIGNALS,
     "a < b now and a >= b at the bar before, all four defined", "definition", false},
    {"rising", TS_SIGNAL, ARGUMENTS(X("x"), N("n")), DEFINED("streak(x) >= n"), SIGNALS,
     "x rose at each of the last n bars", "definition", false},
    {"falling", TS_SIGNAL, ARGUMENTS(X("x"), N("n")), DEFINED("streak(x) <= -n"), SIGNALS,
     "x fell at each of the last n bars", "definition", false},

    {"stop_loss", TS_RULE, ARGUMENTS(REAL("p", 0, 10)), POSITION(TS_STOP_LOSS), RULES,
     "The close is a fraction p or more against the fill price", "definition", false},
    {"take_profit", TS_RULE, ARGUMENTS(REAL("p", 0, 1000)), POSITION(TS_TAKE_PROFIT), RULES,
     "The close is a fraction p or more in favour of the fill price", "definition", false},
    {"trailing_stop", TS_RULE, ARGUMENTS(REAL("p", 0, 10)), POSITION(TS_TRAILING_STOP), RULES,
     "The close is a fraction p or more against the best close since the fill", "definition", false},
    {"trailing_stop_atr", TS_RULE, ARGUMENTS(N("n"), REAL("k", 0, 1000)), POSITION(TS_TRAILING_STOP_ATR), RULES,
     "The close is k average true ranges of n bars or more against the best close since the fill", "definition", false},
    {"bars_held", TS_RULE, ARGUMENTS(WHOLE("n", 0, 100000000)), POSITION(TS_BARS_HELD), RULES,
     "Written bars_held >= n: n bars or more have passed since the bar of the fill", "definition", false},

    {"rise", TS_SERIES, ARGUMENTS(X("x")), DEFINED("max(x - x[1], 0)"), PARTS, "Gain on the bar before", "part of RSI",
     true},
    {"fall", TS_SERIES, ARGUMENTS(X("x")), DEFINED("max(x[1] - x, 0)"), PARTS, "Loss on the bar before", "part of RSI",
     true},
    {"efficiency", TS_SERIES, ARGUMENTS(X("x"), N("n")),
     DEFINED("1 - ratio(window_sum(abs(x - x[1]), n) - abs(x - x[n]), window_sum(abs(x - x[1]), n))"), PARTS,
     "Kaufman's efficiency ratio: net change over the sum of changes; 1 when nothing moved", "part of KAMA", true},
    {"kama_pace", TS_SERIES, ARGUMENTS(X("x"), N("n")), DEFINED("efficiency(x, n) * (2 / 3 - 2 / 31) + 2 / 31"), PARTS,
     "Root of KAMA's smoothing constant", "part of KAMA", true},
    {"inflow", TS_SERIES, NONE,
     DEFINED("max(sign(typical_price() - typical_price()[1]), 0) * typical_price() * volume"), PARTS,
     "Money flow of bars whose typical price rose", "part of MFI", true},
    {"outflow", TS_SERIES, NONE,
     DEFINED("max(sign(typical_price()[1] - typical_price()), 0) * typical_price() * volume"), PARTS,
     "Money flow of bars whose typical price fell", "part of MFI", true},
    {"symmetric", TS_SERIES, ARGUMENTS(X("x")), DEFINED("trapezoid(x, 4)"), PARTS,
     "Mean of the last 4 values with weights 1, 2, 2, 1", "part of RVI", true},
    {"money_flow", TS_SERIES, NONE, DEFINED("ratio((close - low) - (high - close), high - low) * volume"), PARTS,
     "Volume times the close's place in the bar, -1 to 1; 0 without a range", "part of Chaikin's indicators", true},
    {"ema_from_first", TS_SERIES, ARGUMENTS(X("x"), N("n")), DEFINED("adaptive(x, 2 / (n + 1))"), PARTS,
     "Exponential moving average begun at the first value", "part of the Chaikin oscillator", true},
    {"change", TS_SERIES, NONE, DEFINED("coalesce(ratio(close - close[1], close[1]), 0)"), PARTS,
     "Relative change of the close; 0 at the first bar", "part of the price-volume trend", true},
    {"klinger_trend", TS_SERIES, NONE, DEFINED("2 * max(sign(high + low + close - (high + low + close)[1]), 0) - 1"),
     PARTS, "1 when the bar's high + low + close rose, else -1", "part of the Klinger oscillator", true},
    {"klinger_measure", TS_SERIES, NONE, DEFINED("leg_sum(high - low, klinger_trend())"), PARTS,
     "Cumulative measurement: ranges added up while the trend stays, from the bar before it began",
     "part of the Klinger oscillator", true},
    {"klinger_force", TS_SERIES, NONE,
     DEFINED("100 * klinger_trend() * volume * "
             "abs(ratio(2 * (high - low) - klinger_measure(), klinger_measure()))"),
     PARTS, "Volume force: trend * volume * |2 * range / measurement - 1| * 100; 0 while no bar had a range",
     "part of the Klinger oscillator", true},
    {"dominant", TS_SERIES, ARGUMENTS(X("a"), X("b")), KERNEL(dominant), PARTS, "a where a > 0 and a > b, else 0",
     "part of the directional indicators", true},
    {"coalesce", TS_SERIES, ARGUMENTS(X("a"), X("b")), KERNEL(coalesce), PARTS, "a where it is defined, else b",
     "part of OBV", true},
    {"wilder_sum", TS_SERIES, ARGUMENTS(X("x"), N("n")), KERNEL(wilder_sum), PARTS,
     "Wilder's running sum: previous - previous / n + x, seeded with the sum of the first n - 1 values",
     "part of the directional indicators", true},
    {"tops", TS_SERIES, ARGUMENTS(WHOLE("n", 1, LONGEST / 2 - 1)),
     DEFINED("turning(high[n], highest(high, 2 * n + 1))"), PARTS, "The high that is a top, n bars later, else 0",
     "part of the swing chart", true},
    {"bottoms", TS_SERIES, ARGUMENTS(WHOLE("n", 1, LONGEST / 2 - 1)),
     DEFINED("turning(low[n], lowest(low, 2 * n + 1))"), PARTS, "The low that is a bottom, n bars later, else 0",
     "part of the swing chart", true},
    {"turning", TS_SERIES, ARGUMENTS(X("x"), X("extreme")), KERNEL(turning), PARTS, "x where it is the extreme, else 0",
     "part of the swing chart", true},
    {"swing_top", TS_SERIES, ARGUMENTS(X("top"), X("bottom")), KERNEL(swing_top), PARTS, "Last top",
     "part of swing_high", true},
    {"swing_bottom", TS_SERIES, ARGUMENTS(X("top"), X("bottom")), KERNEL(swing_bottom), PARTS, "Last bottom",
     "part of swing_low", true},
    {"swing_way", TS_SERIES, ARGUMENTS(X("top"), X("bottom")), KERNEL(swing_way), PARTS, "Way since the last pivot",
     "part of swing_direction", true},
    {"retracement", TS_SERIES, ARGUMENTS(X("top"), X("bottom"), REAL("share", 0, 10)), KERNEL(retracement), PARTS,
     "Share of the last swing taken back", "part of fibonacci_retracement", true},
    {"twin_tops", TS_SERIES, ARGUMENTS(X("top"), X("bottom"), REAL("tolerance", 0, 100)), KERNEL(twin_tops), PARTS,
     "Neckline of two tops alike", "part of double_top", true},
    {"twin_bottoms", TS_SERIES, ARGUMENTS(X("top"), X("bottom"), REAL("tolerance", 0, 100)), KERNEL(twin_bottoms),
     PARTS, "Neckline of two bottoms alike", "part of double_bottom", true},
    {"parabola", TS_SERIES,
     ARGUMENTS(X("high"), X("low"), REAL("start", 0, 10), REAL("increment", 0, 10), REAL("max", 0, 10)),
     KERNEL(parabolic_sar), PARTS, "Stop and reverse of highs and lows", "part of parabolic_sar", true},
    {"ratchet", TS_SERIES, ARGUMENTS(X("x"), X("distance")), KERNEL(ratchet), PARTS,
     "Trailing stop that never gives way", "part of atr_stop", true},
    {"best_stop", TS_SERIES, ARGUMENTS(X("x"), X("distance")), KERNEL(best_stop), PARTS,
     "Stop at a distance from the best x", "part of volatility_stop", true},
    {"spread", TS_SERIES, ARGUMENTS(N("n")), DEFINED("highest(high, n) - lowest(low, n)"), PARTS, "Range of n bars",
     "part of FRAMA", true},
    {"wholeness", TS_SERIES, ARGUMENTS(WHOLE("n", 1, LONGEST / 2)),
     DEFINED("coalesce(held(min(ratio(spread(2 * n), spread(n) + spread(n)[n]), 1), min(spread(n), spread(n)[n])), "
             "1 + 0 * spread(2 * n))"),
     PARTS,
     "Range of 2 n bars over the sum of those of its halves, from 1/2 where the price goes to and fro to 1 on a "
     "straight way; the last one, at first 1, while a half has none",
     "part of FRAMA: 2 to the power of 1 less the fractal dimension", true},
    {"logarithm", TS_SERIES, ARGUMENTS(X("x")), KERNEL(logarithm), PARTS, "Natural logarithm of x from 1/2 to 1",
     "part of FRAMA", true},
    {"fractal_average", TS_SERIES, ARGUMENTS(X("x"), X("straight"), REAL("sc", 0, 5), REAL("alpha", 0, 10)),
     KERNEL(fractal_average), PARTS, "Average whose pace follows the fractal dimension", "part of FRAMA", true},
    {"held", TS_SERIES, ARGUMENTS(X("x"), X("when")), KERNEL(held), PARTS,
     "x where `when` is above 0, else the last such x", "part of FRAMA and gap_support", true},
    {"adaptive", TS_SERIES, ARGUMENTS(X("x"), X("rate")), KERNEL(adaptive), PARTS,
     "previous + rate * (x - previous), seeded with the x before the first defined rate", "part of KAMA", true},
    {"cumulate", TS_SERIES, ARGUMENTS(X("x")), KERNEL(cumulate), PARTS, "Running sum from the first value",
     "part of OBV", true},
    {"compound", TS_SERIES, ARGUMENTS(X("x")), KERNEL(compound), PARTS, "Running growth from 1 by the rates x",
     "part of the negative volume index", true},
    {"leg_sum", TS_SERIES, ARGUMENTS(X("x"), X("direction")), KERNEL(leg_sum), PARTS,
     "Sum of x since the direction last changed, from the bar before", "part of the Klinger oscillator", true},
    {"volume_profile", TS_SERIES, ARGUMENTS(X("price"), X("volume"), N("n"), WHOLE("what", 1, 3)),
     KERNEL(volume_profile), PARTS, "Point of control (1), value area high (2) or low (3) of the last n values",
     "part of point_of_control and value_area_*", true},
    {"streak", TS_SERIES, ARGUMENTS(X("x")), KERNEL(streak), PARTS,
     "Bars in a row that x has risen, or minus those it fell", "part of rising and falling", true},
    {"skip", TS_SERIES, ARGUMENTS(X("x"), WHOLE("n", -LONGEST, LONGEST)), KERNEL(skip), PARTS,
     "x without its first n values (none when n is negative)", "part of MACD", true},
    {"trapezoid", TS_SERIES, ARGUMENTS(X("x"), WHOLE("n", 2, LONGEST)), KERNEL(trapezoid), PARTS,
     "Mean of the last n values in which the oldest and the newest weigh half", "part of RVI", true},
    {"mean_deviation", TS_SERIES, ARGUMENTS(X("x"), X("mean"), N("n")), KERNEL(mean_deviation), PARTS,
     "Mean distance of the last n values from the mean", "part of CCI", true},
};

const int ts_function_count = sizeof ts_functions / sizeof ts_functions[0];

int ts_function_find(const char *name)
{
    for (int i = 0; i < ts_function_count; i++)
        if (strcmp(ts_functions[i].name, name) == 0) return i;
    return -1;
}
