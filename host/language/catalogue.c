#define _GNU_SOURCE
#include "host/language/catalogue.h"

#include "common/memory.h"
#include "common/nearest.h"
#include "common/strbuf.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STRATEGIES_MAX = 100000, FOLDERS_UP = 4 };

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The folder of the running program, without its last slash. */
static int program_folder(ts_strbuf *folder, ts_error *error)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0) return ts_fail(error, TS_FAILED, "/proc/self/exe: %s", strerror(errno));
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (slash) *slash = '\0';
    ts_strbuf_puts(folder, path);
    return 0;
}

/* Installed, the catalogue lies beside the program; in a build folder, some levels above it in the source tree. */
static int default_folder(ts_strbuf *folder, ts_error *error)
{
    ts_strbuf base = {0};
    int result = program_folder(&base, error);
    for (int up = 0; !result && up <= FOLDERS_UP; up++) {
        ts_strbuf_reset(folder);
        ts_strbuf_printf(folder, "%s/%s", base.text, up ? "data/strategies" : "../share/tradestream/strategies");
        if (ts_strbuf_failed(folder) || is_folder(folder->text)) goto out;
        if (up) ts_strbuf_puts(&base, "/..");
    }
    if (!result)
        result =
            ts_fail(error, TS_BAD_DATA,
                    "the strategies are not found beside the program: name their folder in TRADESTREAM_STRATEGIES");
out:
    ts_strbuf_clear(&base);
    return result;
}

static int find_folder(const char *folder, ts_strbuf *found, ts_error *error)
{
    const char *said = getenv("TRADESTREAM_STRATEGIES");
    if (!folder && said && *said) folder = said;
    if (!folder && default_folder(found, error)) return -1;
    if (folder) ts_strbuf_puts(found, folder);
    return ts_strbuf_failed(found) ? ts_no_memory(error, "the catalogue") : 0;
}

static int add(ts_catalogue *catalogue, const char *path, ts_error *error)
{
    if (catalogue->count >= STRATEGIES_MAX) return ts_fail(error, TS_BAD_DATA, "%s: too many strategies", path);
    ts_strategy **grown = ts_grow(catalogue->strategy, catalogue->count + 1, sizeof(ts_strategy *));
    if (!grown) return ts_no_memory(error, "the catalogue");
    catalogue->strategy = grown;
    ts_strategy *strategy = ts_strategy_load(path, error);
    if (!strategy) return -1;
    catalogue->strategy[catalogue->count++] = strategy;
    return 0;
}

static int is_json(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

/* Files are read in the order of their names, so that of several errors the same one is told everywhere. */
static int add_files(const char *folder, ts_catalogue *catalogue, ts_error *error)
{
    struct dirent **entry = NULL;
    ts_strbuf path = {0};
    int result = 0, count = scandir(folder, &entry, is_json, by_bytes);
    if (count < 0) return ts_fail(error, TS_BAD_DATA, "%s: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        ts_strbuf_reset(&path);
        ts_strbuf_printf(&path, "%s/%s", folder, entry[i]->d_name);
        if (!result)
            result = ts_strbuf_failed(&path) ? ts_no_memory(error, "the catalogue") : add(catalogue, path.text, error);
        free(entry[i]);
    }
    free(entry);
    ts_strbuf_clear(&path);
    if (!result && !catalogue->count) result = ts_fail(error, TS_BAD_DATA, "%s: no strategies (*.json)", folder);
    return result;
}

static int by_name(const void *a, const void *b)
{
    const ts_strategy *const *first = a, *const *second = b;
    return strcmp((*first)->name, (*second)->name);
}

int ts_catalogue_load(const char *folder, ts_catalogue *catalogue, ts_error *error)
{
    ts_strbuf found = {0};
    *catalogue = (ts_catalogue){0};
    int result = find_folder(folder, &found, error);
    if (!result) result = add_files(found.text, catalogue, error);
    if (!result) qsort(catalogue->strategy, catalogue->count, sizeof(ts_strategy *), by_name);
    for (size_t i = 1; !result && i < catalogue->count; i++)
        if (by_name(&catalogue->strategy[i - 1], &catalogue->strategy[i]) == 0)
            result =
                ts_fail(error, TS_BAD_DATA, "%s: two files are called %s", found.text, catalogue->strategy[i]->name);
    if (result) ts_catalogue_clear(catalogue);
    ts_strbuf_clear(&found);
    return result;
}

void ts_catalogue_clear(ts_catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++) ts_strategy_free(catalogue->strategy[i]);
    free(catalogue->strategy);
    *catalogue = (ts_catalogue){0};
}

const ts_strategy *ts_catalogue_find(const ts_catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->count; i++)
        if (strcmp(catalogue->strategy[i]->name, name) == 0) return catalogue->strategy[i];
    return NULL;
}

static int unknown(const ts_catalogue *catalogue, const char *name, ts_error *error)
{
    ts_nearest nearest = {.word = name};
    for (size_t i = 0; i < catalogue->count; i++) ts_nearest_try(&nearest, catalogue->strategy[i]->name);
    if (nearest.best) return ts_fail(error, TS_USAGE, "unknown strategy '%.60s': did you mean %s?", name, nearest.best);
    return ts_fail(error, TS_USAGE, "unknown strategy '%.60s' ('tradestream strategies list' shows all)", name);
}

/* Mark what one word of the list means. */
static int mark(const ts_catalogue *catalogue, const char *word, size_t length, bool *marked, ts_error *error)
{
    char name[sizeof catalogue->strategy[0]->name];
    if (!length) return ts_fail(error, TS_USAGE, "expected strategy names separated by commas, or 'all'");
    if (length >= sizeof name) return ts_fail(error, TS_USAGE, "unknown strategy '%.*s...'", 60, word);
    memcpy(name, word, length);
    name[length] = '\0';
    const bool all = strcmp(name, "all") == 0;
    bool found = all;
    for (size_t i = 0; i < catalogue->count; i++) {
        if (!all && strcmp(catalogue->strategy[i]->name, name) != 0) continue;
        marked[i] = found = true;
    }
    return found ? 0 : unknown(catalogue, name, error);
}

size_t ts_catalogue_choose(const ts_catalogue *catalogue, const char *names, const ts_strategy **chosen,
                           ts_error *error)
{
    bool *marked = ts_alloc(catalogue->count + 1, sizeof *marked);
    size_t count = 0;
    if (!marked) {
        ts_no_memory(error, "the catalogue");
        return 0;
    }
    for (const char *word = names, *end; word; word = *end ? end + 1 : NULL) {
        end = word + strcspn(word, ",");
        if (mark(catalogue, word, (size_t)(end - word), marked, error)) goto out;
    }
    for (size_t i = 0; i < catalogue->count; i++)
        if (marked[i]) chosen[count++] = catalogue->strategy[i];
out:
    free(marked);
    return count;
}
