/* Minutes as the feed gives them out, on their way to the keeper: bars are collected and kept together, dirty minutes
 * are asked of REST, empty ones are noted from time to time. One thread. */
#ifndef TS_SERVICES_CANDLE_INGESTOR_MINUTES_IN_H
#define TS_SERVICES_CANDLE_INGESTOR_MINUTES_IN_H

#include "ingest/minutes.h"
#include "services/candle_ingestor/exchange_clock.h"
#include "services/candle_ingestor/keeper.h"
#include "services/candle_ingestor/wanted.h"

enum { TS_MINUTES_WAITING = 100000 }; /* bars that a full disk keeps waiting; beyond, REST is asked for them */

typedef struct ts_minutes_in {
    ts_keeper *keeper;
    ts_wanted *wanted;
    ts_exchange_clock *clock;
    const ts_symbols *symbols;
    int64_t grace_ms;
    int64_t *next_ms; /* of each symbol: all before was given out or asked for */
    ts_live_bar *bar, *doubtful;
    size_t bars, room;
    double noted; /* when empty minutes were noted last */
    bool full;    /* the store could not take them the last time */
} ts_minutes_in;

/* The first four fields and the grace are filled. `from_ms`: what is before was asked of REST. */
int ts_minutes_in_open(ts_minutes_in *in, int64_t from_ms, ts_error *error);
void ts_minutes_in_close(ts_minutes_in *in);

/* For the feed; `context` is the ts_minutes_in. */
ts_minute_sink ts_minutes_in_take;

/* Give what was collected to the keeper. When it cannot take it (the disk is full) it is kept for the next time, with a
 * warning. `all`: empty minutes, too. */
void ts_minutes_in_keep(ts_minutes_in *in, bool all);

#endif
