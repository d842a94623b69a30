/* One other system that gets the candles of the store, too: InfluxDB, Kafka. It may be away for days: the candle store
 * is what is caught up from, and all that is kept here is how far each series has been sent (sent.h). Every candle
 * arrives at least once; what arrives twice must be recognised there.
 *
 * The store is written first, and then the outlet is told:
 *   a candle later than all that the store holds of its series:  store it, ts_outlet_offer
 *   anything else (a gap filled, a back-fill, a correction):     ts_outlet_changing, store it, ts_outlet_changed
 * One thread drains; the others may be told of candles meanwhile. */
#ifndef TS_DATA_OUTLET_H
#define TS_DATA_OUTLET_H

#include "data/candles/journal.h"
#include "data/candles/store.h"

typedef struct ts_outlet ts_outlet;

typedef struct ts_outlet_row {
    const ts_store_key *series; /* its root is NULL */
    ts_candle candle;
    const char *source; /* "trades" or "rest"; NULL: nobody knows any more */
} ts_outlet_row;

typedef struct ts_outlet_answer {
    size_t skipped;       /* rows that the other system will never take, such as those beyond its retention */
    double retry_seconds; /* after a failure: how long it asked to be left alone; 0: it did not say */
} ts_outlet_answer;

/* A system: one const struct each. */
typedef struct ts_outlet_kind {
    const char *name; /* part of the file's name */
    size_t batch;     /* rows that it takes at once, at most */
    /* Returns 0 when all rows are safe there, or skipped for ever. TS_UNAVAILABLE: it may take them later. Any other
     * error is one that somebody must set right. After an error some of the rows may be there. */
    int (*send)(void *sink, const ts_outlet_row *rows, size_t count, ts_outlet_answer *answer, ts_error *error);
} ts_outlet_kind;

/* Fill the empty series with the candles of `key` from `from_ms` to before `to_ms`; none is no error. Called by the
 * thread that drains. */
typedef int (*ts_outlet_read)(void *context, const ts_store_key *key, int64_t from_ms, int64_t to_ms, ts_series *into,
                              ts_error *error);

/* The usual one: `context` is the store's root, a text. Reads the whole series each time. */
int ts_outlet_read_store(void *context, const ts_store_key *key, int64_t from_ms, int64_t to_ms, ts_series *into,
                         ts_error *error);

typedef struct ts_outlet_setup {
    const ts_outlet_kind *kind;
    void *sink;         /* for kind->send; the caller's to close, after the outlet */
    const char *folder; /* where the file goes; made when it is not there */
    const char *target; /* which server, database, topic: another one is sent everything */
    ts_outlet_read read;
    void *context;
    int64_t from_ms; /* candles before are not sent; 0: all */
} ts_outlet_setup;

/* TS_BAD_DATA: the file is damaged; its text says what to do. Does not wait for the other system. */
ts_outlet *ts_outlet_open(const ts_outlet_setup *setup, ts_error *error);
void ts_outlet_close(ts_outlet *outlet); /* what is not sent yet stays for the next time */

/* The store has this series: what of it was not sent yet is sent by ts_outlet_drain. For each when a program starts. */
int ts_outlet_add(ts_outlet *outlet, const ts_store_key *key, ts_error *error);

/* New candles of an exchange, which the store holds, as they went to ts_live_append. Only -1 for lack of memory, and
 * then nothing is lost either: it is read from the store. */
int ts_outlet_offer(ts_outlet *outlet, const char *exchange, const ts_live_bar *bars, size_t count, ts_error *error);

/* Candles of this time are about to change in the store, and have. The first makes that durable, so that it may cover
 * much at once; the range is sent again after the second, or after the next start. */
int ts_outlet_changing(ts_outlet *outlet, const ts_store_key *key, int64_t from_ms, int64_t to_ms, ts_error *error);
int ts_outlet_changed(ts_outlet *outlet, const ts_store_key *key, ts_error *error);

/* Send what is not sent yet, for `seconds` at most. TS_UNAVAILABLE: the other system is away; TS_RUN_AGAIN: there is
 * more to send; TS_BAD_DATA: a series cannot be read, the others were sent. Other errors are those of the system. */
int ts_outlet_drain(ts_outlet *outlet, double seconds, ts_error *error);

typedef struct ts_outlet_state {
    uint64_t sent, skipped; /* rows since it was opened; those sent again count again */
    uint64_t batches, failures;
    size_t waiting; /* rows in memory */
    size_t behind;  /* series that the store may hold more of than was sent */
    double
        pause_seconds; /* to wait before the next drain: after failures as long as was asked for, or longer each time */
} ts_outlet_state;
ts_outlet_state ts_outlet_look(ts_outlet *outlet);

#endif
