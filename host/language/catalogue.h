/* The catalogue: the strategy files of a folder, in order of their names. */
#ifndef TS_HOST_CATALOGUE_H
#define TS_HOST_CATALOGUE_H

#include "host/language/strategy.h"

typedef struct ts_catalogue {
    ts_strategy **strategy;
    size_t count;
} ts_catalogue;

/* Load every *.json of `folder` (NULL: $TRADESTREAM_STRATEGIES, else ../share/tradestream/strategies beside the
 * program's folder, else the source tree's data/strategies). Two files of one name are an error. */
int ts_catalogue_load(const char *folder, ts_catalogue *catalogue, ts_error *error);
void ts_catalogue_clear(ts_catalogue *catalogue);

/* By name, NULL when absent. */
const ts_strategy *ts_catalogue_find(const ts_catalogue *catalogue, const char *name);

/* The strategies of "all" or "A,B": borrowed pointers, in the order of the catalogue, each once. `chosen` has room for
 * catalogue->count; returns how many, or 0 with TS_USAGE naming an unknown one and the closest name. */
size_t ts_catalogue_choose(const ts_catalogue *catalogue, const char *names, const ts_strategy **chosen,
                           ts_error *error);

#endif
