#include "data/candles/candle_rules.h"

#include "common/clock.h"
#include "common/interval.h"

#include <inttypes.h>
#include <math.h>

#define TIME_FIRST INT64_C(-2208988800000) /* 1900-01-01 */
#define TIME_LAST  INT64_C(7258118400000)  /* 2200-01-01 */

static const double PRICE_LEAST = 1e-18, PRICE_MOST = 1e15, VOLUME_MOST = 1e24;
static const char *const names[TS_COLUMNS] = {"open", "high", "low", "close", "volume"};

/* Written so that a NaN fails each comparison. */
static bool sane(const ts_candle *candle)
{
    const double *value = candle->value;
    double high = value[TS_HIGH], low = value[TS_LOW];
    bool ordered = low <= value[TS_OPEN] && low <= value[TS_CLOSE] && value[TS_OPEN] <= high && value[TS_CLOSE] <= high;
    return ordered && low >= PRICE_LEAST && high <= PRICE_MOST && value[TS_VOLUME] >= 0 &&
           value[TS_VOLUME] <= VOLUME_MOST && candle->time >= TIME_FIRST && candle->time < TIME_LAST;
}

/* The rule that a candle breaks, in words. */
static int explain(const ts_candle *candle, ts_error *error)
{
    if (candle->time < TIME_FIRST || candle->time >= TIME_LAST)
        return ts_fail(error, TS_BAD_DATA, "time %" PRId64 " ms is not between the years 1900 and 2200", candle->time);
    for (int c = 0; c < TS_VOLUME; c++) {
        double price = candle->value[c];
        if (isnan(price) || price <= 0)
            return ts_fail(error, TS_BAD_DATA, "%s %.17g: a price must be above 0", names[c], price);
        if (price < PRICE_LEAST || price > PRICE_MOST)
            return ts_fail(error, TS_BAD_DATA, "%s %.17g is not between %g and %g", names[c], price, PRICE_LEAST,
                           PRICE_MOST);
    }
    double volume = candle->value[TS_VOLUME];
    if (!(volume >= 0 && volume <= VOLUME_MOST))
        return ts_fail(error, TS_BAD_DATA, "volume %.17g is not between 0 and %g", volume, VOLUME_MOST);
    double high = candle->value[TS_HIGH], low = candle->value[TS_LOW];
    if (high < low) return ts_fail(error, TS_BAD_DATA, "high %.17g is below low %.17g", high, low);
    int c = candle->value[TS_OPEN] > high || candle->value[TS_OPEN] < low ? TS_OPEN : TS_CLOSE;
    bool above = candle->value[c] > high;
    return ts_fail(error, TS_BAD_DATA, "%s %.17g is %s %.17g", names[c], candle->value[c],
                   above ? "above high" : "below low", above ? high : low);
}

int ts_candle_check(const ts_candle *candle, ts_error *error) { return sane(candle) ? 0 : explain(candle, error); }

int ts_series_check(const ts_series *series, ts_error *error)
{
    for (size_t bar = 0; bar < series->bars; bar++) {
        ts_candle candle = ts_series_candle(series, bar);
        if (ts_candle_check(&candle, error)) return ts_error_context(error, "bar %zu", bar);
        if (bar && candle.time <= series->time[bar - 1])
            return ts_fail(error, TS_BAD_DATA, "bar %zu: its time does not increase", bar);
    }
    return 0;
}

/* The most frequent step of the series; of equally frequent ones the shorter. Distinct steps beyond the table's room
 * are those of a series without any rhythm and are not counted. */
static int64_t frequent_step(const ts_series *series)
{
    enum { ROOM = 256 };
    int64_t step[ROOM];
    size_t count[ROOM], used = 0, last = 0;
    for (size_t bar = 1; bar < series->bars; bar++) {
        int64_t is = series->time[bar] - series->time[bar - 1];
        if (!used || step[last] != is) {
            for (last = 0; last < used && step[last] != is;) last++;
            if (last == ROOM) {
                last = 0;
                continue;
            }
            if (last == used) step[used] = is, count[used++] = 0;
        }
        count[last]++;
    }
    size_t best = 0;
    for (size_t i = 1; i < used; i++)
        if (count[i] > count[best] || (count[i] == count[best] && step[i] < step[best])) best = i;
    return used ? step[best] : 0;
}

/* How far from the grid of its series a bar may stand: sources that stamp bars in local time move by an hour when the
 * clocks change, and some stamp a week by its first day of trade. */
static int64_t forgiven_ms(int64_t interval_ms)
{
    if (interval_ms == INT64_C(604800000)) return INT64_C(345600000);
    return interval_ms >= INT64_C(14400000) ? INT64_C(3600000) : 0;
}

int ts_series_check_steps(const ts_series *series, ts_error *error)
{
    int64_t interval = series->interval_ms, forgiven = forgiven_ms(interval);
    for (size_t bar = 1; bar < series->bars; bar++) {
        int64_t step = series->time[bar] - series->time[bar - 1];
        if (step == interval) continue;
        int64_t intervals = (step + interval / 2) / interval;
        int64_t off = step - (intervals > 0 ? intervals : 1) * interval;
        if (off <= forgiven && -off <= forgiven) continue;
        char text[TS_TIME_TEXT];
        return ts_fail(error, TS_BAD_DATA,
                       "the bar of %s (%" PRId64 " ms) stands %.15g s after the one before: not a whole number of "
                       "intervals of %s",
                       ts_time_text(series->time[bar], text), series->time[bar], (double)step / 1000,
                       ts_interval_text(interval));
    }
    return 0;
}

int ts_series_settle_interval(ts_series *series, int64_t said_ms, ts_error *error)
{
    int64_t step = frequent_step(series);
    if (!step && !said_ms)
        return ts_fail(error, TS_BAD_DATA, "one bar only, whose interval cannot be seen: say --interval");
    if (!step) step = said_ms;
    const char *text = ts_interval_text(step);
    if (said_ms && step != said_ms)
        return ts_fail(error, TS_BAD_DATA,
                       "the interval is said to be %s, but the most frequent step of its bars is %.15g s%s%s",
                       ts_interval_text(said_ms), (double)step / 1000, text ? ", which is " : "", text ? text : "");
    if (!text)
        return ts_fail(
            error, TS_BAD_DATA,
            "the most frequent step of its bars is %.15g s, which is none of the intervals 1m 3m 5m 15m 30m 1h "
            "2h 4h 6h 12h 1d 1w",
            (double)step / 1000);
    series->interval_ms = step;
    return ts_series_check_steps(series, error);
}
