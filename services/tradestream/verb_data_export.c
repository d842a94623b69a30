/* tradestream data export: candles of a file or the store as CSV that reads back bit for bit. */
#include "data/candles/csv_writer.h"
#include "services/tradestream/verb_data.h"

#include <stddef.h>

#define AT(field) offsetof(ts_data_options, field)

static const ts_setting own_table[] = {
    {"from", TS_SETTING_TIME, AT(from_ms), NULL, 0, 0, NULL, "TIME", "first bar, UTC"},
    {"to", TS_SETTING_TIME, AT(to_ms), NULL, 0, 0, NULL, "TIME", "end of the bars, excluded"},
    {"fill-gaps", TS_SETTING_FLAG, AT(fill_gaps), NULL, 0, 0, NULL, NULL,
     "insert flat bars without volume where bars are missing"},
    {"format", TS_SETTING_CHOICE, AT(format), "csv", 0, 0, "csv", NULL, "of the candles"},
    {"time", TS_SETTING_CHOICE, AT(time), "s", 0, 0, "s|ms|iso8601", NULL, "how times are written"},
    {"out,o", TS_SETTING_TEXT, AT(out), NULL, 0, 0, NULL, "FILE", "write here instead of to the terminal"},
    {0}};
static const ts_setting *const tables[] = {ts_data_store_table, own_table, NULL};

static int run(int argc, char **argv, ts_error *error)
{
    static const ts_time_unit units[] = {TS_UNIT_S, TS_UNIT_MS, TS_UNIT_ISO};
    ts_data_options options = {0};
    ts_texts files = {0};
    ts_series series = {0};
    ts_strbuf text = {0};
    if (ts_settings_read_all(tables, &options, argc, argv, &files, error)) return -1;
    if (files.count > 1 || !files.count == !options.store)
        return ts_fail(error, TS_USAGE, "export what? Either one file of candles or --store DIR");
    if (ts_data_load(&options, files.count ? files.text[0] : NULL, &series, NULL, error)) return -1;
    size_t from = ts_series_find(&series, options.from_ms);
    size_t to = options.to_ms == INT64_MIN ? series.bars : ts_series_find(&series, options.to_ms);
    if (from < to) ts_candles_write_csv(&series, from, to, units[options.time], &text);
    ts_series_clear(&series);
    if (from >= to) return ts_fail(error, TS_BAD_DATA, "no candles between --from and --to");
    return ts_data_write(options.out, &text, error);
}

const ts_verb ts_verb_data_export = {
    .name = "export", .words = "[FILE]", .summary = "Write candles as CSV.", .settings = tables, .run = run};
