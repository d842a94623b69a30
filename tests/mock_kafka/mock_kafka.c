/* librdkafka's mock cluster as a process of its own, for what no real broker does when asked: answer the next requests
 * with errors of the protocol. Its interface is marked as experimental, and it is no proof of anything else.
 *
 * Writes the address of its brokers, then takes a line at a time and answers "ok" or "no":
 *     topic NAME PARTITIONS
 *     errors API CODE COUNT    the next COUNT requests of that kind (a number of the protocol) are answered with CODE,
 *                              after those that were asked for before; 0: none of that kind is any more
 * Ends with its standard input. */
#include "data/bus/rdkafka.h"

#include <librdkafka/rdkafka_mock.h>

#include <stdio.h>
#include <stdlib.h>

enum { BROKERS = 1, ERRORS_MOST = 64 };

static int push(rd_kafka_mock_cluster_t *cluster, int api, int code, int count)
{
    rd_kafka_resp_err_t errors[ERRORS_MOST];
    if (count < 0 || count > ERRORS_MOST) return 0;
    for (int i = 0; i < count; i++) errors[i] = (rd_kafka_resp_err_t)code;
    if (!count) rd_kafka_mock_clear_request_errors(cluster, (int16_t)api);
    else rd_kafka_mock_push_request_errors_array(cluster, (int16_t)api, (size_t)count, errors);
    return 1;
}

static int obey(rd_kafka_mock_cluster_t *cluster, const char *line)
{
    char name[64];
    int a, b, c;
    if (sscanf(line, "topic %63s %d", name, &a) == 2) return !rd_kafka_mock_topic_create(cluster, name, a, 1);
    if (sscanf(line, "errors %d %d %d", &a, &b, &c) == 3) return push(cluster, a, b, c);
    return 0;
}

int main(void)
{
    char why[256], line[256];
    rd_kafka_t *kafka = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof why);
    rd_kafka_mock_cluster_t *cluster = kafka ? rd_kafka_mock_cluster_new(kafka, BROKERS) : NULL;
    if (!cluster) return 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
    while (fgets(line, sizeof line, stdin)) puts(obey(cluster, line) ? "ok" : "no");
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(kafka);
    return 0;
}
