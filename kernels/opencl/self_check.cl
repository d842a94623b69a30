/* Every expression of self_check.def, for each triple of operands: COUNT results a work-item, as bits. */
#define ROOT(x)      sqrt(x)
#define FMA(x, y, z) fma(x, y, z)
#define MAGNITUDE(x) fabs(x)
#define LOW(x)       ((uint)as_ulong(x))

kernel void self_check(global const double *operands, global ulong *results)
{
    const size_t i = get_global_id(0);
    const double a = operands[3 * i], b = operands[3 * i + 1], c = operands[3 * i + 2];
    ulong k = i * COUNT;
#define TS_CHECK(name, expression, shown) results[k++] = as_ulong((double)(expression));
#include "kernels/opencl/self_check.def"
}
