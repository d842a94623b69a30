#define _GNU_SOURCE
#include "tests/recordings.h"

#include "common/json.h"
#include "data/candles/decompress.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The whole of a packed file, terminated. */
static char *unpack(const char *path)
{
    ts_error error = {0};
    ts_strbuf text = {0};
    char part[65536];
    ptrdiff_t size;
    ts_source *source = ts_source_open(path, &error);
    if (!source) fail_msg("%s", error.text);
    while ((size = ts_source_read(source, part, sizeof part, &error)) > 0) ts_strbuf_append(&text, part, (size_t)size);
    ts_source_close(source);
    if (size || ts_strbuf_failed(&text)) fail_msg("%s", error.text);
    return text.text;
}

/* One JSON object a line, which holds the message as a text. */
size_t recorded_advanced(const char *shared, recorded_message *each, void *context)
{
    size_t count = 0;
    char *text = unpack(ts_shared_data(shared, "messages/coinbase-advanced-trade-2026-08-09.jsonl.zst")), *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        json_t *keep = json_loads(line, 0, NULL);
        const char *type = json_string_value(json_object_get(keep, "t"));
        const char *said = json_string_value(json_object_get(keep, "data"));
        if (type && said && !strcmp(type, "recv")) {
            each(context, said, strlen(said));
            count++;
        }
        json_decref(keep);
    }
    free(text);
    return count;
}

/* "<unix time>: <message>"; other lines begin with the URL. */
size_t recorded_exchange(const char *shared, recorded_message *each, void *context)
{
    size_t count = 0;
    char *text = unpack(ts_shared_data(shared, "messages/coinbase-pro-ws-2021-04-17.cryptofeed.txt.zst")), *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        const char *said = strstr(line, ": {");
        if (!said || *line < '0' || *line > '9') continue;
        each(context, said + 2, strlen(said + 2));
        count++;
    }
    free(text);
    return count;
}
