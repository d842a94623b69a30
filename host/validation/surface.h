/* The surface around a winner: the scores of the genomes that differ from it in the two parameters on which its score
 * depends the most. */
#ifndef TS_HOST_SURFACE_H
#define TS_HOST_SURFACE_H

#include "host/engine/engine.h"
#include "host/metrics/objective.h"

enum { TS_SURFACE_REACH = 5, TS_SURFACE_SIDE = 2 * TS_SURFACE_REACH + 1 };

/* Cell (r, c) has the genes first[0] + r and first[1] + c of the two parameters. */
typedef struct ts_surface {
    int parameter[2];           /* down, across; -1: the strategy has no such one */
    int32_t first[2], count[2]; /* genes; count 1 where there is no parameter */
    int32_t own[2];             /* the winner's cell */
    ts_standing cell[TS_SURFACE_SIDE][TS_SURFACE_SIDE];
    bool valid[TS_SURFACE_SIDE][TS_SURFACE_SIDE]; /* `require` lets it pass */
} ts_surface;

/* TS_SURFACE_REACH steps to each side, as far as the parameters' bounds allow. The parameters are those whose own steps
 * to both sides change the score the most; ties by place. */
int ts_surface_measure(ts_engine *engine, const ts_market *market, const ts_strategy *strategy, const ts_genome *genome,
                       const ts_objective *objective, ts_surface *surface, ts_error *error);

#endif
