/* Several objectives at once, of which none is worth more than another: a search then looks for the genomes that no
 * other one beats in all of them, the front. */
#ifndef TS_HOST_OBJECTIVES_H
#define TS_HOST_OBJECTIVES_H

#include "host/metrics/objective.h"

#include <stddef.h>

/* Those beside the first, which also carries the limits of what is feasible; none: one objective, one best genome. */
typedef struct ts_objectives {
    size_t count;
    ts_objective of[TS_ALSO_MAX];
} ts_objectives;

/* "sharpe" or "sharpe,max_drawdown": keys of ts_objective_parse; the limits of `first` are left as they are. TS_USAGE
 * when one is unknown, named twice, or there are more than TS_OBJECTIVES_MAX. */
int ts_objectives_parse(const char *text, ts_objective *first, ts_objectives *also, ts_error *error);

/* Feasible when ts_objective_stand says so and every score is defined. */
ts_standing ts_objectives_stand(const ts_objective *first, const ts_objectives *also, const ts_metrics *metrics);

/* The scores of a feasible genome so that the smaller is the better one. */
void ts_objectives_costs(const ts_objective *first, const ts_objectives *also, const ts_standing *standing,
                         double cost[TS_OBJECTIVES_MAX]);

/* The keys as the array "objectives" of the open object, and as text: "sharpe,max_drawdown". */
void ts_objectives_json(ts_json *json, const ts_objective *first, const ts_objectives *also);
void ts_objectives_text(ts_strbuf *text, const ts_objective *first, const ts_objectives *also);

#endif
