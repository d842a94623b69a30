/* Sums without rounding error, for all that the definitions call exact: two long doubles hold 128 bits, which is more
 * than a sum of a million prices needs. */
#ifndef TS_TESTS_EXACT_H
#define TS_TESTS_EXACT_H

typedef struct exact {
    long double high, low;
} exact;

/* Add x; what the addition rounds away goes to `low` (Knuth's two-sum). */
static inline void exact_add(exact *sum, long double x)
{
    long double total = sum->high + x, part = total - sum->high;
    sum->low += (sum->high - (total - part)) + (x - part);
    sum->high = total;
}

/* Add weight * x, exact for whole weights up to 2^35: x is split in two halves of at most 29 bits. */
static inline void exact_add_product(exact *sum, double x, double weight)
{
    double top = (float)x;
    exact_add(sum, (long double)top * weight);
    exact_add(sum, (long double)(x - top) * weight);
}

static inline double exact_value(exact sum) { return (double)(sum.high + sum.low); }

/* The correctly rounded sum / divisor. */
double exact_quotient(exact sum, double divisor);

#endif
