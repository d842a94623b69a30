#include "common/json.h"

#include "common/safe_file.h"

#include <stdlib.h>

static void new_line(ts_json *json)
{
    if (!json->indent) return;
    ts_strbuf_putc(&json->out, '\n');
    for (int i = 0; i < json->indent * json->depth; i++) ts_strbuf_putc(&json->out, ' ');
}

/* What may not stand in a JSON text as it is. */
static void escaped(ts_json *json, unsigned char c)
{
    if (c == '"' || c == '\\') ts_strbuf_printf(&json->out, "\\%c", c);
    else if (c == '\n') ts_strbuf_puts(&json->out, "\\n");
    else if (c == '\t') ts_strbuf_puts(&json->out, "\\t");
    else ts_strbuf_printf(&json->out, "\\u%04x", c);
}

static bool stands_as_it_is(unsigned char c) { return c >= 0x20 && c != '"' && c != '\\'; }

static void quoted(ts_json *json, const char *text)
{
    ts_strbuf_putc(&json->out, '"');
    for (;;) {
        const char *from = text;
        while (stands_as_it_is((unsigned char)*text)) text++;
        ts_strbuf_append(&json->out, from, (size_t)(text - from));
        if (!*text) break;
        escaped(json, (unsigned char)*text++);
    }
    ts_strbuf_putc(&json->out, '"');
}

static void begin_value(ts_json *json, const char *key)
{
    if (json->depth) {
        if (!json->first) ts_strbuf_puts(&json->out, json->indent || json->compact ? "," : ", ");
        new_line(json);
    }
    json->first = false;
    if (!key) return;
    quoted(json, key);
    ts_strbuf_puts(&json->out, json->compact ? ":" : ": ");
}

static void open_level(ts_json *json, const char *key, char bracket)
{
    begin_value(json, key);
    ts_strbuf_putc(&json->out, bracket);
    json->depth++;
    json->first = true;
}

static void close_level(ts_json *json, char bracket)
{
    json->depth--;
    if (!json->first) new_line(json);
    ts_strbuf_putc(&json->out, bracket);
    json->first = false;
}

void ts_json_object(ts_json *json, const char *key) { open_level(json, key, '{'); }
void ts_json_object_end(ts_json *json) { close_level(json, '}'); }
void ts_json_array(ts_json *json, const char *key) { open_level(json, key, '['); }
void ts_json_array_end(ts_json *json) { close_level(json, ']'); }

void ts_json_text(ts_json *json, const char *key, const char *text)
{
    begin_value(json, key);
    if (text) quoted(json, text);
    else ts_strbuf_puts(&json->out, "null");
}

void ts_json_real(ts_json *json, const char *key, double value)
{
    begin_value(json, key);
    ts_strbuf_real(&json->out, value, "null");
}

void ts_json_int(ts_json *json, const char *key, int64_t value)
{
    begin_value(json, key);
    ts_strbuf_printf(&json->out, "%lld", (long long)value);
}

void ts_json_bool(ts_json *json, const char *key, bool value)
{
    begin_value(json, key);
    ts_strbuf_puts(&json->out, value ? "true" : "false");
}

void ts_json_null(ts_json *json, const char *key) { ts_json_text(json, key, NULL); }

json_t *ts_json_load(const char *path, size_t limit, ts_error *error)
{
    ts_strbuf text = {0};
    json_error_t where;
    json_t *root = NULL;
    if (ts_file_read(path, limit, &text, error)) goto out;
    root = json_loadb(text.text ? text.text : "", text.length, JSON_REJECT_DUPLICATES, &where);
    if (!root) ts_fail(error, TS_BAD_DATA, "%s:%d:%d: %s", path, where.line, where.column, where.text);
out:
    ts_strbuf_clear(&text);
    return root;
}
