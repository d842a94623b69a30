/* What the parts of candle_ingestor share: its settings, and what they open. */
#ifndef TS_SERVICES_CANDLE_INGESTOR_INGESTOR_H
#define TS_SERVICES_CANDLE_INGESTOR_INGESTOR_H

#include "services/candle_ingestor/catch_up.h"
#include "services/candle_ingestor/ingestor_meters.h"
#include "services/candle_ingestor/minutes_in.h"

enum { TS_SOURCE_ADVANCED, TS_SOURCE_EXCHANGE };
enum { TS_STATE_PATH = 4096 };

typedef struct ingestor_settings {
    ts_service_settings service;
    const char *store, *exchange, *symbols, *rest_url, *feed_url, *ca_file;
    ts_secret_value redis;
    ts_outlets_settings out;
    int64_t backfill_days, audit;
    double grace, rate, drain, reconnect, list_seconds;
    int source;
    /* opened */
    char state[TS_STATE_PATH]; /* the folder of the outlets' files, where none is said */
    ts_symbols list, next;     /* what is taken in now; and what replaces it, as Redis has another list */
    _Atomic bool renew;        /* there is a next one */
    ts_outlets outlets;
    ts_keeper *keeper;
    ts_wanted wanted;
    ts_exchange_clock clock;
    ts_candle_source *rest;
    ts_catch_up catch_up;
    ts_minutes_in minutes;
    ts_feed *feed;
    pthread_t worker;
    bool working;
    _Atomic size_t feed_symbols, feed_covered; /* whose trades are wanted, and received */
    ts_ingestor_now seen;                      /* what the meters have counted */
} ingestor_settings;

enum { ADVANCED, EXCHANGE };

/* All that belongs to the list of symbols: the keeper, and what is wanted. */
int ts_ingestor_open_list(ingestor_settings *s, ts_error *error);
void ts_ingestor_close_list(ingestor_settings *s);

/* Read Redis' list again: whether it names other symbols, which are then `next`. One that is gone or cannot be had is
 * no reason to change anything. */
bool ts_ingestor_look_at_list(ingestor_settings *s);

/* Take the next list in the place of this one. */
int ts_ingestor_change_list(ingestor_settings *s, ts_error *error);

/* Everything that is missing now, once: a ts_service.once. */
int ts_ingestor_once(void *settings, ts_error *error);

/* The feed, and REST beside it, until the end: a ts_service.daemon. */
int ts_ingestor_serve(void *settings, ts_error *error);

#endif
