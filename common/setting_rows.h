/* The rows of all tables of one verb, and where each may be found: used by the settings' own files only. */
#ifndef TS_COMMON_SETTING_ROWS_H
#define TS_COMMON_SETTING_ROWS_H

#include "common/settings.h"

enum { TS_SETTING_NAME = 80, TS_SETTING_PLACE = 400 };

typedef struct ts_setting_row {
    const ts_setting *setting;
    void *into;                 /* the struct that holds its field */
    char name[TS_SETTING_NAME]; /* without the short form */
    char letter;                /* the short form, or 0 */
    const char *variable;       /* another one of the environment, or NULL */
    bool on_line; /* given on the command line, so that a list there replaces the one of the environment */
} ts_setting_row;

typedef struct ts_setting_rows {
    ts_setting_row *row;
    size_t count;
} ts_setting_rows;

/* Append the rows of all tables, whose fields are in `into`. */
int ts_setting_rows_add(ts_setting_rows *rows, const ts_setting *const *tables, void *into, ts_error *error);

/* The row of a name (its first `length` bytes) or of a letter; NULL when there is none. */
ts_setting_row *ts_setting_rows_find(const ts_setting_rows *rows, const char *name, size_t length);
ts_setting_row *ts_setting_rows_find_letter(const ts_setting_rows *rows, char letter);

/* The row that `name` may have been meant for, or NULL. */
const ts_setting_row *ts_setting_rows_nearest(const ts_setting_rows *rows, const char *name);

/* "min-trades" as TRADESTREAM_MIN_TRADES and as min_trades. */
void ts_setting_variable(const ts_setting_row *row, char text[TS_SETTING_PLACE]);
void ts_setting_key(const ts_setting_row *row, char text[TS_SETTING_PLACE]);

/* Fill every field from its row's fallback, from the environment, from the members of a JSON file. */
int ts_settings_from_fallbacks(const ts_setting_rows *rows, ts_error *error);
int ts_settings_from_environment(const ts_setting_rows *rows, ts_error *error);
int ts_settings_from_file(const ts_setting_rows *rows, const char *path, ts_error *error);

#endif
