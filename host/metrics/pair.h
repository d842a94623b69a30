/* Arithmetic in two doubles: the unevaluated sum hi + lo, about 106 bits, from + - * / alone (Dekker, A Floating-Point
 * Technique for Extending the Available Precision, 1971). Results are good to some units of 2^-104. */
#ifndef TS_HOST_PAIR_H
#define TS_HOST_PAIR_H

typedef struct ts_pair_real {
    double hi, lo;
} ts_pair_real;

static inline ts_pair_real pair_of_sum(double a, double b)
{
    double s = a + b, t = s - a;
    return (ts_pair_real){s, (a - (s - t)) + (b - t)};
}

static inline ts_pair_real pair_add(ts_pair_real a, ts_pair_real b)
{
    ts_pair_real s = pair_of_sum(a.hi, b.hi);
    return pair_of_sum(s.hi, s.lo + a.lo + b.lo);
}

static inline ts_pair_real pair_negative(ts_pair_real a) { return (ts_pair_real){-a.hi, -a.lo}; }

/* Dekker's product: each factor in halves of 26 bits. */
static inline ts_pair_real pair_of_product(double a, double b)
{
    const double split = 134217729; /* 2^27 + 1 */
    double ta = split * a, ha = ta - (ta - a), la = a - ha, tb = split * b, hb = tb - (tb - b), lb = b - hb, p = a * b;
    return (ts_pair_real){p, ((ha * hb - p) + ha * lb + la * hb) + la * lb};
}

static inline ts_pair_real pair_multiply(ts_pair_real a, ts_pair_real b)
{
    ts_pair_real p = pair_of_product(a.hi, b.hi);
    return pair_of_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

static inline ts_pair_real pair_divide(ts_pair_real a, double b)
{
    double q = a.hi / b;
    ts_pair_real p = pair_of_product(q, b);
    return pair_of_sum(q, (a.hi - p.hi - p.lo + a.lo) / b);
}

/* The quotient a / (hi + lo) from that by hi, corrected to first order: lo / hi is at most 2^-53. */
static inline ts_pair_real pair_quotient(ts_pair_real a, ts_pair_real b)
{
    ts_pair_real q = pair_divide(a, b.hi);
    return pair_of_sum(q.hi, q.lo - q.hi * (b.lo / b.hi));
}

#endif
