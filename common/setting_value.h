/* The value of one setting: from a text to the field that its row means. Used by settings.c only. */
#ifndef TS_COMMON_SETTING_VALUE_H
#define TS_COMMON_SETTING_VALUE_H

#include "common/settings.h"

/* Where a text came from: what errors call the place, and the error's code. */
typedef struct ts_setting_place {
    const char *name; /* "--min-trades", "TRADESTREAM_MIN_TRADES", "run.json: min_trades" */
    int code;
} ts_setting_place;

/* The field of a row. */
static inline void *ts_setting_field(const ts_setting *row, void *into) { return (char *)into + row->offset; }

/* What the field holds when nothing was given. */
void ts_setting_clear(const ts_setting *row, void *into);

/* Read `text` into the row's field; a list is replaced by the texts between its ';'. -1 names the place, the text and
 * what was expected. */
int ts_setting_set(const ts_setting *row, void *into, const char *text, ts_setting_place place, ts_error *error);

static inline bool ts_setting_is_list(const ts_setting *row)
{
    return row->type == TS_SETTING_LIST || row->type == TS_SETTING_MANY;
}

/* Empty the list of a row and give it room for `most` texts. Returns the list, or NULL with the error. */
ts_texts *ts_setting_list_start(const ts_setting *row, void *into, size_t most, ts_error *error);

/* Keep memory from malloc (NULL is passed on) until the process ends, in sight of leak checkers. */
void *ts_setting_keep(void *memory);

/* The range of a row in words, such as "a whole number from 1 to 64", into `text`. */
void ts_setting_range(const ts_setting *row, char *text, size_t size);

#endif
