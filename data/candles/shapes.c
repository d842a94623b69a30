#include "data/candles/shapes.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

typedef struct shape {
    const char *name;
    int fields;
    const char *columns;
    ts_time_unit unit;
    bool unit_each_row, ascending, json;
} shape;

/* Nameless columns are told by their number, in this order: `plain` stands for `coinbase` too until a row tells. */
static const shape shapes[] = {
    {"binance", 12, "time,open,high,low,close,volume,-,-,-,-,-,-", TS_UNIT_AUTO, true, true, false},
    {"kraken", 7, "time,open,high,low,close,volume,-", TS_UNIT_S, false, true, false},
    {"plain", 6, "time,open,high,low,close,volume", TS_UNIT_AUTO, false, false, false},
    {"coinbase", 6, "time,low,high,open,close,volume", TS_UNIT_S, false, false, false},
    {"freqtrade", 6, "time,open,high,low,close,volume", TS_UNIT_MS, false, true, true},
    {"header", 0, NULL, TS_UNIT_AUTO, false, false, false},
};

enum { SHAPES = sizeof shapes / sizeof *shapes };

/* Names in headers, lower case, with blanks written '_'. The first row of a role is its name in messages. */
static const struct {
    int role;
    const char *name;
} names[] = {
    {TS_ROLE_TIME, "time"},
    {TS_OPEN, "open"},
    {TS_HIGH, "high"},
    {TS_LOW, "low"},
    {TS_CLOSE, "close"},
    {TS_VOLUME, "volume"},
    {TS_ROLE_TIME, "ts"},
    {TS_ROLE_TIME, "timestamp"},
    {TS_ROLE_TIME, "date"},
    {TS_ROLE_TIME, "t"},
    {TS_ROLE_TIME, "datetime"},
    {TS_ROLE_TIME, "date_time"},
    {TS_ROLE_TIME, "open_time"},
    {TS_ROLE_TIME, "opentime"},
    {TS_ROLE_TIME, "unix"},
    {TS_ROLE_TIME, "unix_timestamp"},
    {TS_ROLE_TIME, "unix_time"},
    {TS_ROLE_TIME, "start"},
    {TS_ROLE_TIME, "time_open"},
    {TS_ROLE_TIME, "timeopen"},
    {TS_OPEN, "o"},
    {TS_HIGH, "h"},
    {TS_LOW, "l"},
    {TS_CLOSE, "c"},
    {TS_VOLUME, "v"},
    {TS_VOLUME, "vol"},
    {TS_OPEN, "open_price"},
    {TS_HIGH, "high_price"},
    {TS_LOW, "low_price"},
    {TS_CLOSE, "close_price"},
    {TS_VOLUME, "base_volume"},
    {TS_VOLUME, "volume_base"},
};

enum { NAMES = sizeof names / sizeof *names };

const char *ts_role_name(int role)
{
    for (int i = 0; i < NAMES; i++)
        if (names[i].role == role) return names[i].name;
    return "-";
}

/* The role of a name; "volume_btc" and the like are the volume too, if nothing says it better. */
static int role_of(const char *name, bool *loosely)
{
    *loosely = false;
    for (int i = 0; i < NAMES; i++)
        if (!strcmp(name, names[i].name)) return names[i].role;
    *loosely = !strncmp(name, "volume_", 7);
    return *loosely ? TS_VOLUME : TS_ROLE_NONE;
}

/* The next name of a header or column list, cleaned; returns where the next one starts, NULL after the last. */
static const char *next_name(const char *at, char delimiter, char name[32])
{
    size_t length = 0;
    for (; *at && *at != delimiter; at++) {
        if (*at == '"' || (length == 0 && isspace((unsigned char)*at))) continue;
        if (length < 31) name[length++] = *at == ' ' ? '_' : (char)tolower((unsigned char)*at);
    }
    while (length && name[length - 1] == '_') length--;
    name[length] = '\0';
    return *at ? at + 1 : NULL;
}

/* Give each field its role by name. The first column of a role is taken. `strict`: every name must be known or "-". */
static int map_names(const char *list, char delimiter, bool strict, ts_layout *layout, ts_error *error)
{
    int found[TS_ROLES];
    bool found_loosely[TS_ROLES] = {false};
    for (int role = 0; role < TS_ROLES; role++) found[role] = -1;
    layout->fields = 0;
    for (const char *at = list; at; layout->fields++) {
        char name[32];
        if (layout->fields == TS_FIELDS_LIMIT)
            return ts_fail(error, TS_BAD_DATA, "more than %d columns", TS_FIELDS_LIMIT);
        at = next_name(at, delimiter, name);
        bool loosely;
        int role = role_of(name, &loosely);
        layout->role[layout->fields] = TS_ROLE_NONE;
        layout->synthetic = layout->synthetic || !strcmp(name, "synthetic");
        if (strict && role == TS_ROLE_NONE && strcmp(name, "-"))
            return ts_fail(error, TS_USAGE,
                           "column '%s' is not known: expected time, open, high, low, close, volume or - to skip one",
                           name);
        if (role == TS_ROLE_NONE || (found[role] >= 0 && (loosely || !found_loosely[role]))) continue;
        if (found[role] >= 0) layout->role[found[role]] = TS_ROLE_NONE;
        layout->role[layout->fields] = (signed char)role;
        found[role] = layout->fields;
        found_loosely[role] = loosely;
    }
    for (int role = 0; role < TS_ROLES; role++)
        if (found[role] < 0)
            return ts_fail(error, strict ? TS_USAGE : TS_BAD_DATA, "no column '%s' in '%.200s'", ts_role_name(role),
                           list);
    return 0;
}

static char find_delimiter(const char *first)
{
    static const char delimiters[] = {',', ';', '\t'};
    for (size_t i = 0; i < sizeof delimiters; i++)
        if (strchr(first, delimiters[i])) return delimiters[i];
    return ',';
}

static int count_fields(const char *record, char delimiter)
{
    int fields = 1;
    bool quoted = false;
    for (; *record; record++) {
        if (*record == '"') quoted = !quoted;
        fields += *record == delimiter && !quoted;
    }
    return fields;
}

static bool is_header(const char *first)
{
    first += strspn(first, " \"#");
    return isalpha((unsigned char)*first) || *first == '_';
}

static const shape *find_shape(const char *first, const ts_layout *layout, bool json, ts_error *error)
{
    int fields = count_fields(first, layout->delimiter);
    if (layout->header) return &shapes[SHAPES - 1];
    for (int i = 0; i < SHAPES; i++)
        if (shapes[i].fields == fields && (json || !shapes[i].json)) return &shapes[i];
    ts_fail(error, TS_BAD_DATA,
            "%d column%s without a header: expected 6 (time,open,high,low,close,volume, or Coinbase's "
            "time,low,high,open,close,volume), 7 (Kraken) or 12 (Binance), or a header that names the columns",
            fields, fields == 1 ? "" : "s");
    return NULL;
}

static const shape *named_shape(const char *name, bool json, const ts_layout *layout, ts_error *error)
{
    for (int i = 0; i < SHAPES; i++) {
        if (strcmp(name, shapes[i].name)) continue;
        if (shapes[i].json && !json) {
            ts_fail(error, TS_BAD_DATA, "not JSON: expected %s, [[time,open,high,low,close,volume],...]", name);
            return NULL;
        }
        if (!shapes[i].fields && !layout->header) {
            ts_fail(error, TS_BAD_DATA, "the first line is not a header");
            return NULL;
        }
        return &shapes[i];
    }
    ts_fail(error, TS_USAGE, "'%.40s' is not a format: expected one of " TS_SHAPE_CHOICES, name);
    return NULL;
}

/* A header of Binance's own: its times change their unit within a file. */
static bool binance_header(const char *first, const ts_layout *layout)
{
    char name[32];
    next_name(first, layout->delimiter, name);
    return layout->header && layout->fields == 12 && !strcmp(name, "open_time");
}

int ts_layout_find(const char *first, bool json, const char *named, const char *columns, ts_time_unit unit,
                   ts_layout *layout, ts_error *error)
{
    *layout = (ts_layout){.delimiter = json ? ',' : find_delimiter(first), .header = !json && is_header(first)};
    bool detect = !named || !strcmp(named, "auto");
    const shape *is = NULL;
    if (!detect) is = named_shape(named, json, layout, error);
    else if (!columns) is = find_shape(first, layout, json, error);
    if (!is && (!detect || !columns)) return -1;
    layout->shape = is ? is->name : "columns";
    layout->ascending = is && is->ascending;
    layout->unit = unit || !is ? unit : is->unit;
    layout->unit_said = unit != TS_UNIT_AUTO;
    if (columns       ? map_names(columns, ',', true, layout, error)
        : is->columns ? map_names(is->columns, ',', true, layout, error)
                      : map_names(first, layout->delimiter, false, layout, error))
        return -1;
    layout->low_or_open = detect && !columns && !strcmp(layout->shape, "plain");
    layout->unit_each_row = !unit && is && (is->unit_each_row || binance_header(first, layout));
    return 0;
}
