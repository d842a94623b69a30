/* tradestream data: candles come in, are looked at, and go out again. */
#include "services/tradestream/verb_data.h"

#include "common/safe_file.h"

#include <stddef.h>
#include <stdio.h>

#define AT(field) offsetof(ts_data_options, field)

const ts_setting ts_data_store_table[] = {
    {"store", TS_SETTING_TEXT, AT(store), NULL, 0, 0, NULL, "DIR", "the candle store's folder"},
    {"exchange", TS_SETTING_TEXT, AT(exchange), NULL, 0, 0, NULL, "NAME", "where the candles are from (default local)"},
    {"symbol", TS_SETTING_TEXT, AT(symbol), NULL, 0, 0, NULL, "S",
     "such as BTC-USDT; of a file by default its name up to the first dot"},
    {"interval", TS_SETTING_TEXT, AT(interval), NULL, 0, 0, NULL, "I",
     "1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w; of a file by default its most frequent time step"},
    {0}};

const ts_setting ts_data_reading_table[] = {
    {"format", TS_SETTING_CHOICE, AT(shape), "auto", 0, 0, TS_SHAPE_CHOICES, NULL, "what the files' columns are"},
    {"columns", TS_SETTING_TEXT, AT(columns), NULL, 0, 0, NULL, "LIST",
     "name the columns yourself: time,open,high,low,close,-,volume (- skips one)"},
    {"ts-unit", TS_SETTING_CHOICE, AT(unit), "auto", 0, 0, TS_UNIT_CHOICES, NULL, "what the file's times are, UTC"},
    {"on-conflict", TS_SETTING_CHOICE, AT(on_conflict), "error", 0, 0, "error|keep-last", NULL,
     "two rows of a file with one time and different values"},
    {"max-errors", TS_SETTING_INT, AT(max_errors), "1", 1, 1000, NULL, "N", "faults to tell before giving up"},
    {"drop-last", TS_SETTING_FLAG, AT(drop_last), NULL, 0, 0, NULL, NULL,
     "leave out the newest candle of each file, which may still have been open"},
    {0}};

static const ts_verb *const verbs[] = {
    &ts_verb_data_import, &ts_verb_data_download, &ts_verb_data_list,     &ts_verb_data_verify,
    &ts_verb_data_export, &ts_verb_data_compact,  &ts_verb_data_generate, NULL};
const ts_verb ts_verb_data = {
    .name = "data", .summary = "Candles: import, download, list, verify, export, compact, generate.", .verbs = verbs};

int ts_data_load(const ts_data_options *options, const char *file, ts_series *series, ts_read_report *report,
                 ts_error *error)
{
    static const char *const shapes[] = {NULL, "binance", "kraken", "coinbase", "freqtrade", "plain", "header"};
    ts_candles_query query = {.file = file,
                              .store = file ? NULL : options->store,
                              .exchange = options->exchange,
                              .symbol = options->symbol,
                              .interval = options->interval,
                              .fill_gaps = options->fill_gaps,
                              .reading = {.shape = shapes[options->shape],
                                          .columns = options->columns,
                                          .unit = (ts_time_unit)options->unit,
                                          .on_conflict = (ts_conflict)options->on_conflict,
                                          .errors_limit = options->max_errors,
                                          .drop_last = options->drop_last}};
    return ts_candles_load(&query, series, report, error);
}

int ts_data_write(const char *path, ts_strbuf *text, ts_error *error)
{
    int status = 0;
    if (ts_strbuf_failed(text)) status = ts_no_memory(error, "output");
    else if (path) status = ts_file_write(path, text->text, text->length, error);
    else fwrite(text->text, 1, text->length, stdout);
    ts_strbuf_clear(text);
    return status;
}
