/* The quotient of an exact sum, rounded once. */
#include "tests/oracle/exact.h"

__extension__ typedef __float128 quad; /* 113 bits */

double exact_quotient(exact sum, double divisor)
{
    long double quotient = (sum.high + sum.low) / divisor;
    long double doubt = (quotient < 0 ? -quotient : quotient) * 0x1p-61L;
    double below = (double)(quotient - doubt), above = (double)(quotient + doubt);
    if (below == above) return below;
    return (double)(((quad)sum.high + sum.low) /
                    divisor); /* so near the middle of two doubles that 64 bits cannot tell */
}
