/* tradestream data import: files into the store. All files are read and checked before the first batch is written; a
 * batch appears whole or not at all. */
#include "common/clock.h"
#include "common/interval.h"
#include "common/log.h"
#include "common/memory.h"
#include "data/candles/merge.h"
#include "services/tradestream/verb_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct part { /* what goes into one series of the store */
    ts_series series;
    size_t rows;        /* read from all its files */
    const char *source; /* the name of its first file, borrowed */
} part;

static const ts_setting *const tables[] = {ts_data_store_table, ts_data_reading_table, NULL};

static part *find_part(part *parts, size_t count, const ts_series *series)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(parts[i].series.symbol, series->symbol) && parts[i].series.interval_ms == series->interval_ms)
            return &parts[i];
    return NULL;
}

/* A store has no place for a name that is no symbol. */
static int check_symbol(const char *file, const ts_series *series, ts_error *error)
{
    char symbol[TS_SYMBOL_TEXT];
    ts_error refused = {0};
    if (!ts_symbol_parse(series->symbol, symbol, &refused)) return 0;
    return ts_fail(error, TS_USAGE, "%s: its name is no symbol: say --symbol BASE-QUOTE, such as BTC-USDT", file);
}

/* Files may hold a symbol by halves: months, or years. */
static int read_file(const ts_data_options *options, const char *file, part *parts, size_t *count, ts_error *error)
{
    ts_series series = {0};
    ts_read_report report;
    if (ts_data_load(options, file, &series, &report, error)) return -1;
    if (check_symbol(file, &series, error)) {
        ts_series_clear(&series);
        return -1;
    }
    part *into = find_part(parts, *count, &series);
    const char *slash = strrchr(file, '/');
    if (!into) into = &parts[(*count)++];
    if (!into->source) into->source = slash ? slash + 1 : file;
    into->rows += report.rows;
    int status = ts_series_join(&into->series, &series, error);
    ts_series_clear(&series);
    return status ? ts_error_context(error, "%s", file) : 0;
}

static int write_part(const char *store, const part *is, ts_error *error)
{
    size_t added;
    char first[TS_TIME_TEXT], last[TS_TIME_TEXT];
    const ts_series *series = &is->series;
    ts_gaps gaps = ts_series_gaps(series);
    if (ts_store_add(store, series, is->source, &added, error)) return -1;
    printf("%s %s: %s to %s, %zu rows read, %zu added, %zu already there, %zu repeated; %zu missing in %zu gap%s\n",
           series->symbol, ts_interval_text(series->interval_ms), ts_time_text(series->time[0], first),
           ts_time_text(series->time[series->bars - 1], last), is->rows, added, series->bars - added,
           is->rows - series->bars, gaps.missing, gaps.gaps, gaps.gaps == 1 ? "" : "s");
    return 0;
}

static int run(int argc, char **argv, ts_error *error)
{
    ts_data_options options = {0};
    ts_texts files = {0};
    size_t count = 0;
    if (ts_settings_read_all(tables, &options, argc, argv, &files, error)) return -1;
    if (!options.store) return ts_fail(error, TS_USAGE, "--store DIR is needed: the folder of the candle store");
    if (!files.count) return ts_fail(error, TS_USAGE, "which files of candles?");
    part *parts = ts_alloc(files.count, sizeof *parts);
    int status = parts ? 0 : ts_no_memory(error, "files");
    for (size_t i = 0; i < files.count && !status; i++) {
        ts_progress(false, "%zu of %zu files read: %s", i, files.count, files.text[i]);
        status = read_file(&options, files.text[i], parts, &count, error);
    }
    for (size_t i = 0; i < count && !status; i++) status = write_part(options.store, &parts[i], error);
    for (size_t i = 0; i < count; i++) ts_series_clear(&parts[i].series);
    free(parts);
    return status;
}

const ts_verb ts_verb_data_import = {.name = "import",
                                     .words = "FILE...",
                                     .summary = "Read candle files into the store: csv or json, plain, .gz or .zst.",
                                     .settings = tables,
                                     .run = run};
