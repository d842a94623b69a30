/* Where the winners of a run go beside its folder: --sink kafka:...,postgres:...,file:...
 *
 * Each kind is one row of a table and one file. A winner's ids depend on the run and on what was computed only, so what
 * is published again, after a failure in the middle or by mistake, is recognised everywhere. */
#ifndef TS_SERVICES_TRADESTREAM_SINKS_H
#define TS_SERVICES_TRADESTREAM_SINKS_H

#include "common/settings.h"
#include "host/report/equity_days.h"
#include "services/messages/discovered.h"

/* A winner as message discovered-strategy/1. */
typedef struct ts_published {
    ts_discovered winner;
    ts_strbuf message;
    ts_equity_days equity; /* empty when no sink wants it */
} ts_published;

/* All of a run. Borrows run_id and run_json. */
typedef struct ts_publication {
    const char *run_id, *run_json;
    uint64_t evaluations;
    ts_published *item;
    size_t count;
} ts_publication;

typedef struct ts_sink_kind {
    const char *name;
    bool wants_equity;
    /* Reach what the address names; "" is the kind's default. */
    void *(*open)(const char *address, ts_error *error);
    /* All or an error; durable afterwards. */
    int (*publish)(void *sink, const ts_publication *publication, ts_error *error);
    void (*close)(void *sink);
} ts_sink_kind;

extern const ts_sink_kind ts_sink_file, ts_sink_kafka, ts_sink_postgres;

enum { TS_SINKS_MOST = 8 };

typedef struct ts_sinks {
    struct {
        const ts_sink_kind *kind;
        char *address;
        void *sink;
    } open[TS_SINKS_MOST];
    size_t count;
} ts_sinks;

/* What --sink said, each text one or several sinks with commas between. TS_USAGE names what is none; TS_UNAVAILABLE
 * what cannot be reached. Closed with ts_sinks_close, also after an error. */
int ts_sinks_open(ts_sinks *sinks, const ts_texts *said, ts_error *error);
void ts_sinks_close(ts_sinks *sinks);

bool ts_sinks_want_equity(const ts_sinks *sinks);

/* To all of them; the first that fails ends it. */
int ts_sinks_publish(const ts_sinks *sinks, const ts_publication *publication, ts_error *error);

#define TS_SINK_SETTING(offset)                                                                                        \
    {                                                                                                                  \
        "sink", TS_SETTING_LIST, offset, NULL, 0, 0, NULL, "KIND:WHERE[,...]",                                         \
            "send the winners to kafka:HOST:PORT[/TOPIC], postgres:URL, file:PATH, when all are known; again for "     \
            "more. Without WHERE: KAFKA_BOOTSTRAP_SERVERS, DATABASE_URL. Publishing again changes nothing"             \
    }

#endif
