/* For tests/loop: makes topics with those of their dead letters, deletes topics, or sends records into them that are no
 * messages.
 * usage: loop_topics make|delete|poison TOPIC...  where Kafka is says KAFKA_BOOTSTRAP_SERVERS. */
#include "data/bus/topics.h"
#include "common/memory.h"
#include "data/bus/producer.h"
#include "data/bus/rdkafka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTITIONS = 12, DAY_MS = 86400000, MIB = 1 << 20, LARGE = 2 << 20, NAME = 256, ANSWER_MS = 30000 };

static int make(const ts_bus_config *config, const char *topic, ts_error *error)
{
    char dead[NAME];
    bool existed[2];
    snprintf(dead, sizeof dead, "%s.dlq", topic);
    const ts_topic topics[] = {{topic, PARTITIONS, DAY_MS, 4 * MIB}, {dead, PARTITIONS, DAY_MS, 5 * MIB}};
    return ts_topics_create(config, topics, 2, existed, error);
}

static int delete_topic(const ts_bus_config *config, const char *topic, ts_error *error)
{
    static const ts_bus_default none[] = {{NULL, NULL}};
    char why[256];
    rd_kafka_conf_t *conf = ts_bus_conf(config, none, error);
    rd_kafka_t *kafka = conf ? rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why) : NULL;
    if (!kafka) return -1;
    rd_kafka_DeleteTopic_t *gone = rd_kafka_DeleteTopic_new(topic);
    rd_kafka_queue_t *answers = rd_kafka_queue_new(kafka);
    rd_kafka_DeleteTopics(kafka, &gone, 1, NULL, answers);
    rd_kafka_event_t *event = rd_kafka_queue_poll(answers, ANSWER_MS);
    if (!event || rd_kafka_event_error(event)) ts_fail(error, TS_UNAVAILABLE, "topic %s was not deleted", topic);
    if (event) rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(answers);
    rd_kafka_DeleteTopic_destroy(gone);
    rd_kafka_destroy(kafka);
    return error->code ? -1 : 0;
}

static int send_one(ts_producer *to, const char *topic, const char *value, size_t size, ts_error *error)
{
    const ts_bus_record record = {.topic = topic,
                                  .partition = -1,
                                  .key = value,
                                  .key_size = size < 8 ? size : 8,
                                  .value = value,
                                  .value_size = size};
    return ts_producer_send(to, &record, error);
}

/* Tells how many there were. */
static int poison(const ts_bus_config *config, const char *topic, ts_error *error)
{
    static const struct {
        const char *bytes;
        size_t size;
    } bad[] = {{"nonsense", 8},       {"{\"schema\": \"discovery-request/1\"", 33},
               {"{\"a\0b\": 1}", 10}, {"{\"schema\": \"x/1\"}", 17},
               {"\xff\xfe", 2},       {"[]", 2}};
    enum { BAD = sizeof bad / sizeof *bad };
    char *large = ts_alloc(LARGE, 1);
    ts_producer *to = large ? ts_producer_open(config, "poison", error) : NULL;
    int status = to ? 0 : -1;
    for (size_t i = 0; i < BAD && !status; i++) status = send_one(to, topic, bad[i].bytes, bad[i].size, error);
    if (!status) memset(large, ' ', LARGE), status = send_one(to, topic, large, LARGE, error);
    if (!status) status = ts_producer_flush(to, 60, error);
    if (!status) printf("%d\n", BAD + 1);
    ts_producer_close(to);
    free(large);
    return status;
}

int main(int argc, char **argv)
{
    ts_error error = {0};
    ts_bus_config config;
    int status = argc < 3 ? ts_fail(&error, TS_USAGE, "loop_topics make|delete|poison TOPIC...")
                          : ts_bus_config_read(NULL, &config, &error);
    for (int i = 2; i < argc && !status; i++)
        status = (!strcmp(argv[1], "poison")   ? poison
                  : !strcmp(argv[1], "delete") ? delete_topic
                                               : make)(&config, argv[i], &error);
    if (status) fprintf(stderr, "%s\n", error.text);
    return status ? error.code : 0;
}
