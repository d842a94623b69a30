#include "services/tradestream/discover_files.h"

#include "common/safe_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int path_in(const char *folder, const char *name, char *path, size_t size, ts_error *error)
{
    if ((size_t)snprintf(path, size, "%s/%s", folder, name) < size) return 0;
    return ts_fail(error, TS_USAGE, "--out: the path is too long: %.60s...", folder);
}

int ts_discover_files_open(ts_discover_files *files, const char *folder, ts_error *error)
{
    *files = (ts_discover_files){.folder = folder};
    if (!folder) return 0;
    if (ts_folder_make(folder, error)) {
        error->code = TS_USAGE;
        return ts_error_context(error, "--out");
    }
    if (path_in(folder, "results.partial.jsonl", files->partial_path, sizeof files->partial_path, error) ||
        ts_checkpoint_open(folder, &files->checkpoint, error))
        return -1;
    files->partial = fopen(files->partial_path, "w");
    if (files->partial) {
        setvbuf(files->partial, NULL, _IONBF, 0); /* a search's lines go out in one write: a kill leaves whole ones */
        return 0;
    }
    return ts_fail(error, TS_USAGE, "--out: %s: %s", files->partial_path, strerror(errno));
}

static void close_partial(ts_discover_files *files)
{
    if (!files->partial) return;
    bool empty = ftell(files->partial) == 0;
    fclose(files->partial);
    if (empty) unlink(files->partial_path);
    files->partial = NULL;
}

void ts_discover_files_close(ts_discover_files *files)
{
    close_partial(files);
    ts_checkpoint_close(files->checkpoint);
    files->checkpoint = NULL;
}

static void append_line(ts_strbuf *text, const ts_result *result)
{
    ts_json json = {.out = *text, .first = true};
    ts_result_json(&json, NULL, result);
    ts_strbuf_putc(&json.out, '\n');
    *text = json.out;
}

int ts_discover_files_append(void *context, const ts_discovery *discovery, const ts_discovery_outcome *outcome,
                             ts_error *error)
{
    ts_discover_files *files = context;
    ts_strbuf text = {0};
    if (!files->partial || !outcome->study.found.top_count) return 0;
    for (size_t i = 0; i < outcome->study.found.top_count; i++) {
        ts_result result = ts_discovery_result(discovery, outcome, i);
        append_line(&text, &result);
    }
    int rc = ts_strbuf_failed(&text) ? ts_no_memory(error, "results") : 0;
    if (!rc && (fwrite(text.text, 1, text.length, files->partial) != text.length || fflush(files->partial)))
        rc = ts_fail(error, TS_FAILED, "%s: cannot be written: %s", files->partial_path, strerror(errno));
    ts_strbuf_clear(&text);
    return rc;
}

void ts_discover_lines(ts_strbuf *text, const ts_discovery *discovery)
{
    for (size_t i = 0; i < discovery->results; i++) append_line(text, &discovery->result[i]);
}

static int write_file(const ts_discover_files *files, const char *name, ts_strbuf *text, ts_error *error)
{
    char path[4096];
    int rc =
        ts_strbuf_failed(text) ? ts_no_memory(error, name) : path_in(files->folder, name, path, sizeof path, error);
    if (!rc) rc = ts_file_write(path, text->text ? text->text : "", text->length, error);
    ts_strbuf_clear(text);
    return rc;
}

int ts_discover_files_write(const ts_discover_files *files, const ts_discovery *discovery, ts_error *error)
{
    ts_strbuf lines = {0}, run = {0};
    if (!files->folder) return 0;
    ts_discover_lines(&lines, discovery);
    if (write_file(files, "results.jsonl", &lines, error)) return -1;
    ts_discover_run_json(&run, discovery);
    return write_file(files, "run.json", &run, error);
}

void ts_discover_files_finish(ts_discover_files *files)
{
    if (!files->folder) return;
    close_partial(files);
    unlink(files->partial_path);
    ts_checkpoint_remove(files->checkpoint);
}
