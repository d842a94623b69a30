#include "data/bus/module.h"

__attribute__((visibility("default"))) const ts_bus_module ts_bus_module_kafka = {
    .config_read = ts_bus_config_read,
    .config_clear = ts_bus_config_clear,
    .topics_create = ts_topics_create,
    .topics = ts_topic_list,
    .topics_count = TS_TOPICS,
};
