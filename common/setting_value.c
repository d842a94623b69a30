#define _GNU_SOURCE
#include "common/setting_value.h"

#include "common/clock.h"
#include "common/memory.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What lives until the process ends hangs on this list, so that nobody takes it for lost. */
static struct kept {
    struct kept *next;
    void *memory;
} * kept;

void *ts_setting_keep(void *memory)
{
    struct kept *link = memory ? ts_grow(NULL, 1, sizeof *link) : NULL;
    if (!link) {
        free(memory);
        return NULL;
    }
    *link = (struct kept){kept, memory};
    kept = link;
    return memory;
}

ts_texts *ts_setting_list_start(const ts_setting *row, void *into, size_t most, ts_error *error)
{
    ts_texts *list = ts_setting_field(row, into);
    *list = (ts_texts){.text = ts_setting_keep(ts_grow(NULL, most ? most : 1, sizeof *list->text))};
    if (list->text) return list;
    ts_no_memory(error, "settings");
    return NULL;
}

static int split(const ts_setting *row, void *into, const char *text, ts_error *error)
{
    size_t most = 1;
    for (const char *c = text; *c; c++) most += *c == ';';
    char *rest = ts_setting_keep(strdup(text));
    ts_texts *list = ts_setting_list_start(row, into, most, error);
    if (!rest || !list) return ts_no_memory(error, "settings");
    for (char *part; (part = strsep(&rest, ";"));)
        if (*part) list->text[list->count++] = part;
    return 0;
}

static bool bounded(const ts_setting *row) { return row->min != 0 || row->max != 0; }

void ts_setting_clear(const ts_setting *row, void *into)
{
    void *field = ts_setting_field(row, into);
    switch (row->type) {
    case TS_SETTING_FLAG: *(bool *)field = false; break;
    case TS_SETTING_INT: *(int64_t *)field = 0; break;
    case TS_SETTING_REAL: *(double *)field = NAN; break;
    case TS_SETTING_TEXT: *(const char **)field = NULL; break;
    case TS_SETTING_CHOICE: *(int *)field = -1; break;
    case TS_SETTING_TIME: *(int64_t *)field = INT64_MIN; break;
    case TS_SETTING_LIST:
    case TS_SETTING_MANY: *(ts_texts *)field = (ts_texts){0}; break;
    }
}

void ts_setting_range(const ts_setting *row, char *text, size_t size)
{
    const char *kind = row->type == TS_SETTING_INT ? "a whole number" : "a number";
    switch (row->type) {
    case TS_SETTING_FLAG: snprintf(text, size, "true or false"); break;
    case TS_SETTING_CHOICE: snprintf(text, size, "one of %s", row->choices); break;
    case TS_SETTING_TIME: snprintf(text, size, "a time such as 2024-06-25 or 2024-06-25T23:59:00Z"); break;
    case TS_SETTING_INT:
    case TS_SETTING_REAL:
        if (!bounded(row)) snprintf(text, size, "%s", kind);
        else if (isinf(row->max)) snprintf(text, size, "%s of at least %.15g", kind, row->min);
        else snprintf(text, size, "%s from %.15g to %.15g", kind, row->min, row->max);
        break;
    default: snprintf(text, size, "a text");
    }
}

static bool within(const ts_setting *row, double value)
{
    return !bounded(row) || (value >= row->min && value <= row->max);
}

static bool read_int(const ts_setting *row, int64_t *field, const char *text)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || end == text || *end || !within(row, (double)value)) return false;
    *field = value;
    return true;
}

static bool read_real(const ts_setting *row, double *field, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !isfinite(value) || !within(row, value)) return false;
    *field = value;
    return true;
}

/* The place of `text` among the words of "a|b|c", or -1. */
static int choice_index(const char *choices, const char *text)
{
    size_t length = strlen(text);
    int index = 0;
    for (const char *at = choices;; index++) {
        size_t word = strcspn(at, "|");
        if (word == length && !memcmp(at, text, length)) return index;
        if (!at[word]) return -1;
        at += word + 1;
    }
}

static bool read_choice(const ts_setting *row, int *field, const char *text)
{
    int index = choice_index(row->choices, text);
    if (index >= 0) *field = index;
    return index >= 0;
}

static bool read_flag(bool *field, const char *text)
{
    static const char no_words[] = "false|0|no|off", yes_words[] = "true|1|yes|on";
    bool yes = choice_index(yes_words, text) >= 0, no = choice_index(no_words, text) >= 0;
    if (yes || no) *field = yes;
    return yes || no;
}

static bool read_time(int64_t *field, const char *text)
{
    ts_error ignored = {0};
    return !ts_time_parse(text, field, &ignored);
}

static bool read_value(const ts_setting *row, void *field, const char *text)
{
    switch (row->type) {
    case TS_SETTING_FLAG: return read_flag(field, text);
    case TS_SETTING_INT: return read_int(row, field, text);
    case TS_SETTING_REAL: return read_real(row, field, text);
    case TS_SETTING_CHOICE: return read_choice(row, field, text);
    case TS_SETTING_TIME: return read_time(field, text);
    case TS_SETTING_TEXT: *(const char **)field = text; return true;
    default: return false;
    }
}

int ts_setting_set(const ts_setting *row, void *into, const char *text, ts_setting_place place, ts_error *error)
{
    char range[400];
    if (ts_setting_is_list(row)) return split(row, into, text, error);
    if (read_value(row, ts_setting_field(row, into), text)) return 0;
    ts_setting_range(row, range, sizeof range);
    return ts_fail(error, place.code, "%s: '%.80s' is not %s", place.name, text, range);
}
