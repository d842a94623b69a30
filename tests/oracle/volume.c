/* The oracle's functions of the volume, each from its author's formula: lines that add up, oscillators of them,
 * averages weighted by the volume, and the profile of a window, counted anew at each bar. */
#include "tests/oracle/rows.h"

#include <math.h>

/* Where the close lies in the bar, -1 (low) to 1 (high), times the volume. */
static row money_flow(rows *all)
{
    row out = row_new(all), high = row_column(all, TS_HIGH), low = row_column(all, TS_LOW),
        close = row_column(all, TS_CLOSE), volume = row_column(all, TS_VOLUME);
    for (size_t t = 0; t < all->bars; t++) {
        double range = high[t] - low[t], inside = (close[t] - low[t]) - (high[t] - close[t]);
        out[t] = range == 0 ? 0 : inside / range * volume[t];
    }
    return out;
}

static row running_sum(rows *all, row x)
{
    row out = row_new(all);
    for (size_t t = 0; t < all->bars; t++) out[t] = t > 0 ? out[t - 1] + x[t] : x[t];
    return out;
}

static row ad(rows *all, const argument *given)
{
    (void)given;
    return running_sum(all, money_flow(all));
}

/* An exponential average that begins as the first value of the row, shown from its n-th bar on. */
static row begun_ema(rows *all, row x, double n)
{
    row out = row_new(all);
    double average = x[0];
    for (size_t t = 0; t < all->bars; t++) {
        average += 2 / (n + 1) * (x[t] - average);
        if (t + 1 >= (size_t)n) out[t] = average;
    }
    return out;
}

static row chaikin_oscillator(rows *all, const argument *given)
{
    row line = ad(all, given);
    return row_subtract(all, begun_ema(all, line, given[0].number), begun_ema(all, line, given[1].number));
}

static row cmf(rows *all, const argument *given)
{
    row flow = row_window_sum(all, money_flow(all), given[0].number);
    return row_ratio(all, flow, row_window_sum(all, row_column(all, TS_VOLUME), given[0].number));
}

static row changes(rows *all)
{
    row out = row_new(all), close = row_column(all, TS_CLOSE);
    for (size_t t = 0; t < all->bars; t++) out[t] = t > 0 ? (close[t] - close[t - 1]) / close[t - 1] : 0;
    return out;
}

static row pvt(rows *all, const argument *given)
{
    (void)given;
    return running_sum(all, row_multiply(all, changes(all), row_column(all, TS_VOLUME)));
}

static row nvi(rows *all, const argument *given)
{
    (void)given;
    row out = row_new(all), volume = row_column(all, TS_VOLUME), change = changes(all);
    double index = 1;
    for (size_t t = 0; t < all->bars; t++) {
        if (t > 0 && volume[t] < volume[t - 1]) index += index * change[t];
        out[t] = 1000 * index;
    }
    return out;
}

/* Klinger's volume force: the cumulative measurement adds up ranges while the trend stays, from the bar before it. */
static row klinger_force(rows *all)
{
    row out = row_new(all), high = row_column(all, TS_HIGH), low = row_column(all, TS_LOW),
        close = row_column(all, TS_CLOSE), volume = row_column(all, TS_VOLUME);
    int before = 0;
    double measure = 0;
    for (size_t t = 1; t < all->bars; t++) {
        double range = high[t] - low[t];
        int trend = high[t] + low[t] + close[t] > high[t - 1] + low[t - 1] + close[t - 1] ? 1 : -1;
        measure = trend == before ? measure + range : high[t - 1] - low[t - 1] + range;
        double part = measure == 0 ? 0 : fabs((2 * range - measure) / measure);
        out[t] = 100 * trend * volume[t] * part;
        before = trend;
    }
    return out;
}

static row klinger_oscillator(rows *all, const argument *given)
{
    row force = klinger_force(all);
    return row_subtract(all, row_ema(all, force, given[0].number), row_ema(all, force, given[1].number));
}

static row vwma(rows *all, const argument *given)
{
    row volume = row_column(all, TS_VOLUME), money = row_multiply(all, given[0].x, volume);
    return row_divide(all, row_window_sum(all, money, given[1].number), row_window_sum(all, volume, given[1].number));
}

/* The average of x times volume over that of the volume, as a walk towards x whose steps are the volume's share. Begins
 * anew after an undefined value, but the volume's average does not. */
static row volume_weighted(rows *all, row x, double n)
{
    row out = row_new(all), volume = row_column(all, TS_VOLUME);
    double weight = volume[0], average = NAN, count = 0, k = 2 / (n + 1);
    for (size_t t = 0; t < all->bars; t++) {
        weight += k * (volume[t] - weight);
        double rate = weight == 0 ? 0 : k * volume[t] / weight;
        average = isnan(average) ? x[t] : average + rate * (x[t] - average);
        count = isnan(x[t]) ? 0 : count + 1;
        if (count >= n) out[t] = average;
    }
    return out;
}

static row vwema(rows *all, const argument *given) { return volume_weighted(all, given[0].x, given[1].number); }

static row vwmacd(rows *all, const argument *given)
{
    return row_subtract(all, volume_weighted(all, given[0].x, given[1].number),
                        volume_weighted(all, given[0].x, given[2].number));
}

static row volume_spread(rows *all, const argument *given)
{
    row high = row_column(all, TS_HIGH), low = row_column(all, TS_LOW), close = row_column(all, TS_CLOSE),
        volume = row_column(all, TS_VOLUME), spread = row_subtract(all, high, low);
    row inside = row_subtract(all, row_subtract(all, close, low), row_subtract(all, high, close));
    return row_multiply(all, row_ratio(all, volume, row_mean(all, volume, given[0].number)),
                        row_ratio(all, inside, row_mean(all, spread, given[0].number)));
}

/* ---- the profile --------------------------------------------------------------------------------------------------
 */

enum { BINS = 32 };

typedef struct counted {
    double volume[BINS], width, total;
    long bottom; /* number of the lowest bin */
    int bins, control;
} counted;

/* The profile of the n bars before t; false when it is undefined. */
static bool count_profile(rows *all, row price, size_t t, size_t n, counted *out)
{
    const double *volume = all->series->column[TS_VOLUME];
    double low = INFINITY, high = 0;
    for (size_t i = t - n; i < t; i++) {
        low = price[i] < low ? price[i] : low;
        high = price[i] > high ? price[i] : high;
    }
    *out = (counted){.width = ldexp(1, ilogb(price[t - 1]) - 13)};
    if (high / out->width >= 1 << 30) return false;
    while (floor(high / out->width) - floor(low / out->width) >= BINS) out->width *= 2;
    out->bottom = (long)floor(low / out->width);
    out->bins = (int)((long)floor(high / out->width) - out->bottom) + 1;
    for (size_t i = t; i-- > t - n;) {
        out->volume[(long)floor(price[i] / out->width) - out->bottom] += volume[i];
        out->total += volume[i];
    }
    for (int k = 1; k < out->bins; k++)
        if (out->volume[k] > out->volume[out->control]) out->control = k;
    return out->total > 0;
}

/* Volume of the bins from..to that exist. */
static double held_by(const counted *profile, int from, int to)
{
    double sum = 0;
    for (int k = from; k <= to; k++)
        if (k >= 0 && k < profile->bins) sum += profile->volume[k];
    return sum;
}

static void value_area(const counted *profile, int *low, int *high)
{
    double held = profile->volume[profile->control];
    *low = *high = profile->control;
    while (held < 0.7 * profile->total && *high - *low + 1 < profile->bins) {
        double above = held_by(profile, *high + 1, *high + 2), below = held_by(profile, *low - 2, *low - 1);
        bool up = *low == 0 || (*high < profile->bins - 1 && above >= below);
        held += up ? above : below;
        if (up) *high = *high + 2 < profile->bins ? *high + 2 : profile->bins - 1;
        else *low = *low > 2 ? *low - 2 : 0;
    }
}

/* what: 0 the point of control, +1 and -1 the value area's edges. */
static row of_profile(rows *all, double length, int what)
{
    row out = row_new(all), price = row_typical(all);
    for (size_t t = (size_t)length; t < all->bars; t++) {
        counted profile;
        int low, high;
        if (!count_profile(all, price, t, (size_t)length, &profile)) continue;
        value_area(&profile, &low, &high);
        double edge = what > 0 ? high + 1 : what < 0 ? low : profile.control + 0.5;
        out[t] = ((double)profile.bottom + edge) * profile.width;
    }
    return out;
}

static row point_of_control(rows *all, const argument *given) { return of_profile(all, given[0].number, 0); }
static row value_area_high(rows *all, const argument *given) { return of_profile(all, given[0].number, +1); }
static row value_area_low(rows *all, const argument *given) { return of_profile(all, given[0].number, -1); }

const function_row functions_volume[] = {
    {"ad", ad, 0, {0}, 0},
    {"chaikin_oscillator", chaikin_oscillator, -1, {0}, 2},
    {"cmf", cmf, -1, {1}, 0},
    {"pvt", pvt, 0, {0}, 0},
    {"nvi", nvi, 0, {0}, 0},
    {"klinger_oscillator", klinger_oscillator, 0, {0}, 2},
    {"vwma", vwma, -1, {0, 1}, 0},
    {"vwema", vwema, -1, {0, 1}, 0},
    {"vwmacd", vwmacd, -1, {0}, 1},
    {"volume_spread", volume_spread, -1, {1}, 0},
    {"point_of_control", point_of_control, 0, {1}, 0},
    {"value_area_high", value_area_high, 0, {1}, 0},
    {"value_area_low", value_area_low, 0, {1}, 0},
    {0},
};
