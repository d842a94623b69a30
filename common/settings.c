#include "common/settings.h"

#include "common/memory.h"
#include "common/setting_rows.h"
#include "common/setting_value.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* What every verb has. */
static const ts_setting common_table[] = {
    {"config", TS_SETTING_TEXT, 0, NULL, 0, 0, NULL, "FILE", "a JSON file of settings, keys as option_name"}, {0}};
static const ts_setting *const common_tables[] = {common_table, NULL};

typedef struct line {
    const ts_setting_rows *rows;
    ts_texts *words;
    ts_error *error;
} line;

/* True for a word that ends a list of values: --name, or the short form of a setting. */
static bool is_flag(const line *l, const char *word)
{
    if (word[0] != '-') return false;
    return word[1] == '-' || (word[1] && !word[2] && ts_setting_rows_find_letter(l->rows, word[1]));
}

static int unknown_flag(const line *l, const char *name, size_t length)
{
    char text[TS_SETTING_NAME];
    snprintf(text, sizeof text, "%.*s", (int)(length < sizeof text ? length : sizeof text - 1), name);
    const ts_setting_row *near = ts_setting_rows_nearest(l->rows, text);
    if (near) return ts_fail(l->error, TS_USAGE, "unknown option --%s: did you mean --%s?", text, near->name);
    return ts_fail(l->error, TS_USAGE, "unknown option --%s (--help lists what there is)", text);
}

/* Append `attached`, or the words after the flag. Returns how many of these it took, or -1. */
static int take_list(const line *l, ts_setting_row *row, int argc, char **argv, const char *attached)
{
    ts_texts *list = ts_setting_field(row->setting, row->into);
    int used = 0, most = row->setting->type == TS_SETTING_MANY ? argc : argc > 0;
    if (!row->on_line) list = ts_setting_list_start(row->setting, row->into, (size_t)argc + 1, l->error);
    if (!list) return -1;
    row->on_line = true;
    if (attached) {
        list->text[list->count++] = attached;
        return 0;
    }
    while (used < most && !is_flag(l, argv[used])) list->text[list->count++] = argv[used++];
    return used ? used : ts_fail(l->error, TS_USAGE, "--%s needs a value", row->name);
}

/* Give the row its value: `attached` (after the '='), or what follows. Returns how many of argv's words it took, or -1.
 */
static int take_value(const line *l, ts_setting_row *row, int argc, char **argv, const char *attached)
{
    char place[TS_SETTING_PLACE];
    const char *text = attached;
    if (ts_setting_is_list(row->setting)) return take_list(l, row, argc, argv, attached);
    if (!text && row->setting->type == TS_SETTING_FLAG) text = attached = "true";
    if (!text && argc > 0 && strncmp(argv[0], "--", 2)) text = argv[0];
    if (!text) return ts_fail(l->error, TS_USAGE, "--%s needs a value", row->name);
    snprintf(place, sizeof place, "--%s", row->name);
    if (ts_setting_set(row->setting, row->into, text, (ts_setting_place){place, TS_USAGE}, l->error)) return -1;
    return attached ? 0 : 1;
}

/* "--name", "--name=value" or "--no-name" at argv[0]. Returns the words used, or -1. */
static int take_flag(const line *l, int argc, char **argv)
{
    const char *name = argv[0] + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const char *attached = equals ? equals + 1 : NULL;
    ts_setting_row *row = ts_setting_rows_find(l->rows, name, length);
    if (!row && !attached && !strncmp(name, "no-", 3)) {
        row = ts_setting_rows_find(l->rows, name + 3, length - 3);
        attached = "false";
        if (row && row->setting->type != TS_SETTING_FLAG) row = NULL;
    }
    if (!row) return unknown_flag(l, name, length);
    int used = take_value(l, row, argc - 1, argv + 1, attached);
    return used < 0 ? -1 : used + 1;
}

static int take_letter(const line *l, int argc, char **argv)
{
    ts_setting_row *row = argv[0][2] ? NULL : ts_setting_rows_find_letter(l->rows, argv[0][1]);
    if (!row) return ts_fail(l->error, TS_USAGE, "unknown option %.60s (--help lists what there is)", argv[0]);
    int used = take_value(l, row, argc - 1, argv + 1, NULL);
    return used < 0 ? -1 : used + 1;
}

static int take_word(const line *l, const char *word)
{
    if (!l->words) return ts_fail(l->error, TS_USAGE, "unexpected word '%.60s': every value here has its option", word);
    l->words->text[l->words->count++] = word;
    return 1;
}

static int read_line(const line *l, int argc, char **argv)
{
    bool only_words = false;
    for (int at = 0, used; at < argc; at += used) {
        const char *word = argv[at];
        bool number = isdigit((unsigned char)word[0]) || (word[0] == '-' && isdigit((unsigned char)word[1]));
        bool ends = !only_words && !strcmp(word, "--");
        if (ends) used = (only_words = true);
        else if (only_words || word[0] != '-' || !word[1] || number) used = take_word(l, word);
        else used = word[1] == '-' ? take_flag(l, argc - at, argv + at) : take_letter(l, argc - at, argv + at);
        if (used < 0) return -1;
    }
    return 0;
}

/* The --config file must be read before the flags that win over it. */
static const char *config_path(int argc, char **argv)
{
    const char *path = getenv("TRADESTREAM_CONFIG");
    for (int i = 0; i < argc && strcmp(argv[i], "--"); i++) {
        if (!strncmp(argv[i], "--config=", 9)) path = argv[i] + 9;
        else if (!strcmp(argv[i], "--config") && i + 1 < argc) path = argv[i + 1];
    }
    return path && *path ? path : NULL;
}

int ts_settings_read_all(const ts_setting *const *tables, void *into, int argc, char **argv, ts_texts *words,
                         ts_error *error)
{
    ts_setting_rows rows = {0};
    line said = {&rows, words, error};
    const char *own_config, *config = config_path(argc, argv);
    int status = -1;
    if (ts_setting_rows_add(&rows, tables, into, error)) goto out;
    if (ts_setting_rows_add(&rows, common_tables, &own_config, error)) goto out;
    if (words) *words = (ts_texts){.text = ts_setting_keep(ts_grow(NULL, (size_t)argc + 1, sizeof *words->text))};
    if (words && !words->text) {
        ts_no_memory(error, "settings");
        goto out;
    }
    if (ts_settings_from_fallbacks(&rows, error) || (config && ts_settings_from_file(&rows, config, error))) goto out;
    if (ts_settings_from_environment(&rows, error) || read_line(&said, argc, argv)) goto out;
    status = 0;
out:
    free(rows.row);
    return status;
}

int ts_settings_read(const ts_setting *table, void *into, int argc, char **argv, ts_texts *words, ts_error *error)
{
    const ts_setting *const tables[] = {table, NULL};
    return ts_settings_read_all(tables, into, argc, argv, words, error);
}

/* "-o, --output FILE"; what can be chosen stands in the place of the value. */
static void help_name(const ts_setting_row *row, char *text, size_t size)
{
    const ts_setting *setting = row->setting;
    char letter[] = {'-', row->letter, ',', ' ', '\0'};
    const char *value = setting->value ? setting->value : setting->choices ? setting->choices : "VALUE";
    bool flag = setting->type == TS_SETTING_FLAG;
    snprintf(text, size, "  %s--%s%s%s", row->letter ? letter : "", row->name, flag ? "" : " ", flag ? "" : value);
}

static void help_row(const ts_setting_row *row, FILE *out)
{
    enum { COLUMN = 30 };
    const ts_setting *setting = row->setting;
    char range[400], name[400];
    help_name(row, name, sizeof name);
    ts_setting_range(setting, range, sizeof range);
    if (strlen(name) < COLUMN) fprintf(out, "%-*s", COLUMN, name);
    else fprintf(out, "%s\n%*s", name, COLUMN, "");
    fputs(setting->help ? setting->help : "", out);
    if (setting->min != 0 || setting->max != 0) fprintf(out, "; %s", range);
    if (setting->type == TS_SETTING_CHOICE && setting->value) fprintf(out, "; %s", range);
    if (row->variable) fprintf(out, "; or %s", row->variable);
    if (setting->fallback && *setting->fallback) fprintf(out, " (default %s)", setting->fallback);
    fputc('\n', out);
}

void ts_settings_help(const ts_setting *const *tables, FILE *out)
{
    ts_setting_rows rows = {0};
    ts_error error = {0};
    if (!ts_setting_rows_add(&rows, tables, NULL, &error) && !ts_setting_rows_add(&rows, common_tables, NULL, &error))
        for (size_t i = 0; i < rows.count; i++) help_row(&rows.row[i], out);
    free(rows.row);
}
