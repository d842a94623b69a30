/* The standard normal distribution from + - * / and sqrt alone: the same bits on every machine. */
#ifndef TS_HOST_NORMAL_H
#define TS_HOST_NORMAL_H

/* P(Z <= x), within 1 unit in the last place of the result in the far tail too. 0 below -38.6, 1 above 8.3, NaN for
 * NaN. */
double ts_normal_cdf(double x);

/* The x with P(Z <= x) = p, within 1 unit in the last place of x. Infinite at 0 and 1, NaN outside them. */
double ts_normal_quantile(double p);

#endif
