#include "data/bus/module.h"

__attribute__((visibility("default"))) const ts_bus_module ts_bus_module_kafka = {
    .config_read = ts_bus_config_read,
    .config_clear = ts_bus_config_clear,
    .topics_create = ts_topics_create,
    .producer_open = ts_producer_open,
    .producer_close = ts_producer_close,
    .producer_send = ts_producer_send,
    .producer_flush = ts_producer_flush,
    .record_header = ts_bus_record_header,
    .topics = ts_topic_list,
    .topics_count = TS_TOPICS,
};
