#define _GNU_SOURCE
#include "services/candles/candle_topic.h"

#include "common/memory.h"
#include "data/bus/producer.h"
#include "services/messages/candle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 5000 };
static const double usual_seconds = 30;

struct ts_candle_topic {
    const ts_bus_config *config;
    ts_producer *producer; /* NULL after a failure: what it had queued must not be sent beside what is sent again */
    char *topic;
    double seconds;
    ts_strbuf text;
};

ts_candle_topic *ts_candle_topic_open(const ts_bus_config *config, const char *topic, double seconds, ts_error *error)
{
    ts_candle_topic *made = ts_alloc(1, sizeof *made);
    if (!made || !(made->topic = strdup(topic))) {
        free(made);
        ts_no_memory(error, topic);
        return NULL;
    }
    made->config = config;
    made->seconds = seconds > 0 ? seconds : usual_seconds;
    made->producer = ts_producer_open(config, "candles", error);
    if (made->producer) return made;
    ts_candle_topic_close(made);
    return NULL;
}

void ts_candle_topic_close(ts_candle_topic *topic)
{
    if (!topic) return;
    ts_producer_close(topic->producer);
    ts_strbuf_clear(&topic->text);
    free(topic->topic);
    free(topic);
}

static int publish(ts_candle_topic *to, const ts_outlet_row *row, ts_error *error)
{
    ts_candle_message message = {.interval_ms = row->series->interval_ms, .candle = row->candle};
    memcpy(message.exchange, row->series->exchange, sizeof message.exchange);
    memcpy(message.symbol, row->series->symbol, sizeof message.symbol);
    if (row->source) snprintf(message.source, sizeof message.source, "%s", row->source);
    if (ts_candle_message_id(&message, error)) return -1;
    ts_json json = {.out = to->text, .compact = true};
    ts_strbuf_reset(&json.out);
    ts_candle_message_json(&json, &message);
    to->text = json.out;
    if (ts_strbuf_failed(&to->text)) return ts_no_memory(error, "a candle");
    ts_bus_record record = {.topic = to->topic,
                            .partition = -1,
                            .key = message.symbol,
                            .key_size = strlen(message.symbol),
                            .value = to->text.text,
                            .value_size = to->text.length};
    ts_bus_record_header(&record, "message-id", message.candle_id);
    ts_bus_record_header(&record, "content-type", "application/json");
    return ts_producer_send(to->producer, &record, error);
}

static int publish_all(ts_candle_topic *to, const ts_outlet_row *rows, size_t count, ts_error *error)
{
    if (!to->producer && !(to->producer = ts_producer_open(to->config, "candles", error))) return -1;
    for (size_t i = 0; i < count; i++)
        if (publish(to, &rows[i], error)) return -1;
    return ts_producer_flush(to->producer, to->seconds, error);
}

static int send(void *sink, const ts_outlet_row *rows, size_t count, ts_outlet_answer *answer, ts_error *error)
{
    ts_candle_topic *to = sink;
    *answer = (ts_outlet_answer){0};
    if (!publish_all(to, rows, count, error)) return 0;
    ts_producer_close(to->producer);
    to->producer = NULL;
    return -1;
}

const ts_outlet_kind ts_outlet_kafka = {.name = "kafka", .batch = BATCH, .send = send};
