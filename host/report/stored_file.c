#include "host/report/stored_file.h"

#include "common/memory.h"
#include "common/safe_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Limits far above what a run writes, so that what is no file of results is refused before it fills the memory. */
#define FILE_MAX (1024UL << 20) /* bytes */
#define LINE_MAX (16UL << 20)   /* a thousand folds take 2 MiB */
enum { ROWS_MAX = 1000000 };

void ts_stored_file_clear(ts_stored_file *file)
{
    for (size_t i = 0; i < file->count; i++) ts_stored_clear(&file->result[i]);
    free(file->result);
    free(file->path);
    *file = (ts_stored_file){0};
}

int ts_stored_file_context(const ts_stored_file *file, const ts_stored_result *result, ts_error *error)
{
    if (file->lines) return ts_error_context(error, "%s:%zu", file->path, result->number);
    return ts_error_context(error, "%s: result %zu", file->path, result->number);
}

static int add(ts_stored_file *file, const json_t *object, size_t number, ts_error *error)
{
    if (file->count == ROWS_MAX) return ts_fail(error, TS_BAD_DATA, "%s: more than %d results", file->path, ROWS_MAX);
    if (!(file->count & (file->count - 1))) { /* full at every power of two */
        ts_stored_result *more = ts_grow(file->result, file->count ? 2 * file->count : 1, sizeof *more);
        if (!more) return ts_no_memory(error, "the results");
        file->result = more;
    }
    ts_stored_result *into = &file->result[file->count];
    int status = ts_stored_read(object, into, error);
    into->number = number;
    if (status) return ts_stored_file_context(file, into, error);
    file->count++;
    return 0;
}

/* What the parser says quotes the file, which may hold anything. */
static const char *printable(char *text)
{
    for (char *c = text; *c; c++)
        if (*c < ' ' || *c > '~') *c = '?';
    return text;
}

static int read_line(ts_stored_file *file, const char *line, size_t length, size_t number, bool whole, ts_error *error)
{
    json_error_t where;
    json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &where);
    bool ended = !object && json_error_code(&where) == json_error_premature_end_of_input;
    if (*line == '{' && (ended || (!object && !whole)))
        return ts_fail(error, TS_BAD_DATA, "%s:%zu: the line ends within a result: the file was cut off, or edited",
                       file->path, number);
    if (!object)
        return ts_fail(error, TS_BAD_DATA, "%s:%zu:%d: expected a result in JSON: %s", file->path, number, where.column,
                       printable(where.text));
    int status = add(file, object, number, error);
    json_decref(object);
    return status;
}

static int read_lines(ts_stored_file *file, const ts_strbuf *text, ts_error *error)
{
    const char *at = text->text, *end = at + text->length;
    for (size_t number = 1; at < end; number++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((stop ? stop : end) - at);
        if (length > LINE_MAX)
            return ts_fail(error, TS_BAD_DATA, "%s:%zu: expected a line of at most %lu bytes, found %zu", file->path,
                           number, LINE_MAX, length);
        if (length && read_line(file, at, length, number, stop != NULL, error)) return -1;
        at += length + 1;
    }
    return 0;
}

static int read_root(ts_stored_file *file, const json_t *root, ts_error *error)
{
    const json_t *results = json_object_get(root, "results"), *object;
    size_t i;
    if (!results) return add(file, root, 1, error);
    if (!json_is_array(results)) return ts_fail(error, TS_BAD_DATA, "%s: results: expected an array", file->path);
    json_array_foreach((json_t *)results, i, object)
    {
        if (add(file, object, i + 1, error)) return -1;
    }
    return 0;
}

/* The first line of one JSON text is no result: an indented object, or an object of an array of results. */
static bool is_one_text(const ts_strbuf *text)
{
    static const char results[] = "{\"warnings\"";
    size_t line = strcspn(text->text, "\n");
    return !strncmp(text->text, results, sizeof results - 1) || (line < 3 && text->text[0] == '{');
}

static int read_text(ts_stored_file *file, ts_strbuf *text, ts_error *error)
{
    json_error_t where;
    file->lines = text->length && !is_one_text(text);
    if (file->lines) return read_lines(file, text, error);
    if (!text->length) return 0;
    json_t *root = json_loadb(text->text, text->length, JSON_REJECT_DUPLICATES, &where);
    ts_strbuf_clear(text);
    if (!root)
        return ts_fail(error, TS_BAD_DATA, "%s:%d:%d: expected results in JSON: %s", file->path, where.line,
                       where.column, printable(where.text));
    int status = read_root(file, root, error);
    json_decref(root);
    return status;
}

/* A folder stands for its results.jsonl. */
static int settle_path(const char *path, ts_stored_file *file, ts_error *error)
{
    struct stat is;
    ts_strbuf name = {0};
    bool folder = !stat(path, &is) && S_ISDIR(is.st_mode);
    ts_strbuf_printf(&name, "%s%s", path, folder ? "/results.jsonl" : "");
    file->path = name.text;
    if (ts_strbuf_failed(&name)) return ts_no_memory(error, "the name of the results");
    if (!folder || !access(file->path, F_OK)) return 0;
    ts_strbuf partial = {0};
    ts_strbuf_printf(&partial, "%s/results.partial.jsonl", path);
    bool ended = !partial.text || access(partial.text, F_OK);
    ts_strbuf_clear(&partial);
    return ts_fail(error, TS_BAD_DATA, "%s: %s", path,
                   ended ? "no results.jsonl in this folder: expected one that 'discover --out' wrote"
                         : "its run has not ended: results.partial.jsonl has what was found so far");
}

int ts_stored_file_read(const char *path, ts_stored_file *file, ts_error *error)
{
    ts_strbuf text = {0};
    *file = (ts_stored_file){0};
    int status = settle_path(path, file, error);
    if (!status) status = ts_file_read(file->path, FILE_MAX, &text, error);
    if (!status) status = read_text(file, &text, error);
    if (!status && !file->count) status = ts_fail(error, TS_BAD_DATA, "%s: holds no results", file->path);
    ts_strbuf_clear(&text);
    if (status) ts_stored_file_clear(file);
    return status;
}
