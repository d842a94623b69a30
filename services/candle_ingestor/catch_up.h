/* What is asked of the exchange's REST interface: everything that the store lacks since the back-fill's beginning, and
 * minutes whose trades did not all come. */
#ifndef TS_SERVICES_CANDLE_INGESTOR_CATCH_UP_H
#define TS_SERVICES_CANDLE_INGESTOR_CATCH_UP_H

#include "services/candle_ingestor/exchange_clock.h"
#include "services/candle_ingestor/keeper.h"
#include "services/candle_ingestor/wanted.h"

typedef struct ts_catch_up {
    ts_candle_source *source;
    ts_keeper *keeper;
    ts_wanted *wanted;
    ts_exchange_clock *clock;
    const ts_symbols *symbols;
    int64_t grace_ms;       /* a minute is final so long after its end */
    int64_t backfill_ms;    /* how far back candles are wanted */
    _Atomic size_t refused; /* symbols that the exchange does not know */
    _Atomic size_t parked;  /* ranges of which it gave no good answer while it gave others */
    _Atomic bool away;      /* it did not answer the last time */
} ts_catch_up;

/* Learn the exchange's time. Best effort: without an answer this machine's clock is believed. */
void ts_catch_up_clock(ts_catch_up *state);

/* The end of the last minute that is final now. */
int64_t ts_catch_up_final(const ts_catch_up *state);

/* Want all that the store lacks of each symbol up to now. */
int ts_catch_up_plan(ts_catch_up *state, ts_error *error);

/* After a start: want the last minutes from trades again. Whoever died may have been about to learn that a trade of
 * theirs had come late. */
int ts_catch_up_recheck(ts_catch_up *state, int64_t minutes, ts_error *error);

/* Want all final minutes since `*since_ms` again, to compare them; it becomes where they end. */
int ts_catch_up_audit(ts_catch_up *state, int64_t *since_ms, ts_error *error);

/* Ask for one range that is wanted. `did`: there was one. A symbol that the exchange does not know is warned of and
 * left alone for an hour. A range of which it has no good answer waits for ten minutes while others are asked for.
 * TS_UNAVAILABLE: the exchange is away, the range is still wanted. */
int ts_catch_up_step(ts_catch_up *state, bool *did, ts_error *error);

#endif
