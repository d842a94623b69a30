/* A strategy that was never named: --entry, --exit, --let and --param on the command line. */
#ifndef TS_SERVICES_TRADESTREAM_EXPRESSION_STRATEGY_H
#define TS_SERVICES_TRADESTREAM_EXPRESSION_STRATEGY_H

#include "host/language/strategy.h"
#include "services/tradestream/options.h"

/* "name=text" of an option. */
typedef struct ts_assignment {
    char name[48];
    const char *text; /* borrowed */
    const char *option;
} ts_assignment;

/* TS_USAGE when there is no name or no '='. */
int ts_assignment_read(const char *text, const char *option, ts_assignment *assignment, ts_error *error);

/* Its text as a number. */
int ts_assignment_number(const ts_assignment *assignment, double *value, ts_error *error);

/* Its parameters have one value each: genome 0 is the only one. NULL with TS_USAGE or TS_BAD_DATA. */
ts_strategy *ts_expression_strategy(const ts_options *options, ts_error *error);

#endif
