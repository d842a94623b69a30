#define _GNU_SOURCE
#include "tests/influx_server.h"

#include "common/json.h"
#include "data/http/http_client.h"
#include "tests/shell.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STACK "'" TS_TESTS_SOURCE "/tests/stack/influx' "

static char missing[256], url[64];
static bool there;

int influx_start(void **state)
{
    if (ts_temporary_make(state)) return -1;
    there = !shell(STACK "up '%s'", ts_temporary("influx"));
    snprintf(missing, sizeof missing, "%s", shell_err);
    if (!there) return 0;
    if (shell("sed 's/^INFLUX_URL=//' '%s'", ts_temporary("influx/env.influx"))) return -1;
    snprintf(url, sizeof url, "%.*s", (int)strcspn(shell_out, "\n"), shell_out);
    return 0;
}

int influx_stop(void **state)
{
    shell(STACK "down '%s'", ts_temporary("influx"));
    return ts_temporary_remove(state);
}

void influx_need(void)
{
    if (there) return;
    print_message("no InfluxDB: %s\n", missing);
    skip();
}

const char *influx_url(void) { return url; }
void influx_kill(void) { assert_int_equal(shell(STACK "kill '%s'", ts_temporary("influx")), 0); }
void influx_restart(void) { assert_int_equal(shell(STACK "start '%s'", ts_temporary("influx")), 0); }

const char *influx_ask(const char *database, const char *format, ...)
{
    static ts_fetch_answer answer;
    char query[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(query, sizeof query, format, arguments);
    va_end(arguments);
    ts_error error = {0};
    ts_strbuf address = {0};
    ts_strbuf_printf(&address, "%s/query?epoch=ms&db=%s&q=", url, database);
    ts_fetch_escape(&address, query);
    const ts_fetch_request request = {.method = "POST", .url = address.text, .seconds = 60, .limit = 1 << 24};
    ts_fetcher *client = ts_fetcher_new(&error);
    if (ts_fetch(client, &request, &answer, &error)) fail_msg("%s: %s", query, error.text);
    if (strstr(answer.body.text, "\"error\"")) fail_msg("%s: %s", query, answer.body.text);
    ts_fetcher_free(client);
    ts_strbuf_clear(&address);
    return answer.body.text;
}

void influx_database(const char *name, int days)
{
    if (days) influx_ask("", "CREATE DATABASE \"%s\" WITH DURATION %dd SHARD DURATION 1d", name, days);
    else influx_ask("", "CREATE DATABASE \"%s\" WITH DURATION INF SHARD DURATION 2000w", name);
}

double influx_number(const char *database, const char *query)
{
    json_t *answer = json_loads(influx_ask(database, "%s", query), 0, NULL);
    json_t *series = json_object_get(json_array_get(json_object_get(answer, "results"), 0), "series");
    json_t *row = json_array_get(json_object_get(json_array_get(series, 0), "values"), 0);
    double number = json_number_value(json_array_get(row, 1));
    json_decref(answer);
    return number;
}
