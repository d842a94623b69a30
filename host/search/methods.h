/* The ways to search; ts_search_run chooses one. Each asks for trials until it or the budget ends. */
#ifndef TS_HOST_METHODS_H
#define TS_HOST_METHODS_H

#include "common/philox.h"
#include "host/search/trials.h"

#include <stdbool.h>

int ts_search_exhaustive(ts_trials *trials, ts_error *error);
int ts_search_random(ts_trials *trials, ts_error *error);
int ts_search_genetic(ts_trials *trials, ts_error *error);
int ts_search_nsga2(ts_trials *trials, ts_error *error);

/* A uniform point of the lattice, and a uniform valid one: redrawn a bounded number of times, then the next valid point
 * in lattice order. False when no valid point was found within the bound. */
ts_genome ts_draw_point(const ts_strategy *strategy, ts_draws *draws);
bool ts_draw_genome(const ts_strategy *strategy, ts_draws *draws, ts_genome *genome);

/* A valid child of two parents. One that is invalid is bred again, at last a parent is taken as it is; one that was met
 * before is changed further. */
ts_genome ts_breed_child(const ts_trials *trials, const ts_genome *a, const ts_genome *b, ts_draws *draws);

/* The error of a strategy whose `require` no genome satisfies. Returns -1. */
int ts_search_no_genome(const ts_strategy *strategy, ts_error *error);

#endif
