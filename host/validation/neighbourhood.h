/* The plateau of a winner: how well the genomes do that are one step away from it. A winner on a peak of its own is
 * luck or a number fitted to a day; on a plateau its neighbours earn much the same. */
#ifndef TS_HOST_NEIGHBOURHOOD_H
#define TS_HOST_NEIGHBOURHOOD_H

#include "host/engine/engine.h"
#include "host/metrics/objective.h"

enum { TS_NEIGHBOURS_MOST = 729 };

typedef struct ts_plateau {
    size_t neighbours; /* valid genomes, the winner not among them */
    size_t feasible;   /* of them */
    double median;     /* score; an infeasible one counts as the worst; NaN when most are */
} ts_plateau;

/* The genomes that differ from `genome` by at most a step in every parameter; by a step in one alone when the strategy
 * has more than 6 parameters. Only those within the bounds that `require` lets pass. Returns how many, at most
 * TS_NEIGHBOURS_MOST. */
size_t ts_neighbours(const ts_strategy *strategy, const ts_genome *genome, ts_genome *neighbours);

/* The neighbours' scores on the market. */
int ts_plateau_measure(ts_engine *engine, const ts_market *market, const ts_strategy *strategy, const ts_genome *genome,
                       const ts_objective *objective, ts_plateau *plateau, ts_error *error);

#endif
