/* Volume profile of the last n bars: each bar's volume counts at its price, in bins of equal width. J. Peter
 * Steidlmayer, Market Profile (CBOT, 1984), with volume for time; the value area by James Dalton, Mind over Markets,
 * 1993, appendix 1.
 *
 * Bins     [k w, (k + 1) w) for whole k. w is the smallest power of two, from 2^-13 of the newest price's own on, for
 *          which the prices of the window fall into at most 32 bins that follow one another.
 * Point of control   the bin with most volume, the lowest of equals; given as the middle of the bin.
 * Value area         begins as that bin. While it holds less than 70 % of the volume it gains two bins: above it or
 * below it, where the two hold more, above when they hold the same (one bin when one is left before the window's
 *          highest or lowest price; the other side when none is). Given as its upper edge, or its lower one.
 * Undefined  while the window is not full, holds an undefined value, has no volume, or a price that is not above 0 or
 * is 2^14 times the newest or more.
 *
 * Windows that end at the same bar are nested, and a bin twice as wide is two bins: volumes are added up once, from the
 * newest bar back, for all n that are asked for. So one more n costs the same for every n. Windows that end at LANES
 * bars in a row are in the lanes. */
#ifndef TS_KERNELS_PROFILE_H
#define TS_KERNELS_PROFILE_H

#include "kernels/vocabulary.h"

enum { PROFILE_BINS = 32, PROFILE_FINEST = 13, PROFILE_LIMIT = 1 << 30 };

/* What is asked for: parameter 1 of a row. */
enum { PROFILE_CONTROL = 1, PROFILE_HIGH = 2 /* anything else: the value area's low */ };

/* Volume of bin k at k modulo PROFILE_BINS, of each lane. */
typedef double profile_bins[LANES][PROFILE_BINS];

typedef struct profile {
    vd width, scale;  /* of a bin, and one over it */
    vd low, high;     /* numbers of the lowest and the highest bin */
    vd control, most; /* number and volume of the fullest bin */
    vd total;
    vm undefined;
} profile;

TS_INLINE double *profile_bin(double *bins, int32_t bin) { return &bins[bin & (PROFILE_BINS - 1)]; }

/* The whole number at or below x, from 0 to PROFILE_LIMIT. */
TS_INLINE vd profile_floor(vd x)
{
    vd shift = v_set(0x1p52), nearest = (x + shift) - shift;
    return v_select(v_gt(nearest, x), nearest - v_set(1), nearest);
}

/* Bins 2^doublings as wide; the number and the volume of the fullest then. */
static void profile_coarsen(double *bins, int32_t low, int32_t high, int doublings, double *control, double *most)
{
    double wide[PROFILE_BINS] = {0};
    *most = -TS_INFINITY;
    for (int32_t bin = low; bin <= high;) {
        int32_t number = bin >> doublings;
        double sum = 0;
        for (; bin <= high && bin >> doublings == number; bin++) sum += *profile_bin(bins, bin);
        *profile_bin(wide, number) = sum;
        if (sum > *most) *most = sum, *control = number;
    }
    for (int bin = 0; bin < PROFILE_BINS; bin++) bins[bin] = wide[bin];
}

/* Make room, in every lane, for a price that falls into `bin`: bins as wide as that takes. */
TS_APART void profile_widen(profile *p, profile_bins bins, vd bin)
{
    double low[LANES], high[LANES], added[LANES], control[LANES], most[LANES], factor[LANES];
    v_store(low, p->low), v_store(high, p->high), v_store(added, bin);
    v_store(control, p->control), v_store(most, p->most);
    for (int i = 0; i < LANES; i++) {
        int32_t below = (int32_t)(added[i] < low[i] ? added[i] : low[i]);
        int32_t above = (int32_t)(added[i] > high[i] ? added[i] : high[i]);
        int doublings = 0;
        while ((above >> doublings) - (below >> doublings) >= PROFILE_BINS) doublings++;
        factor[i] = (double)(1 << doublings);
        if (doublings) profile_coarsen(bins[i], (int32_t)low[i], (int32_t)high[i], doublings, &control[i], &most[i]);
    }
    vd wider = v_load(factor), finer = v_set(1) / wider;
    p->width = p->width * wider;
    p->scale = p->scale * finer;
    p->low = profile_floor(p->low * finer);
    p->high = profile_floor(p->high * finer);
    p->control = v_load(control);
    p->most = v_load(most);
}

/* Add each lane's volume to its bin; the bin's volume then. */
TS_INLINE vd profile_count(profile_bins bins, vd bin, vd volume)
{
    double number[LANES], added[LANES], sum[LANES];
    v_store(number, bin), v_store(added, volume);
    TS_UNROLL(8)
    for (int i = 0; i < LANES; i++) sum[i] = *profile_bin(bins[i], (int32_t)number[i]) += added[i];
    return v_load(sum);
}

/* The next older bar of each lane. */
TS_INLINE void profile_add(profile *p, profile_bins bins, vd price, vd volume, vd newest, vd limit)
{
    vm usable = m_and(v_gt(price, v_set(0)), v_lt(price, limit));
    p->undefined = m_or(p->undefined, m_or(m_not(usable), v_undefined(volume)));
    price = v_select(p->undefined, newest, price);
    volume = v_select(p->undefined, v_set(0), volume);
    vd bin = profile_floor(price * p->scale);
    if (m_any(v_ge(v_max(p->high, bin) - v_min(p->low, bin), v_set(PROFILE_BINS)))) {
        profile wider = *p;
        profile_widen(&wider, bins, bin);
        *p = wider;
        bin = profile_floor(price * p->scale);
    }
    p->low = v_min(p->low, bin);
    p->high = v_max(p->high, bin);
    p->total = p->total + volume;
    vd sum = profile_count(bins, bin, volume);
    vm more = m_or(v_gt(sum, p->most), m_and(v_eq(sum, p->most), v_lt(bin, p->control)));
    p->most = v_select(more, sum, p->most);
    p->control = v_select(more, bin, p->control);
}

/* 2^exponent, and the exponent of a normal number. */
static double power_of_two(int exponent) { return double_of((uint64_t)(exponent + 1023) << 52); }

static int exponent_of(double x) { return (int)(bits_of(x) >> 52 & 2047) - 1023; }

/* The finest bins of each lane by its newest price, which becomes 1 where it cannot be used. */
static profile profile_begin(const TS_GLOBAL double *price, vd *newest)
{
    double width[LANES], scale[LANES], used[LANES];
    for (int i = 0; i < LANES; i++) {
        int exponent = exponent_of(price[i]);
        bool fits = price[i] > 0 && exponent > PROFILE_FINEST - 1023 && exponent < 1024;
        used[i] = fits ? price[i] : 1;
        width[i] = power_of_two((fits ? exponent : 0) - PROFILE_FINEST);
        scale[i] = power_of_two(PROFILE_FINEST - (fits ? exponent : 0));
    }
    vd first = *newest = v_load(used), none = v_set(-TS_INFINITY);
    profile p = {v_load(width), v_load(scale), v_set(0), v_set(0), v_set(0), none, v_set(0), m_none()};
    p.undefined = m_not(v_eq(first, v_load(price)));
    p.low = p.high = profile_floor(first * p.scale);
    return p;
}

/* Two bins beyond the value area, those outside the window left out, and the edge with them inside. */
TS_INLINE double profile_next_two(double *bins, int32_t edge, int32_t last, int32_t step)
{
    double sum = edge == last ? 0 : *profile_bin(bins, edge + step);
    return edge == last || edge + step == last ? sum : sum + *profile_bin(bins, edge + 2 * step);
}

TS_INLINE int32_t profile_nearer(int32_t edge, int32_t last, int32_t step)
{
    return edge == last || edge + step == last ? last : edge + 2 * step;
}

/* The value area of one lane; the number of its highest bin, or of its lowest. */
static int32_t profile_edge(double *bins, int32_t bottom, int32_t top, int32_t control, double total, bool upper)
{
    double sum = *profile_bin(bins, control), enough = 0.7 * total;
    int32_t low = control, high = control;
    while (sum < enough && (low > bottom || high < top)) {
        double above = profile_next_two(bins, high, top, 1), below = profile_next_two(bins, low, bottom, -1);
        bool upward = low == bottom || (high < top && above >= below);
        sum += upward ? above : below;
        if (upward) high = profile_nearer(high, top, 1);
        else low = profile_nearer(low, bottom, -1);
    }
    return upper ? high : low;
}

static vd profile_edges(const profile *p, profile_bins bins, bool upper)
{
    double low[LANES], high[LANES], control[LANES], total[LANES], edge[LANES];
    v_store(low, p->low), v_store(high, p->high), v_store(control, p->control), v_store(total, p->total);
    for (int i = 0; i < LANES; i++)
        edge[i] = profile_edge(bins[i], (int32_t)low[i], (int32_t)high[i], (int32_t)control[i], total[i], upper);
    return v_load(edge);
}

TS_INLINE vd profile_value(const profile *p, profile_bins bins, double asked)
{
    vd value = p->control + v_set(0.5);
    if (asked != PROFILE_CONTROL) {
        profile copy = *p;
        value = profile_edges(&copy, bins, asked == PROFILE_HIGH) + v_set(asked == PROFILE_HIGH ? 1 : 0);
    }
    return v_select(m_and(m_not(p->undefined), v_gt(p->total, v_set(0))), value * p->width, v_nan());
}

/* One row at LANES bars. */
TS_INLINE vd ts_volume_profile(const TS_GLOBAL double *price, const TS_GLOBAL double *volume, size_t n, double asked)
{
    profile_bins bins = {{0}};
    vd newest;
    profile p = profile_begin(price, &newest);
    vd limit = p.width * v_set(PROFILE_LIMIT);
    for (size_t i = 0; i < n; i++) profile_add(&p, bins, v_load(price - i), v_load(volume - i), newest, limit);
    return profile_value(&p, bins, asked);
}

#endif
