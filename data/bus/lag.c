#include "data/bus/lag.h"

#include "data/bus/rdkafka.h"

#include <stdlib.h>

enum { ANSWER_MS = 10000 };

static int list_partitions(rd_kafka_t *kafka, const char *topic, rd_kafka_topic_partition_list_t *list, ts_error *error)
{
    const rd_kafka_metadata_t *about;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(kafka, topic, NULL);
    if (!handle) return ts_fail(error, TS_FAILED, "topic %s: no name for a topic", topic);
    rd_kafka_resp_err_t failed = rd_kafka_metadata(kafka, 0, handle, &about, ANSWER_MS);
    if (!failed && about->topic_cnt == 1) failed = about->topics[0].err;
    for (int i = 0; !failed && i < about->topics[0].partition_cnt; i++)
        rd_kafka_topic_partition_list_add(list, topic, about->topics[0].partitions[i].id);
    if (!failed) rd_kafka_metadata_destroy(about);
    rd_kafka_topic_destroy(handle);
    return failed ? ts_fail(error, TS_UNAVAILABLE, "topic %s: %s", topic, rd_kafka_err2str(failed)) : 0;
}

static int add_up(rd_kafka_t *kafka, const rd_kafka_topic_partition_list_t *list, int64_t *records, ts_error *error)
{
    *records = 0;
    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *at = &list->elems[i];
        int64_t first, next;
        rd_kafka_resp_err_t failed =
            rd_kafka_query_watermark_offsets(kafka, at->topic, at->partition, &first, &next, ANSWER_MS);
        if (failed) return ts_fail(error, TS_UNAVAILABLE, "topic %s: %s", at->topic, rd_kafka_err2str(failed));
        int64_t from = at->offset >= first ? at->offset : first; /* nothing committed: RD_KAFKA_OFFSET_INVALID */
        *records += next > from ? next - from : 0;
    }
    return 0;
}

int ts_bus_lag(const ts_bus_config *config, const char *topic, const char *group, int64_t *records, ts_error *error)
{
    static const ts_bus_default none[] = {{NULL, NULL}};
    char why[256];
    rd_kafka_conf_t *conf = ts_bus_conf(config, none, error);
    if (!conf) return -1;
    rd_kafka_conf_set(conf, "group.id", group, why, sizeof why);
    rd_kafka_t *kafka = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    if (!kafka) {
        rd_kafka_conf_destroy(conf);
        return ts_fail(error, TS_BAD_CONFIG, "Kafka: %s", why);
    }
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(16);
    int status = list_partitions(kafka, topic, list, error);
    rd_kafka_resp_err_t failed = status ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_committed(kafka, list, ANSWER_MS);
    if (failed) status = ts_fail(error, TS_UNAVAILABLE, "group %s: %s", group, rd_kafka_err2str(failed));
    if (!status) status = add_up(kafka, list, records, error);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(kafka);
    return status;
}
