/* Settings: each is one row of a table, and the flag, the environment variable, the configuration key, the help line,
 * the type check and the bounds all come from that row.
 *
 * --min-trades 30, --min-trades=30, TRADESTREAM_MIN_TRADES=30 and {"min_trades": 30} in the file named by --config set
 * the same field; a flag wins over the environment, the environment over the file, the file over the fallback. Several
 * values of a LIST or MANY are separated by ';' in the environment and are an array in the file. */
#ifndef TS_COMMON_SETTINGS_H
#define TS_COMMON_SETTINGS_H

#include "common/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct ts_texts { /* a list of borrowed texts (they live as long as argv and the settings) */
    const char **text;
    size_t count;
} ts_texts;

typedef enum ts_setting_type {
    TS_SETTING_FLAG,   /* bool; --name or --no-name */
    TS_SETTING_INT,    /* int64_t within min..max; 0 when not given */
    TS_SETTING_REAL,   /* double within min..max; NaN when not given */
    TS_SETTING_TEXT,   /* const char *, NULL when not given */
    TS_SETTING_CHOICE, /* int: the index within `choices`; -1 when not given */
    TS_SETTING_TIME,   /* int64_t milliseconds; INT64_MIN when not given */
    TS_SETTING_LIST,   /* ts_texts, one value each time the flag is given: --param a=1 --param b=2 */
    TS_SETTING_MANY    /* ts_texts, all words up to the next flag: --candles a.csv b.csv */
} ts_setting_type;

typedef struct ts_setting {
    const char *name; /* "min-trades"; "output,o" also gives the short form -o, "group,KAFKA_GROUP_ID" a variable that
                       * is looked at when TRADESTREAM_GROUP says nothing */
    ts_setting_type type;
    size_t offset;        /* of the field in the verb's settings struct */
    const char *fallback; /* default as text, NULL for none */
    double min, max;      /* bounds of INT and REAL, inclusive; both 0: unbounded; max INFINITY: only at least min */
    const char *choices;  /* "next_open|close" */
    const char *value;    /* what the help calls the value: "FILE", "N" */
    const char *help;
} ts_setting;

/* Fill `into` (the struct that the offsets mean) from the command line, the environment, the --config file and the
 * fallbacks. argv[0] is the first word to read, not a program's name. Words that belong to no flag, and all after "--",
 * go to `words` (refused when `words` is NULL). `table` ends with a row whose name is NULL. TS_USAGE (command line) or
 * TS_BAD_CONFIG (environment, file) name the setting and its range. Memory lives until the process ends. */
int ts_settings_read(const ts_setting *table, void *into, int argc, char **argv, ts_texts *words, ts_error *error);

/* Like ts_settings_read with several tables that fill the same struct; `tables` ends with NULL. */
int ts_settings_read_all(const ts_setting *const *tables, void *into, int argc, char **argv, ts_texts *words,
                         ts_error *error);

/* The option part of a help text. */
void ts_settings_help(const ts_setting *const *tables, FILE *out);

#endif
