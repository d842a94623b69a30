#define _POSIX_C_SOURCE 200809L /* strdup, strndup */
#include "data/bus/config.h"

#include "common/log.h"
#include "common/memory.h"
#include "common/secret.h"
#include "data/bus/rdkafka.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static const char prefix[] = "KAFKA_";

enum { PROPERTIES_MOST = 256 };

static bool is_secret(const char *name)
{
    static const char *const parts[] = {"password", "secret", "jaas", "key.pem", "token", "oauthbearer.config"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(name, parts[i])) return true;
    return false;
}

/* Whether librdkafka takes it; what it says against it may hold the value, which is not for everybody's eyes. */
static rd_kafka_conf_res_t set(rd_kafka_conf_t *conf, const ts_bus_property *property, ts_error *error)
{
    char why[256];
    rd_kafka_conf_res_t answer = rd_kafka_conf_set(conf, property->name, property->value, why, sizeof why);
    if (answer != RD_KAFKA_CONF_OK)
        ts_fail(error, TS_BAD_CONFIG, "Kafka's property %s: %s", property->name,
                is_secret(property->name) ? "librdkafka does not take its value" : why);
    return answer;
}

static int add(ts_bus_config *config, const char *name, size_t name_size, const char *value, ts_error *error)
{
    if (config->count == PROPERTIES_MOST)
        return ts_fail(error, TS_BAD_CONFIG, "more than %d properties of Kafka", PROPERTIES_MOST);
    ts_bus_property *grown = ts_grow(config->property, config->count + 1, sizeof *grown);
    if (!grown) return ts_no_memory(error, "properties");
    config->property = grown;
    ts_bus_property *property = &grown[config->count];
    property->name = strndup(name, name_size);
    property->value = strdup(value);
    config->count++;
    return property->name && property->value ? 0 : ts_no_memory(error, "properties");
}

/* What librdkafka or a server says of it later is blanked in all logs; a text too short for that is on no list. */
static void keep_secret(const ts_bus_property *property)
{
    ts_error ignored = {0};
    if (is_secret(property->name)) ts_secret_add(property->name, property->value, &ignored);
}

static void drop_last(ts_bus_config *config)
{
    config->count--;
    free(config->property[config->count].name);
    free(config->property[config->count].value);
}

/* KAFKA_SASL_USERNAME=x is sasl.username=x. Clusters set KAFKA_PORT and the like for services of that name. */
static int take_environment(ts_bus_config *config, rd_kafka_conf_t *scratch, ts_error *error)
{
    for (char **entry = environ; *entry; entry++) {
        const char *name = *entry + strlen(prefix), *equals = strchr(*entry, '=');
        if (strncmp(*entry, prefix, strlen(prefix)) != 0 || !equals || equals <= name) continue;
        if (add(config, name, (size_t)(equals - name), equals + 1, error)) return -1;
        ts_bus_property *property = &config->property[config->count - 1];
        for (char *c = property->name; *c; c++) *c = *c == '_' ? '.' : (char)tolower((unsigned char)*c);
        ts_error why = {0};
        rd_kafka_conf_res_t answer = set(scratch, property, &why);
        if (answer == RD_KAFKA_CONF_INVALID) return ts_fail(error, why.code, "environment: %s", why.text);
        if (answer == RD_KAFKA_CONF_OK) continue;
        ts_log_warning("environment: %s%.*s is no property of Kafka's clients and is passed over", prefix,
                       (int)(equals - name), name);
        drop_last(config);
    }
    return 0;
}

/* Everybody on the machine sees a command line. */
static int refuse_secret(const ts_bus_config *config, ts_error *error)
{
    char variable[64];
    const char *name = config->property[config->count - 1].name;
    snprintf(variable, sizeof variable, "%s%s", prefix, name);
    for (char *c = variable; *c; c++) *c = *c == '.' ? '_' : (char)toupper((unsigned char)*c);
    return ts_fail(error, TS_BAD_CONFIG, "--kafka %.60s: a secret is no option: expected it in the environment, as %s",
                   name, variable);
}

static int take_said(ts_bus_config *config, const ts_texts *said, rd_kafka_conf_t *scratch, ts_error *error)
{
    for (size_t i = 0; said && i < said->count; i++) {
        const char *equals = strchr(said->text[i], '=');
        if (!equals || equals == said->text[i])
            return ts_fail(error, TS_BAD_CONFIG, "--kafka: expected name=value, such as bootstrap.servers=host:9092");
        if (add(config, said->text[i], (size_t)(equals - said->text[i]), equals + 1, error)) return -1;
        if (is_secret(config->property[config->count - 1].name)) return refuse_secret(config, error);
        if (set(scratch, &config->property[config->count - 1], error) != RD_KAFKA_CONF_OK)
            return ts_error_context(error, "--kafka");
    }
    return 0;
}

static int expect_brokers(const ts_bus_config *config, ts_error *error)
{
    for (size_t i = 0; i < config->count; i++)
        if (!strcmp(config->property[i].name, "bootstrap.servers") ||
            !strcmp(config->property[i].name, "metadata.broker.list"))
            return 0;
    return ts_fail(error, TS_BAD_CONFIG,
                   "where Kafka is was not said: expected --kafka bootstrap.servers=HOST:PORT or "
                   "KAFKA_BOOTSTRAP_SERVERS in the environment");
}

int ts_bus_config_read(const ts_texts *said, ts_bus_config *config, ts_error *error)
{
    *config = (ts_bus_config){0};
    rd_kafka_conf_t *scratch = rd_kafka_conf_new();
    int status = take_environment(config, scratch, error);
    if (!status) status = take_said(config, said, scratch, error);
    if (!status) status = expect_brokers(config, error);
    for (size_t i = 0; !status && i < config->count; i++) keep_secret(&config->property[i]);
    rd_kafka_conf_destroy(scratch);
    if (status) ts_bus_config_clear(config);
    return status;
}

void ts_bus_config_clear(ts_bus_config *config)
{
    while (config->count) drop_last(config);
    free(config->property);
    *config = (ts_bus_config){0};
}

void ts_bus_config_text(const ts_bus_config *config, ts_strbuf *text)
{
    for (size_t i = 0; i < config->count; i++) {
        const ts_bus_property *property = &config->property[i];
        ts_strbuf_printf(text, "%s%s=%s", i ? " " : "", property->name,
                         is_secret(property->name) ? "***" : property->value);
    }
}

/* librdkafka's levels are those of syslog: 4 is a warning. What it retries by itself is no error of the program. */
static void log_line(const rd_kafka_t *rk, int level, const char *facility, const char *line)
{
    (void)rk;
    if (!strcmp(facility, "CONFWARN")) return; /* one configuration serves producers and consumers */
    if (level <= 4) ts_log_warning("Kafka: %s", line);
}

rd_kafka_conf_t *ts_bus_conf(const ts_bus_config *config, const ts_bus_default *defaults, ts_error *error)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool failed = false;
    for (; defaults->name && !failed; defaults++) {
        ts_bus_property property = {(char *)defaults->name, (char *)defaults->value};
        failed = set(conf, &property, error) != RD_KAFKA_CONF_OK;
    }
    for (size_t i = 0; i < config->count && !failed; i++)
        failed = set(conf, &config->property[i], error) != RD_KAFKA_CONF_OK;
    rd_kafka_conf_set_log_cb(conf, log_line);
    if (!failed) return conf;
    rd_kafka_conf_destroy(conf);
    return NULL;
}
