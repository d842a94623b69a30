/* --sink kafka:HOST:PORT[,HOST:PORT...][/TOPIC]: a message a winner, acknowledged by all. What else librdkafka wants to
 * know is said in the environment, as KAFKA_SASL_PASSWORD. */
#define _POSIX_C_SOURCE 200809L
#include "common/memory.h"
#include "common/trace.h"
#include "services/tradestream/broker.h"
#include "services/tradestream/sinks.h"

#include <stdlib.h>
#include <string.h>

static const double flush_seconds = 60;

typedef struct kafka_sink {
    const ts_bus_module *bus;
    ts_bus_config config;
    ts_producer *producer;
    char *address;     /* with the topic cut off */
    const char *topic; /* in the address, or the usual one */
} kafka_sink;

static void close_kafka(void *sink)
{
    kafka_sink *s = sink;
    if (s->bus) s->bus->producer_close(s->producer);
    if (s->bus) s->bus->config_clear(&s->config);
    free(s->address);
    free(s);
}

static int split_topic(kafka_sink *s, const char *address, ts_error *error)
{
    s->address = strdup(address);
    s->topic = TS_TOPIC_RESULTS;
    if (!s->address) return ts_no_memory(error, "--sink");
    char *slash = strchr(s->address, '/');
    if (!slash) return 0;
    *slash = '\0';
    s->topic = slash + 1;
    return *s->topic ? 0 : ts_fail(error, TS_USAGE, "%s: expected a topic after the '/'", address);
}

static int configure(kafka_sink *s, ts_error *error)
{
    ts_strbuf brokers = {0};
    if (*s->address) ts_strbuf_printf(&brokers, "bootstrap.servers=%s", s->address);
    int status = ts_strbuf_failed(&brokers) ? ts_no_memory(error, "--sink") : 0;
    const ts_texts said = {(const char *[]){brokers.text}, brokers.length > 0};
    if (!status) status = s->bus->config_read(&said, &s->config, error);
    ts_strbuf_clear(&brokers);
    return status;
}

static void *open_kafka(const char *address, ts_error *error)
{
    kafka_sink *s = ts_alloc(1, sizeof *s);
    if (!s) ts_no_memory(error, "--sink");
    else if ((s->bus = ts_broker_module(error)) && !split_topic(s, address, error) && !configure(s, error) &&
             (s->producer = s->bus->producer_open(&s->config, "tradestream", error)))
        return s;
    if (s) close_kafka(s);
    return NULL;
}

/* Of the run: a span below the environment's TRACEPARENT, as job runners set it, else a new trace. */
static const char *trace_of_run(char text[TS_TRACE_TEXT])
{
    ts_trace trace;
    const char *given = getenv("TRACEPARENT");
    if (given && ts_trace_parse(given, NULL, &trace)) ts_trace_child(&trace, &trace);
    else ts_trace_new(&trace);
    return ts_trace_text(&trace, text);
}

static int send_one(const kafka_sink *s, const ts_published *item, const char *trace, ts_error *error)
{
    const char *symbol = item->winner.result.symbol;
    ts_bus_record record = {.topic = s->topic,
                            .partition = -1,
                            .key = symbol,
                            .key_size = strlen(symbol),
                            .value = item->message.text,
                            .value_size = item->message.length};
    s->bus->record_header(&record, "message-id", item->winner.ids.result_id);
    s->bus->record_header(&record, "content-type", "application/json");
    s->bus->record_header(&record, "traceparent", trace);
    return s->bus->producer_send(s->producer, &record, error);
}

static int publish(void *sink, const ts_publication *publication, ts_error *error)
{
    const kafka_sink *s = sink;
    char trace[TS_TRACE_TEXT];
    trace_of_run(trace);
    for (size_t i = 0; i < publication->count; i++)
        if (send_one(s, &publication->item[i], trace, error)) return -1;
    return s->bus->producer_flush(s->producer, flush_seconds, error);
}

const ts_sink_kind ts_sink_kafka = {"kafka", false, open_kafka, publish, close_kafka};
