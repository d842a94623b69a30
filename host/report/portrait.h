/* A portrait of a winner: all that is drawn of it, computed anew from the candles. */
#ifndef TS_HOST_PORTRAIT_H
#define TS_HOST_PORTRAIT_H

#include "host/validation/examination.h"
#include "host/validation/stitched.h"
#include "host/validation/surface.h"

typedef struct ts_portrait {
    int64_t *time; /* of the curve's bars; of a walk-forward only those of its test windows */
    ts_stitched curve;
    ts_trade *trade;
    size_t trades, room;
    ts_metrics metrics;
    ts_surface surface;
} ts_portrait;

/* Of what an examination looks at: its segments are what is drawn, the surface is measured where the genome was found.
 * Freed with ts_portrait_clear. */
int ts_portrait_make(ts_engine *engine, const ts_subject *subject, ts_portrait *portrait, ts_error *error);
/* The same without the surface, which is left empty. */
int ts_portrait_trace(ts_engine *engine, const ts_subject *subject, ts_portrait *portrait, ts_error *error);
void ts_portrait_clear(ts_portrait *portrait);

#endif
