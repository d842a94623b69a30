/* What the columns of a candle file mean: one table of known shapes, and headers mapped by their names.
 *
 * | shape     | columns                                                    | times                                    |
 * | binance   | 12: time,open,high,low,close,volume and six more           | ms, from 2025 on us: told row by row     |
 * | kraken    | 7: time,open,high,low,close,volume,trades                  | s                                        |
 * | coinbase  | 6: time,low,high,open,close,volume, newest first           | s                                        |
 * | freqtrade | JSON [[time,open,high,low,close,volume],...]               | ms                                       |
 * | plain     | 6: time,open,high,low,close,volume                         | told by magnitude or ISO 8601 text       |
 * | header    | any, mapped by the names in the first line                 | told by magnitude or ISO 8601 text       |
 *
 * No shape says that its last candle is still open, so none is dropped unless the caller asks for it. */
#ifndef TS_DATA_CANDLES_SHAPES_H
#define TS_DATA_CANDLES_SHAPES_H

#include "host/series/series.h"

/* The role of a field is its ts_column, or one of these. */
enum { TS_ROLE_TIME = TS_COLUMNS, TS_ROLES, TS_ROLE_NONE = -1 };
enum { TS_FIELDS_LIMIT = 64 };

typedef enum ts_time_unit { TS_UNIT_AUTO, TS_UNIT_S, TS_UNIT_MS, TS_UNIT_US, TS_UNIT_NS, TS_UNIT_ISO } ts_time_unit;

#define TS_UNIT_CHOICES  "auto|s|ms|us|ns|iso8601"
#define TS_SHAPE_CHOICES "auto|binance|kraken|coinbase|freqtrade|plain|header"

typedef struct ts_layout {
    const char *shape;
    int fields;                        /* of every row */
    signed char role[TS_FIELDS_LIMIT]; /* of each field */
    char delimiter;
    ts_time_unit unit;
    bool unit_said;     /* by the user: no guess from magnitudes */
    bool unit_each_row; /* otherwise the first row's magnitude decides for all */
    bool ascending;     /* otherwise newest first is accepted too */
    bool low_or_open;   /* of six nameless columns the second is open or low: the first row where they differ tells */
    bool header;        /* the first record holds names */
    bool synthetic;     /* a column of that name: the candles were made by `data generate` */
} ts_layout;

/* Find the layout from the first record. `shape` is a name of the table or NULL to detect it; `columns` names the
 * columns ("time,open,high,low,close,-,volume", or ts,o,h,l,c,v), NULL for the shape's own. TS_BAD_DATA tells what was
 * found; TS_USAGE that `shape` or `columns` is wrong. */
int ts_layout_find(const char *first, bool json, const char *shape, const char *columns, ts_time_unit unit,
                   ts_layout *layout, ts_error *error);

/* "time", "open", ... */
const char *ts_role_name(int role);

#endif
