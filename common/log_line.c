#include "common/log_line.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/secret.h"
#include "common/trace.h"

#include <string.h>

static const char *const level_names[] = {"debug", "info", "warning", "error"};

/* How many bytes the UTF-8 character at `c` has, 0 when it is none: overlong forms and surrogates are none. */
static size_t utf8_length(const unsigned char *c)
{
    if (c[0] < 0x80) return 1;
    size_t length = c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : 2;
    if (c[0] < 0xc2 || c[0] > 0xf4) return 0;
    for (size_t i = 1; i < length; i++)
        if ((c[i] & 0xc0) != 0x80) return 0;
    if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f)) return 0;
    if ((c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f)) return 0;
    return length;
}

/* A text from anywhere as valid UTF-8, without secrets. */
static void clean(const char *text, ts_strbuf *into)
{
    ts_strbuf_reset(into);
    ts_strbuf_puts(into, "");
    for (const unsigned char *c = (const unsigned char *)text; *c;) {
        size_t length = utf8_length(c);
        if (length) ts_strbuf_append(into, (const char *)c, length);
        else ts_strbuf_puts(into, "\xef\xbf\xbd");
        c += length ? length : 1;
    }
    ts_secret_blank(into);
}

static void put_text(ts_json *json, const char *key, const char *text, ts_strbuf *scratch)
{
    if (text) clean(text, scratch);
    ts_json_text(json, key, text ? scratch->text : NULL);
}

static void put_field(ts_json *json, const ts_log_field *field, ts_strbuf *scratch)
{
    switch (field->type) {
    case TS_FIELD_TEXT: put_text(json, field->key, field->text, scratch); break;
    case TS_FIELD_INT: ts_json_int(json, field->key, field->whole); break;
    case TS_FIELD_REAL: ts_json_real(json, field->key, field->real); break;
    case TS_FIELD_BOOL: ts_json_bool(json, field->key, field->whole != 0); break;
    }
}

/* RFC 3339 with milliseconds, also when they are 0, so that the texts sort. */
static void now_text(char text[TS_TIME_TEXT])
{
    int64_t now = ts_clock_now_ms();
    ts_time_text(now - now % 1000, text);
    size_t at = strlen(text) - 1;
    snprintf(text + at, TS_TIME_TEXT - at, ".%03dZ", (int)(now % 1000));
}

static void put_ids(const ts_log_line *line, ts_json *json, ts_strbuf *scratch)
{
    const ts_trace *trace = ts_trace_current();
    put_text(json, "service", line->setup->service, scratch);
    put_text(json, "version", line->setup->version, scratch);
    put_text(json, "host", line->host, scratch);
    ts_json_int(json, "rank", line->setup->rank);
    if (*line->run_id) put_text(json, "run_id", line->run_id, scratch);
    if (trace) ts_json_text(json, "trace_id", trace->trace_id);
    if (trace) ts_json_text(json, "span_id", trace->span_id);
}

void ts_log_json(const ts_log_line *line, ts_strbuf *into)
{
    ts_json json = {.out = *into};
    ts_strbuf scratch = {0};
    char now[TS_TIME_TEXT];
    now_text(now);
    ts_json_object(&json, NULL);
    ts_json_text(&json, "ts", now);
    ts_json_text(&json, "level", level_names[line->level]);
    put_text(&json, "msg", line->message, &scratch);
    put_ids(line, &json, &scratch);
    for (const ts_log_field *field = line->fields; field && field->key; field++) put_field(&json, field, &scratch);
    ts_json_object_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    *into = json.out;
    ts_strbuf_clear(&scratch);
}

static void put_plain(const char *text, ts_strbuf *into, ts_strbuf *scratch)
{
    clean(text, scratch);
    for (const char *c = scratch->text ? scratch->text : ""; *c; c++) {
        bool control = ((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7f;
        if (control) ts_strbuf_printf(into, "\\x%02x", (unsigned char)*c);
        else ts_strbuf_putc(into, *c);
    }
}

void ts_log_plain(const ts_log_line *line, ts_strbuf *into)
{
    ts_strbuf scratch = {0};
    put_plain(line->message, into, &scratch);
    for (const ts_log_field *field = line->fields; field && field->key; field++) {
        ts_strbuf_printf(into, " %s=", field->key);
        switch (field->type) {
        case TS_FIELD_TEXT: put_plain(field->text ? field->text : "", into, &scratch); break;
        case TS_FIELD_INT: ts_strbuf_printf(into, "%lld", (long long)field->whole); break;
        case TS_FIELD_REAL: ts_strbuf_real(into, field->real, "undefined"); break;
        case TS_FIELD_BOOL: ts_strbuf_puts(into, field->whole ? "true" : "false"); break;
        }
    }
    ts_strbuf_clear(&scratch);
}
