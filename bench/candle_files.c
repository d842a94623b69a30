#include "bench/candle_files.h"

#include "bench/candles.h"
#include "common/memory.h"
#include "common/safe_file.h"
#include "data/candles/csv_writer.h"

#include <stdio.h>

static int write_one(uint64_t seed, size_t bars, const char *path, ts_error *error)
{
    ts_series series = {0};
    ts_strbuf text = {0};
    int status = ts_bench_candles(seed, bars, &series, error);
    if (!status) ts_candles_write_csv(&series, 0, series.bars, TS_UNIT_AUTO, &text);
    if (!status && ts_strbuf_failed(&text)) status = ts_no_memory(error, "candles");
    if (!status) status = ts_file_write(path, text.text, text.length, error);
    ts_strbuf_clear(&text);
    ts_series_clear(&series);
    return status;
}

int ts_bench_candle_files(const char *folder, size_t count, size_t bars, char path[][TS_SCRATCH_PATH], ts_error *error)
{
    for (size_t i = 0; i < count; i++) {
        snprintf(path[i], TS_SCRATCH_PATH, "%s/SYN%zu-USD.1m.csv", folder, i + 1);
        if (write_one(i + 1, bars, path[i], error)) return -1;
    }
    return 0;
}
