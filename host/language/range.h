/* What values a NUMBER tree can take, by interval arithmetic, and whether they fit where the number is used. */
#ifndef TS_HOST_RANGE_H
#define TS_HOST_RANGE_H

#include "common/error.h"
#include "host/language/expression.h"
#include "host/language/strategy.h"

typedef struct ts_range {
    double low, high; /* inclusive */
    bool whole;       /* whole numbers only; never said of a quotient */
    bool known;       /* false: a PARAMETER or ARGUMENT was met whose range is not given */
} ts_range;

/* The range of `number`; leaf[i] is that of parameter or argument i, leaf NULL leaves them unknown. */
ts_range ts_number_range(const ts_expression *number, const ts_range *leaf);

/* The ranges of a strategy's parameters. */
void ts_parameter_ranges(const ts_strategy *strategy, ts_range leaf[TS_PARAMETERS_MAX]);

/* Check every number argument and every lag of `tree` against its bounds: those whose range is known. Where the bounds
 * of a strategy's parameters leave them, only its valid genomes count, if they can be tried; `strategy` NULL: there is
 * none. TS_BAD_DATA names the column, the argument and both ranges. */
int ts_numbers_check(const ts_expression *tree, const ts_range *leaf, const ts_strategy *strategy, ts_error *error);

/* The same of this node alone. */
int ts_node_check(const ts_expression *node, const ts_range *leaf, const ts_strategy *strategy, ts_error *error);

#endif
