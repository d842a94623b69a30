/* Spans as an OTLP JSON document: ids as hex, 64-bit integers as texts, enums as numbers. */
#include "common/json.h"
#include "common/secret.h"
#include "common/version.h"
#include "services/service/span_export.h"

#include <stdio.h>
#include <string.h>

enum { STATUS_ERROR = 2, ATTRIBUTES = 32 };

/* Secrets are blanked before the text is escaped. */
static void put_text(ts_json *json, const char *key, const char *text)
{
    char clean[256];
    snprintf(clean, sizeof clean, "%s", text);
    ts_secret_blank_text(clean, sizeof clean);
    for (char *c = clean; *c; c++)
        if (*c & 0x80) *c = '?'; /* a cut in the middle of a character would not be UTF-8 */
    ts_json_text(json, key, clean);
}

static void put_attribute(ts_json *json, const char *key, const char *value)
{
    ts_json_object(json, NULL);
    put_text(json, "key", key);
    ts_json_object(json, "value");
    put_text(json, "stringValue", value);
    ts_json_object_end(json);
    ts_json_object_end(json);
}

static void put_said_attributes(ts_json *json, const char *said)
{
    char pair[256];
    for (int i = 0; said && *said && i < ATTRIBUTES; i++) {
        size_t length = strcspn(said, ",");
        snprintf(pair, sizeof pair, "%.*s", (int)(length < sizeof pair ? length : sizeof pair - 1), said);
        char *equals = strchr(pair, '=');
        if (equals) *equals = '\0';
        if (equals) put_attribute(json, pair, equals + 1);
        said += length + (said[length] == ',');
    }
}

static void put_resource(ts_json *json, const char *service, const char *attributes)
{
    ts_json_object(json, "resource");
    ts_json_array(json, "attributes");
    put_attribute(json, "service.name", service);
    put_attribute(json, "service.version", ts_version());
    put_said_attributes(json, attributes);
    ts_json_array_end(json);
    ts_json_object_end(json);
}

static void put_time(ts_json *json, const char *key, int64_t time_ns)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)time_ns);
    ts_json_text(json, key, text);
}

static void put_span(ts_json *json, const ts_span *span)
{
    ts_json_object(json, NULL);
    ts_json_text(json, "traceId", span->trace.trace_id);
    ts_json_text(json, "spanId", span->trace.span_id);
    if (*span->parent_id) ts_json_text(json, "parentSpanId", span->parent_id);
    if (*span->trace.state) put_text(json, "traceState", span->trace.state);
    put_text(json, "name", span->name);
    ts_json_int(json, "kind", span->kind);
    put_time(json, "startTimeUnixNano", span->start_ns);
    put_time(json, "endTimeUnixNano", span->end_ns);
    ts_json_array(json, "attributes");
    for (int i = 0; i < span->attributes; i++) put_attribute(json, span->attribute[i].key, span->attribute[i].value);
    ts_json_array_end(json);
    ts_json_object(json, "status");
    if (*span->failure) ts_json_int(json, "code", STATUS_ERROR);
    if (*span->failure) put_text(json, "message", span->failure);
    ts_json_object_end(json);
    ts_json_object_end(json);
}

void ts_spans_json(const ts_span *spans, size_t count, const char *service, const char *attributes, ts_strbuf *into)
{
    ts_json json = {.out = *into};
    ts_json_object(&json, NULL);
    ts_json_array(&json, "resourceSpans");
    ts_json_object(&json, NULL);
    put_resource(&json, service, attributes);
    ts_json_array(&json, "scopeSpans");
    ts_json_object(&json, NULL);
    ts_json_object(&json, "scope");
    ts_json_text(&json, "name", "tradestream");
    ts_json_object_end(&json);
    ts_json_array(&json, "spans");
    for (size_t i = 0; i < count; i++) put_span(&json, &spans[i]);
    ts_json_array_end(&json);
    ts_json_object_end(&json);
    ts_json_array_end(&json);
    ts_json_object_end(&json);
    ts_json_array_end(&json);
    ts_json_object_end(&json);
    *into = json.out;
}
