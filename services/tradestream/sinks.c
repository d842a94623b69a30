#define _POSIX_C_SOURCE 200809L
#include "services/tradestream/sinks.h"

#include "common/log.h"
#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

static const ts_sink_kind *const kinds[] = {&ts_sink_file, &ts_sink_kafka, &ts_sink_postgres};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* The kind that a text begins with, and how long "kind:" is. */
static const ts_sink_kind *kind_of(const char *text, size_t *length)
{
    for (size_t i = 0; i < KINDS; i++) {
        *length = strlen(kinds[i]->name);
        if (!strncmp(text, kinds[i]->name, *length) && text[*length] == ':') {
            ++*length;
            return kinds[i];
        }
    }
    return NULL;
}

/* Up to the comma that another sink follows: lists of brokers have commas of their own. */
static size_t address_length(const char *text)
{
    size_t unused;
    for (const char *c = text; *c; c++)
        if (*c == ',' && kind_of(c + 1, &unused)) return (size_t)(c - text);
    return strlen(text);
}

static int open_one(ts_sinks *sinks, const char *text, size_t *length, ts_error *error)
{
    const ts_sink_kind *kind = kind_of(text, length);
    if (!kind)
        return ts_fail(error, TS_USAGE, "--sink: '%.80s': expected kafka:HOST:PORT[/TOPIC], postgres:URL or file:PATH",
                       text);
    if (sinks->count == TS_SINKS_MOST) return ts_fail(error, TS_USAGE, "--sink: at most %d", TS_SINKS_MOST);
    size_t size = address_length(text + *length);
    char *address = strndup(text + *length, size);
    if (!address) return ts_no_memory(error, "--sink");
    *length += size;
    size_t at = sinks->count++;
    sinks->open[at].kind = kind;
    sinks->open[at].address = address;
    sinks->open[at].sink = kind->open(address, error);
    return sinks->open[at].sink ? 0 : ts_error_context(error, "--sink %s", kind->name);
}

int ts_sinks_open(ts_sinks *sinks, const ts_texts *said, ts_error *error)
{
    *sinks = (ts_sinks){0};
    for (size_t i = 0; i < said->count; i++)
        for (const char *text = said->text[i];;) {
            size_t length;
            if (open_one(sinks, text, &length, error)) return -1;
            if (!text[length]) break;
            text += length + 1;
        }
    return 0;
}

void ts_sinks_close(ts_sinks *sinks)
{
    for (size_t i = 0; i < sinks->count; i++) {
        if (sinks->open[i].sink) sinks->open[i].kind->close(sinks->open[i].sink);
        free(sinks->open[i].address);
    }
    *sinks = (ts_sinks){0};
}

bool ts_sinks_want_equity(const ts_sinks *sinks)
{
    for (size_t i = 0; i < sinks->count; i++)
        if (sinks->open[i].kind->wants_equity) return true;
    return false;
}

int ts_sinks_publish(const ts_sinks *sinks, const ts_publication *publication, ts_error *error)
{
    for (size_t i = 0; i < sinks->count; i++) {
        const ts_sink_kind *kind = sinks->open[i].kind;
        if (kind->publish(sinks->open[i].sink, publication, error))
            return ts_error_context(error, "--sink %s", kind->name);
        ts_log_info("%zu winners are in %s", publication->count, kind->name);
    }
    return 0;
}
