/* The values of one parameter: min, min + step, ... in exact decimals. */
#ifndef TS_HOST_LATTICE_H
#define TS_HOST_LATTICE_H

#include "host/language/strategy.h"

/* The double nearest to the decimal min + gene * step. */
double ts_lattice_value(const ts_parameter *parameter, int32_t gene);

/* The gene whose value is `value`. Returns 0, or -1 when there is none; *gene is untouched then. */
int ts_lattice_gene(const ts_parameter *parameter, double value, int32_t *gene);

/* Set parameter->steps so that the last value is `max`. TS_BAD_DATA: min, max and step do not fit; names the nearest
 * max. */
int ts_lattice_steps(ts_parameter *parameter, double max, ts_error *error);

#endif
