#include "common/setting_rows.h"

#include "common/memory.h"
#include "common/nearest.h"

#include <ctype.h>
#include <string.h>

int ts_setting_rows_add(ts_setting_rows *rows, const ts_setting *const *tables, void *into, ts_error *error)
{
    size_t most = rows->count;
    for (const ts_setting *const *table = tables; *table; table++)
        for (const ts_setting *setting = *table; setting->name; setting++) most++;
    ts_setting_row *grown = ts_grow(rows->row, most, sizeof *grown);
    if (!grown) return ts_no_memory(error, "settings");
    rows->row = grown;
    for (const ts_setting *const *table = tables; *table; table++) {
        for (const ts_setting *setting = *table; setting->name; setting++) {
            const char *comma = strchr(setting->name, ','), *more = comma ? comma + 1 : "";
            ts_setting_row *next = &rows->row[rows->count++];
            *next = (ts_setting_row){.setting = setting, .into = into};
            if (*more && more[1]) next->variable = more;
            else next->letter = *more;
            snprintf(next->name, sizeof next->name, "%.*s", (int)strcspn(setting->name, ","), setting->name);
        }
    }
    return 0;
}

ts_setting_row *ts_setting_rows_find(const ts_setting_rows *rows, const char *name, size_t length)
{
    for (size_t i = 0; i < rows->count; i++) {
        ts_setting_row *row = &rows->row[i];
        if (strlen(row->name) == length && !memcmp(row->name, name, length)) return row;
    }
    return NULL;
}

ts_setting_row *ts_setting_rows_find_letter(const ts_setting_rows *rows, char letter)
{
    for (size_t i = 0; i < rows->count; i++)
        if (letter && rows->row[i].letter == letter) return &rows->row[i];
    return NULL;
}

const ts_setting_row *ts_setting_rows_nearest(const ts_setting_rows *rows, const char *name)
{
    ts_nearest nearest = {.word = name};
    const ts_setting_row *best = NULL;
    for (size_t i = 0; i < rows->count; i++) {
        ts_nearest_try(&nearest, rows->row[i].name);
        if (nearest.best == rows->row[i].name) best = &rows->row[i];
    }
    return best;
}

static void spell(const char *name, const char *prefix, int (*letter_case)(int), char text[TS_SETTING_PLACE])
{
    int used = snprintf(text, TS_SETTING_PLACE, "%s", prefix);
    for (; *name && used < TS_SETTING_PLACE - 1; name++)
        text[used++] = *name == '-' ? '_' : (char)letter_case((unsigned char)*name);
    text[used] = '\0';
}

void ts_setting_variable(const ts_setting_row *row, char text[TS_SETTING_PLACE])
{
    spell(row->name, "TRADESTREAM_", toupper, text);
}

void ts_setting_key(const ts_setting_row *row, char text[TS_SETTING_PLACE]) { spell(row->name, "", tolower, text); }
