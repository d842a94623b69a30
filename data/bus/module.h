/* The bus for the `tradestream` command, which is not linked to librdkafka: a module that it loads at need. */
#ifndef TS_DATA_BUS_MODULE_H
#define TS_DATA_BUS_MODULE_H

#include "data/bus/producer.h"
#include "data/bus/topic_list.h"

/* Functions of config.h, topics.h, producer.h and record.h, and the list of topics. */
typedef struct ts_bus_module {
    int (*config_read)(const ts_texts *said, ts_bus_config *config, ts_error *error);
    void (*config_clear)(ts_bus_config *config);
    int (*topics_create)(const ts_bus_config *config, const ts_topic *topics, size_t count, bool *existed,
                         ts_error *error);
    ts_producer *(*producer_open)(const ts_bus_config *config, const char *name, ts_error *error);
    void (*producer_close)(ts_producer *producer);
    int (*producer_send)(ts_producer *producer, const ts_bus_record *record, ts_error *error);
    int (*producer_flush)(ts_producer *producer, double seconds, ts_error *error);
    void (*record_header)(ts_bus_record *record, const char *name, const char *text);
    const ts_topic *topics;
    size_t topics_count;
} ts_bus_module;

/* The module, and its only symbol, by name and by type. */
#define TS_BUS_MODULE "tradestream_kafka"
#define TS_BUS_SYMBOL "ts_bus_module_kafka"
extern const ts_bus_module ts_bus_module_kafka;

#endif
