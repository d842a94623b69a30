/* Fronts of points with several costs each, after Deb, Pratap, Agarwal, Meyarivan: A Fast and Elitist Multiobjective
 * Genetic Algorithm: NSGA-II, IEEE Transactions on Evolutionary Computation 6 (2), 2002.
 *
 * A point beats another when it is nowhere worse and somewhere better. The points that none beats are the front of rank
 * 0; those that only its members beat have rank 1, and so on. */
#ifndef TS_HOST_FRONT_H
#define TS_HOST_FRONT_H

#include "common/error.h"
#include "host/metrics/objective.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Smaller is better; finite, never NaN. */
typedef struct ts_point {
    double cost[TS_OBJECTIVES_MAX];
} ts_point;

bool ts_point_beats(const ts_point *a, const ts_point *b, size_t objectives);

/* rank[i] of every point. */
int ts_front_ranks(const ts_point *points, size_t count, size_t objectives, uint32_t *rank, ts_error *error);

/* How far the neighbours of each point are apart along its front, summed over the objectives, each relative to the
 * front's extent: large is lonely. The ends are infinitely lonely; an objective in which the whole front is equal says
 * nothing. Of points that are equal in an objective the first in the list counts as the smaller one. */
int ts_front_crowding(const ts_point *points, const uint32_t *rank, size_t count, size_t objectives, double *crowding,
                      ts_error *error);

#endif
