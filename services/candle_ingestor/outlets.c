#define _GNU_SOURCE
#include "services/candle_ingestor/outlets.h"

#include "common/clock.h"
#include "common/log.h"

#include <stdlib.h>
#include <string.h>

static const double drain_seconds = 1, idle_seconds = 0.2;

enum { SENT, SKIPPED, FAILURES, WAITING, BEHIND };

const ts_meter ts_outlets_meters[] = {
    [SENT] = {"tradestream_outlet_candles_sent_total", TS_COUNTER, "outlet", NULL,
              "Candles that the other system has taken; those sent again count again."},
    [SKIPPED] = {"tradestream_outlet_candles_skipped_total", TS_COUNTER, "outlet", NULL,
                 "Candles that it will never take, such as those beyond its retention."},
    [FAILURES] = {"tradestream_outlet_failures_total", TS_COUNTER, "outlet", NULL, "Tries that failed."},
    [WAITING] = {"tradestream_outlet_waiting", TS_GAUGE, "outlet", NULL, "Candles in memory, to be sent."},
    [BEHIND] = {"tradestream_outlet_series_behind", TS_GAUGE, "outlet", NULL,
                "Series of which the store may hold more than was sent."},
    {0}};

static int add_lane(ts_outlets *outlets, const ts_outlet_setup *setup, ts_error *error)
{
    struct ts_outlet_lane *lane = &outlets->lane[outlets->count];
    lane->name = setup->kind->name;
    lane->stop = &outlets->stop;
    lane->outlet = ts_outlet_open(setup, error);
    if (!lane->outlet) return -1;
    outlets->count++;
    return 0;
}

static int open_influx(const ts_outlets_settings *s, ts_outlets *outlets, ts_outlet_setup setup, ts_error *error)
{
    const ts_influx_setup server = {.url = s->influx_url,
                                    .database = s->database,
                                    .retention_policy = s->retention_policy,
                                    .user = s->user,
                                    .password = s->password.value,
                                    .org = s->org,
                                    .bucket = s->bucket,
                                    .token = s->token.value,
                                    .ca_file = s->ca_file};
    outlets->influx = ts_influx_open(&server, error);
    if (!outlets->influx) return -1;
    setup.kind = &ts_outlet_influx;
    setup.sink = outlets->influx;
    setup.target = ts_influx_target(outlets->influx);
    return add_lane(outlets, &setup, error);
}

static int open_kafka(const ts_outlets_settings *s, ts_outlets *outlets, ts_outlet_setup setup, ts_error *error)
{
    if (ts_bus_config_read(&s->kafka, &outlets->config, error)) return -1;
    outlets->topic = ts_candle_topic_open(&outlets->config, s->topic, 0, error);
    if (!outlets->topic) return -1;
    setup.kind = &ts_outlet_kafka;
    setup.sink = outlets->topic;
    setup.target = s->topic;
    return add_lane(outlets, &setup, error);
}

int ts_outlets_open(const ts_outlets_settings *s, const char *store, ts_outlets *outlets, ts_error *error)
{
    const ts_outlet_setup setup = {
        .folder = s->state, .read = ts_outlet_read_store, .context = (void *)(uintptr_t)store};
    if (s->influx_url && open_influx(s, outlets, setup, error)) return ts_error_context(error, "InfluxDB");
    const char *brokers = getenv("KAFKA_BOOTSTRAP_SERVERS");
    if ((s->kafka.count || (brokers && *brokers)) && open_kafka(s, outlets, setup, error))
        return ts_error_context(error, "Kafka");
    return 0;
}

/* What an outlet's failure means: it goes on by itself, somebody may want to know. */
static void tell(const struct ts_outlet_lane *lane, const ts_error *why)
{
    if (why->code != TS_RUN_AGAIN) ts_log_warning("%s: %s", lane->name, why->text);
}

static void wait_for(const struct ts_outlet_lane *lane, double seconds)
{
    double until = ts_clock_seconds() + seconds;
    while (!*lane->stop && ts_clock_seconds() < until) {
        struct timespec span = {0, 50000000};
        nanosleep(&span, NULL);
    }
}

static void *drain_always(void *context)
{
    struct ts_outlet_lane *lane = context;
    int last = 0;
    while (!*lane->stop) {
        ts_error why = {0};
        int status = ts_outlet_drain(lane->outlet, drain_seconds, &why);
        if (status && why.code != last) tell(lane, &why); /* once for each kind of trouble */
        if (!status && last) ts_log_info("%s: takes candles again", lane->name);
        if (!status || why.code != TS_RUN_AGAIN) last = status ? (int)why.code : 0;
        double pause = ts_outlet_look(lane->outlet).pause_seconds;
        if (!status || pause > idle_seconds) wait_for(lane, pause > idle_seconds ? pause : idle_seconds);
        else if (why.code != TS_RUN_AGAIN) wait_for(lane, 1);
    }
    return NULL;
}

int ts_outlets_start(ts_outlets *outlets, ts_error *error)
{
    for (size_t i = 0; i < outlets->count; i++) {
        struct ts_outlet_lane *lane = &outlets->lane[i];
        lane->running = !pthread_create(&lane->thread, NULL, drain_always, lane);
        if (!lane->running) return ts_fail(error, TS_FAILED, "a thread cannot be started");
    }
    return 0;
}

void ts_outlets_drain(ts_outlets *outlets, double seconds)
{
    for (size_t i = 0; i < outlets->count; i++) {
        ts_error why = {0};
        if (!ts_outlet_drain(outlets->lane[i].outlet, seconds, &why)) continue;
        ts_log_warning("%s: %s; what is not sent yet is sent the next time", outlets->lane[i].name, why.text);
    }
}

void ts_outlets_close(ts_outlets *outlets)
{
    outlets->stop = true;
    for (size_t i = 0; i < outlets->count; i++) {
        if (outlets->lane[i].running) pthread_join(outlets->lane[i].thread, NULL);
        ts_outlet_close(outlets->lane[i].outlet);
    }
    ts_candle_topic_close(outlets->topic);
    ts_influx_close(outlets->influx);
    ts_bus_config_clear(&outlets->config);
    outlets->count = 0;
}

/* One that fails keeps none of the others from hearing of it. */
int ts_outlets_add(ts_outlets *outlets, const ts_store_key *key, ts_error *error)
{
    int status = 0;
    for (size_t i = 0; i < outlets->count; i++) status |= ts_outlet_add(outlets->lane[i].outlet, key, error);
    return status;
}

int ts_outlets_offer(ts_outlets *outlets, const char *exchange, const ts_live_bar *bars, size_t count, ts_error *error)
{
    int status = 0;
    for (size_t i = 0; i < outlets->count; i++)
        status |= ts_outlet_offer(outlets->lane[i].outlet, exchange, bars, count, error);
    return status;
}

/* All or none: an outlet that was told of a change which then is not made would hold the range back for ever. */
int ts_outlets_changing(ts_outlets *outlets, const ts_store_key *key, int64_t from_ms, int64_t to_ms, ts_error *error)
{
    for (size_t i = 0; i < outlets->count; i++) {
        if (!ts_outlet_changing(outlets->lane[i].outlet, key, from_ms, to_ms, error)) continue;
        ts_error unseen = {0};
        while (i-- > 0) ts_outlet_changed(outlets->lane[i].outlet, key, &unseen);
        return -1;
    }
    return 0;
}

int ts_outlets_changed(ts_outlets *outlets, const ts_store_key *key, ts_error *error)
{
    int status = 0;
    for (size_t i = 0; i < outlets->count; i++) status |= ts_outlet_changed(outlets->lane[i].outlet, key, error);
    return status;
}

void ts_outlets_measure(ts_outlets *outlets)
{
    for (size_t i = 0; i < outlets->count; i++) {
        struct ts_outlet_lane *lane = &outlets->lane[i];
        ts_outlet_state now = ts_outlet_look(lane->outlet);
        ts_meter_count(&ts_outlets_meters[SENT], (double)(now.sent - lane->seen.sent), lane->name, NULL);
        ts_meter_count(&ts_outlets_meters[SKIPPED], (double)(now.skipped - lane->seen.skipped), lane->name, NULL);
        ts_meter_count(&ts_outlets_meters[FAILURES], (double)(now.failures - lane->seen.failures), lane->name, NULL);
        ts_meter_set(&ts_outlets_meters[WAITING], (double)now.waiting, lane->name, NULL);
        ts_meter_set(&ts_outlets_meters[BEHIND], (double)now.behind, lane->name, NULL);
        lane->seen = now;
    }
}
