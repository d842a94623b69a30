/* tradestream migrate topics: the topics of Kafka, which no broker makes by itself. */
#include "common/json.h"
#include "common/memory.h"
#include "host/report/table.h"
#include "services/tradestream/broker.h"
#include "services/tradestream/verb_migrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { FORMAT_TABLE, FORMAT_JSON, DAY_MS = 86400000, MIB = 1 << 20 };

typedef struct options {
    ts_texts kafka;
    int format;
} options;

static const ts_setting table[] = {
    {"kafka", TS_SETTING_LIST, offsetof(options, kafka), NULL, 0, 0, NULL, "NAME=VALUE",
     "a property of librdkafka, such as bootstrap.servers=HOST:9092; secrets by the environment: KAFKA_SASL_PASSWORD"},
    {"format", TS_SETTING_CHOICE, offsetof(options, format), "table", 0, 0, "table|json", NULL, "of the list"},
    {0}};
static const ts_setting *const tables[] = {table, NULL};

typedef int64_t (*number_of)(const ts_topic *topic);

static int64_t partitions_of(const ts_topic *topic) { return topic->partitions; }
static int64_t mebibytes_of(const ts_topic *topic) { return topic->message_bytes / MIB; }
static int64_t days_of(const ts_topic *topic) { return topic->retention_ms / DAY_MS; }

static void numbers(ts_table *into, const char *heading, const ts_bus_module *bus, number_of number)
{
    ts_table_column(into, heading, false);
    for (size_t i = 0; i < bus->topics_count; i++) {
        ts_strbuf_printf(&into->cells, "%" PRId64, number(&bus->topics[i]));
        ts_table_cell(into);
    }
}

static void texts(ts_table *into, const char *heading, const ts_bus_module *bus, const bool *existed)
{
    ts_table_column(into, heading, true);
    for (size_t i = 0; i < bus->topics_count; i++) {
        ts_strbuf_puts(&into->cells, !existed ? bus->topics[i].name : existed[i] ? "was there, left as it is" : "made");
        ts_table_cell(into);
    }
}

static void as_table(ts_strbuf *out, const ts_bus_module *bus, const bool *existed)
{
    ts_table list = {0};
    texts(&list, "topic", bus, NULL);
    numbers(&list, "partitions", bus, partitions_of);
    numbers(&list, "MiB a record", bus, mebibytes_of);
    numbers(&list, "days kept", bus, days_of);
    texts(&list, "state", bus, existed);
    ts_table_print(out, &list);
    ts_table_clear(&list);
}

static void as_json(ts_strbuf *out, const ts_bus_module *bus, const bool *existed)
{
    ts_json json = {.out = *out, .indent = 2, .first = true};
    ts_json_array(&json, NULL);
    for (size_t i = 0; i < bus->topics_count; i++) {
        const ts_topic *topic = &bus->topics[i];
        ts_json_object(&json, NULL);
        ts_json_text(&json, "topic", topic->name);
        ts_json_int(&json, "partitions", topic->partitions);
        ts_json_int(&json, "message_bytes", topic->message_bytes);
        ts_json_int(&json, "retention_ms", topic->retention_ms);
        ts_json_text(&json, "state", existed[i] ? "existed" : "made");
        ts_json_object_end(&json);
    }
    ts_json_array_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    *out = json.out;
}

static int make(const options *o, const ts_bus_module *bus, bool *existed, ts_error *error)
{
    ts_bus_config config;
    if (bus->config_read(&o->kafka, &config, error)) return -1;
    int status = bus->topics_create(&config, bus->topics, bus->topics_count, existed, error);
    bus->config_clear(&config);
    return status;
}

static int run(int argc, char **argv, ts_error *error)
{
    options o = {0};
    ts_strbuf text = {0};
    if (ts_settings_read_all(tables, &o, argc, argv, NULL, error)) return -1;
    const ts_bus_module *bus = ts_broker_module(error);
    if (!bus) return -1;
    bool *existed = ts_alloc(bus->topics_count, sizeof *existed);
    int status = existed ? make(&o, bus, existed, error) : ts_no_memory(error, "the list");
    if (!status && o.format == FORMAT_JSON) as_json(&text, bus, existed);
    else if (!status) as_table(&text, bus, existed);
    if (!status && ts_strbuf_failed(&text)) status = ts_no_memory(error, "the list");
    if (!status) fwrite(text.text, 1, text.length, stdout);
    ts_strbuf_clear(&text);
    free(existed);
    return status;
}

const ts_verb ts_verb_migrate_topics = {
    .name = "topics", .summary = "Make the topics of Kafka that are not there yet.", .settings = tables, .run = run};
