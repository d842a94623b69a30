/* For tests/loop: makes topics with those of their dead letters, deletes topics, sends records into them that are no
 * messages, or tells what dead letters there are: service, original topic, partition and offset, and which of those
 * records it is (-1: none).
 * usage: loop_topics make|delete|poison|dead TOPIC...  where Kafka is says KAFKA_BOOTSTRAP_SERVERS. */
#include "data/bus/topics.h"
#include "common/clock.h"
#include "data/bus/harvest.h"
#include "data/bus/producer.h"
#include "data/bus/rdkafka.h"

#include <stdio.h>
#include <string.h>

enum { PARTITIONS = 12, DAY_MS = 86400000, MIB = 1 << 20, LARGE = 2 << 20, NAME = 256, KEY = 8, MANY = 1 << 20 };
enum { ANSWER_MS = 30000 };

static int make(const ts_bus_config *config, const char *topic, ts_error *error)
{
    char dead[NAME];
    bool existed[2];
    snprintf(dead, sizeof dead, "%s.dlq", topic);
    const ts_topic topics[] = {{topic, PARTITIONS, DAY_MS, 4 * MIB}, {dead, PARTITIONS, DAY_MS, 5 * MIB}};
    return ts_topics_create(config, topics, 2, existed, error);
}

typedef struct bad_record {
    const char *bytes;
    size_t size;
} bad_record;

static char large[LARGE]; /* of spaces */
static const bad_record bad[] = {{"nonsense", 8},       {"{\"schema\": \"discovery-request/1\"", 33},
                                 {"{\"a\0b\": 1}", 10}, {"{\"schema\": \"x/1\"}", 17},
                                 {"\xff\xfe", 2},       {"[]", 2},
                                 {large, LARGE}};
enum { BAD = sizeof bad / sizeof *bad };

static size_t key_size(const bad_record *record) { return record->size < KEY ? record->size : KEY; }

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

/* Tells how many there were. */
static int poison(const ts_bus_config *config, const char *topic, ts_error *error)
{
    ts_producer *to = ts_producer_open(config, "poison", error);
    int status = to ? 0 : -1;
    for (size_t i = 0; i < BAD && !status; i++) {
        const ts_bus_record record = {.topic = topic,
                                      .partition = -1,
                                      .key = bad[i].bytes,
                                      .key_size = key_size(&bad[i]),
                                      .value = bad[i].bytes,
                                      .value_size = bad[i].size};
        status = ts_producer_send(to, &record, error);
    }
    if (!status) status = ts_producer_flush(to, 60, error);
    if (!status) printf("%d\n", BAD);
    ts_producer_close(to);
    return status;
}

static bool same(const void *bytes, size_t size, const char *wanted, size_t wanted_size)
{
    return size == wanted_size && !memcmp(bytes, wanted, size);
}

static int which(const ts_bus_record *letter)
{
    for (int i = 0; i < BAD; i++)
        if (same(letter->value, letter->value_size, bad[i].bytes, bad[i].size) &&
            same(letter->key, letter->key_size, bad[i].bytes, key_size(&bad[i])))
            return i;
    return -1;
}

static void tell(const ts_bus_record *letter)
{
    static const char *const names[] = {"dlq.service", "dlq.original.topic", "dlq.original.partition",
                                        "dlq.original.offset"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const ts_bus_header *header = ts_bus_record_find_header(letter, names[i]);
        printf("%.*s ", header ? (int)header->size : 1, header ? (const char *)header->value : "?");
    }
    printf("%d\n", which(letter));
}

/* All that are there, by a group that was never before. */
static int dead(const ts_bus_config *config, const char *topic, ts_error *error)
{
    char letters[NAME], group[NAME];
    const char *const topics[] = {letters};
    ts_bus_harvest h = {0};
    snprintf(letters, sizeof letters, "%s.dlq", topic);
    snprintf(group, sizeof group, "%s-%lld", letters, (long long)ts_clock_now_ms());
    ts_consumer *from = ts_consumer_open(config, &(ts_consumer_settings){"dead", group, topics, 1, 0}, error);
    int status = from ? ts_bus_harvest_gather(from, &(ts_bus_patience){MANY, 10, 2, NULL}, &h, error) : -1;
    for (size_t i = 0; i < h.records && !status; i++) tell(h.record[i]);
    ts_bus_harvest_clear(&h);
    ts_consumer_close(from);
    return status;
}

static const struct {
    const char *name;
    int (*run)(const ts_bus_config *config, const char *topic, ts_error *error);
} actions[] = {{"make", make}, {"delete", delete_topic}, {"poison", poison}, {"dead", dead}};

int main(int argc, char **argv)
{
    ts_error error = {0};
    ts_bus_config config;
    size_t at = 0, count = sizeof actions / sizeof *actions;
    while (argc > 1 && at < count && strcmp(argv[1], actions[at].name)) at++;
    int status = argc < 3 || at == count ? ts_fail(&error, TS_USAGE, "loop_topics make|delete|poison|dead TOPIC...")
                                         : ts_bus_config_read(NULL, &config, &error);
    memset(large, ' ', sizeof large);
    for (int i = 2; i < argc && !status; i++) status = actions[at].run(&config, argv[i], &error);
    if (status) fprintf(stderr, "%s\n", error.text);
    return status ? error.code : 0;
}
