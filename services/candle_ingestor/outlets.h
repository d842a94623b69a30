/* InfluxDB and Kafka, as far as the settings name them: each is told of every candle and drains in a thread of its own,
 * so that one that is away keeps nobody waiting. */
#ifndef TS_SERVICES_CANDLE_INGESTOR_OUTLETS_H
#define TS_SERVICES_CANDLE_INGESTOR_OUTLETS_H

#include "common/settings.h"
#include "data/bus/config.h"
#include "data/influx/influx.h"
#include "services/candles/candle_topic.h"
#include "services/service/meter.h"
#include "services/service/service.h"

#include <pthread.h>

typedef struct ts_outlets_settings {
    const char *state; /* the folder of their files */
    ts_texts kafka;
    const char *topic;
    const char *influx_url, *database, *retention_policy, *user, *org, *bucket, *ca_file;
    ts_secret_value token, password;
} ts_outlets_settings;

enum { TS_OUTLETS = 2 };

typedef struct ts_outlets {
    ts_bus_config config;
    ts_influx *influx;
    ts_candle_topic *topic;
    struct ts_outlet_lane {
        const char *name;
        ts_outlet *outlet;
        pthread_t thread;
        bool running;
        _Atomic bool *stop;
        ts_outlet_state seen; /* what the meters have counted */
    } lane[TS_OUTLETS];
    size_t count;
    _Atomic bool stop;
} ts_outlets;

extern const ts_meter ts_outlets_meters[];

/* Open those that are named; `store` is the root of the store that they catch up from. Waits for none of them. */
int ts_outlets_open(const ts_outlets_settings *settings, const char *store, ts_outlets *outlets, ts_error *error);

/* Begin to drain; and end: what is not sent stays for the next time. */
int ts_outlets_start(ts_outlets *outlets, ts_error *error);
void ts_outlets_close(ts_outlets *outlets);

/* Drain all for so many seconds at most, without threads; those that are away are warned of. */
void ts_outlets_drain(ts_outlets *outlets, double seconds);

/* What ts_outlet_... says, of each. */
int ts_outlets_add(ts_outlets *outlets, const ts_store_key *key, ts_error *error);
int ts_outlets_offer(ts_outlets *outlets, const char *exchange, const ts_live_bar *bars, size_t count, ts_error *error);
int ts_outlets_changing(ts_outlets *outlets, const ts_store_key *key, int64_t from_ms, int64_t to_ms, ts_error *error);
int ts_outlets_changed(ts_outlets *outlets, const ts_store_key *key, ts_error *error);

/* Bring the meters up to date. */
void ts_outlets_measure(ts_outlets *outlets);

#endif
