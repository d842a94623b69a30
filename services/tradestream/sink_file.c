/* --sink file:PATH: the messages that Kafka would get, a line each; written whole. */
#define _POSIX_C_SOURCE 200809L
#include "common/memory.h"
#include "common/safe_file.h"
#include "services/tradestream/sinks.h"

#include <stdlib.h>
#include <string.h>

static void *open_file(const char *address, ts_error *error)
{
    char temporary[4096];
    if (!*address) {
        ts_fail(error, TS_USAGE, "expected file:PATH");
        return NULL;
    }
    if (ts_file_temporary(address, temporary, sizeof temporary, error)) return NULL;
    char *path = strdup(address);
    if (!path) ts_no_memory(error, "a path");
    return path;
}

static int publish(void *path, const ts_publication *publication, ts_error *error)
{
    ts_strbuf text = {0};
    for (size_t i = 0; i < publication->count; i++) {
        ts_strbuf_append(&text, publication->item[i].message.text, publication->item[i].message.length);
        ts_strbuf_putc(&text, '\n');
    }
    int status = ts_strbuf_failed(&text) ? ts_no_memory(error, "the messages")
                                         : ts_file_write(path, text.text ? text.text : "", text.length, error);
    ts_strbuf_clear(&text);
    return status;
}

const ts_sink_kind ts_sink_file = {"file", false, open_file, publish, free};
