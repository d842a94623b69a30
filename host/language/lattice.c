#include "host/language/lattice.h"

#include "common/strbuf.h"

#include <math.h>

static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

enum { SCALES = sizeof powers / sizeof powers[0], STEPS_MAX = 1000000000 };

static const double EXACT = 9007199254740992.0; /* 2^53: whole numbers up to here are doubles */

/* Is `value` the double nearest to a decimal of so many places? Then *units is that decimal without its point. */
static bool in_units(double value, double power, double *units)
{
    *units = nearbyint(value * power);
    return fabs(*units) < EXACT && *units / power == value;
}

/* The smallest power of ten that makes min and step whole; 0 when there is none. */
static double scale_of(const ts_parameter *parameter, double *min, double *step)
{
    for (int i = 0; i < SCALES; i++)
        if (in_units(parameter->min, powers[i], min) && in_units(parameter->step, powers[i], step)) return powers[i];
    return 0;
}

double ts_lattice_value(const ts_parameter *parameter, int32_t gene)
{
    double min, step, power = scale_of(parameter, &min, &step);
    if (power == 0) return parameter->min + gene * parameter->step;
    double units = min + gene * step;
    return fabs(units) < EXACT ? units / power : parameter->min + gene * parameter->step;
}

int ts_lattice_gene(const ts_parameter *parameter, double value, int32_t *gene)
{
    double guess = nearbyint((value - parameter->min) / parameter->step);
    if (!(guess >= 0 && guess < parameter->steps)) return -1;
    if (ts_lattice_value(parameter, (int32_t)guess) != value) return -1;
    *gene = (int32_t)guess;
    return 0;
}

int ts_lattice_steps(ts_parameter *parameter, double max, ts_error *error)
{
    if (!(parameter->step > 0)) return ts_fail(error, TS_BAD_DATA, "expected a step above 0");
    if (!(max >= parameter->min)) return ts_fail(error, TS_BAD_DATA, "expected a max that is not below min");
    double last = nearbyint((max - parameter->min) / parameter->step);
    if (!(last < STEPS_MAX)) return ts_fail(error, TS_BAD_DATA, "has more than %d values", STEPS_MAX);
    parameter->steps = (int32_t)last + 1;
    double reached = ts_lattice_value(parameter, (int32_t)last);
    if (reached == max) return 0;
    ts_strbuf text = {0};
    ts_strbuf_real(&text, max, "?");
    ts_strbuf_puts(&text, " is not reached from ");
    ts_strbuf_real(&text, parameter->min, "?");
    ts_strbuf_puts(&text, " in steps of ");
    ts_strbuf_real(&text, parameter->step, "?");
    ts_strbuf_puts(&text, "; the nearest is ");
    ts_strbuf_real(&text, reached, "?");
    ts_fail(error, TS_BAD_DATA, "max %s", text.text ? text.text : "is not reached");
    ts_strbuf_clear(&text);
    return -1;
}
