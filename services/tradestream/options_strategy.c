/* One strategy: by name, by file, or written down. */
#include "services/tradestream/options.h"

#include <stddef.h>

#define AT(field) offsetof(ts_options, field)

const ts_setting ts_options_one_strategy[] = {
    {"strategy", TS_SETTING_TEXT, AT(strategy), NULL, 0, 0, NULL, "NAME|FILE.json",
     "a strategy of the catalogue, or a file"},
    {"entry", TS_SETTING_TEXT, AT(entry), NULL, 0, 0, NULL, "EXPR", "or: when to enter, in the strategy language"},
    {"exit", TS_SETTING_TEXT, AT(exit), NULL, 0, 0, NULL, "EXPR", "when to leave"},
    {"short-entry", TS_SETTING_TEXT, AT(short_entry), NULL, 0, 0, NULL, "EXPR",
     "the same of shorts (--direction both)"},
    {"short-exit", TS_SETTING_TEXT, AT(short_exit), NULL, 0, 0, NULL, "EXPR", "the same of shorts (--direction both)"},
    {"let", TS_SETTING_LIST, AT(lets), NULL, 0, 0, NULL, "NAME=EXPR", "a name for a part; may be given again"},
    {"param", TS_SETTING_LIST, AT(params), NULL, 0, 0, NULL, "NAME=NUMBER",
     "a parameter of the strategy, or a number of the expressions; may be given again"},
    {0}};
