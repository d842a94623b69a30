#include "data/bus/topics.h"

#include "common/memory.h"
#include "data/bus/rdkafka.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { ANSWER_MS = 30000 };

static rd_kafka_NewTopic_t *new_topic(const ts_topic *topic, ts_error *error)
{
    char why[256], text[32];
    rd_kafka_NewTopic_t *made = rd_kafka_NewTopic_new(topic->name, topic->partitions, -1, why, sizeof why);
    if (!made) {
        ts_fail(error, TS_FAILED, "topic %s: %s", topic->name, why);
        return NULL;
    }
    snprintf(text, sizeof text, "%" PRId64, topic->retention_ms);
    rd_kafka_NewTopic_set_config(made, "retention.ms", text);
    snprintf(text, sizeof text, "%" PRId64, topic->message_bytes);
    rd_kafka_NewTopic_set_config(made, "max.message.bytes", text);
    return made;
}

static int read_answers(const rd_kafka_CreateTopics_result_t *result, bool *existed, ts_error *error)
{
    size_t count;
    const rd_kafka_topic_result_t **answer = rd_kafka_CreateTopics_result_topics(result, &count);
    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t failed = rd_kafka_topic_result_error(answer[i]);
        existed[i] = failed == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS;
        if (!failed || existed[i]) continue;
        const char *why = rd_kafka_topic_result_error_string(answer[i]);
        return ts_fail(error, TS_UNAVAILABLE, "topic %s: %s", rd_kafka_topic_result_name(answer[i]),
                       why ? why : rd_kafka_err2str(failed));
    }
    return 0;
}

static int ask(rd_kafka_t *kafka, rd_kafka_NewTopic_t **topics, size_t count, bool *existed, ts_error *error)
{
    char why[256];
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(kafka, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_queue_t *answers = rd_kafka_queue_new(kafka);
    rd_kafka_AdminOptions_set_operation_timeout(options, ANSWER_MS, why, sizeof why);
    rd_kafka_AdminOptions_set_request_timeout(options, ANSWER_MS, why, sizeof why);
    rd_kafka_CreateTopics(kafka, topics, count, options, answers);
    rd_kafka_event_t *event = rd_kafka_queue_poll(answers, ANSWER_MS + 1000);
    int status;
    if (!event) status = ts_fail(error, TS_UNAVAILABLE, "Kafka did not answer within %d s", ANSWER_MS / 1000);
    else if (rd_kafka_event_error(event))
        status = ts_fail(error, TS_UNAVAILABLE, "topics: %s", rd_kafka_event_error_string(event));
    else status = read_answers(rd_kafka_event_CreateTopics_result(event), existed, error);
    if (event) rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(answers);
    rd_kafka_AdminOptions_destroy(options);
    return status;
}

int ts_topics_create(const ts_bus_config *config, const ts_topic *topics, size_t count, bool *existed, ts_error *error)
{
    static const ts_bus_default none[] = {{NULL, NULL}};
    char why[256];
    rd_kafka_conf_t *conf = ts_bus_conf(config, none, error);
    if (!conf) return -1;
    rd_kafka_t *kafka = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (!kafka) {
        rd_kafka_conf_destroy(conf);
        return ts_fail(error, TS_BAD_CONFIG, "Kafka: %s", why);
    }
    rd_kafka_NewTopic_t **made = ts_alloc(count + 1, sizeof(rd_kafka_NewTopic_t *));
    int status = made ? 0 : ts_no_memory(error, "topics");
    for (size_t i = 0; i < count && !status; i++) status = (made[i] = new_topic(&topics[i], error)) ? 0 : -1;
    if (!status) status = ask(kafka, made, count, existed, error);
    for (size_t i = 0; made && i < count; i++)
        if (made[i]) rd_kafka_NewTopic_destroy(made[i]);
    free(made);
    rd_kafka_destroy(kafka);
    return status;
}
