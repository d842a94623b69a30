/* A file of candles into a store: read, checked, written, made durable. The generated file is what a market's two and a
 * half years of minutes look like, packed by the zstd program where there is one. */
#define _GNU_SOURCE
#include "bench/bench.h"
#include "bench/candles.h"
#include "bench/scratch.h"
#include "bench/stopwatch.h"
#include "common/memory.h"
#include "common/safe_file.h"
#include "data/candles/candles.h"
#include "data/candles/csv_writer.h"
#include "data/candles/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BARS = 1306000, PATH = TS_SCRATCH_PATH };

typedef struct import_job {
    char folder[TS_SCRATCH_FOLDER], file[PATH];
    int stores; /* so far: each import has its own */
} import_job;

static void free_job(void *state)
{
    import_job *job = state;
    ts_scratch_remove(job->folder);
    free(job);
}

/* Write the text through `zstd`; false when the program is not there or fails. */
static bool pack(const import_job *job, const ts_strbuf *text)
{
    char command[PATH + 64];
    snprintf(command, sizeof command, "zstd -q -f - -o '%s' 2>/dev/null", job->file);
    FILE *pipe = popen(command, "w");
    if (!pipe) return false;
    bool written = fwrite(text->text, 1, text->length, pipe) == text->length;
    return pclose(pipe) == 0 && written;
}

static int generate(import_job *job, size_t bars, const char **item, ts_error *error)
{
    ts_series series = {0};
    ts_strbuf text = {0};
    int status = ts_bench_market_candles(bars, &series, error);
    if (!status) ts_candles_write_csv(&series, 0, series.bars, TS_UNIT_AUTO, &text);
    if (!status && ts_strbuf_failed(&text)) status = ts_no_memory(error, "the file to import");
    *item = "generated .csv.zst";
    if (!status) snprintf(job->file, sizeof job->file, "%s/SYN-USD.csv.zst", job->folder);
    if (!status && !pack(job, &text)) {
        *item = "generated .csv (no zstd program)";
        snprintf(job->file, sizeof job->file, "%s/SYN-USD.csv", job->folder);
        status = ts_file_write(job->file, text.text, text.length, error);
    }
    ts_strbuf_clear(&text);
    ts_series_clear(&series);
    return status;
}

static int import(const import_job *job, const char *store, size_t *rows, ts_error *error)
{
    ts_series series = {0};
    ts_read_report report = {0};
    size_t added = 0;
    int status = ts_candles_load(&(ts_candles_query){.file = job->file}, &series, &report, error);
    if (!status) status = ts_store_add(store, &series, "bench", &added, error);
    if (!status && added != series.bars)
        status = ts_fail(error, TS_FAILED, "%zu of %zu candles came into an empty store", added, series.bars);
    *rows = report.rows;
    ts_series_clear(&series);
    return status;
}

static int measure(void *state, double seconds, ts_bench_line *line, ts_error *error)
{
    (void)seconds; /* one import is long enough */
    import_job *job = state;
    char store[PATH];
    size_t rows = 0;
    snprintf(store, sizeof store, "%s/store%d", job->folder, job->stores++);
    if (ts_folder_make(store, error)) return -1;
    ts_lap start = ts_stopwatch();
    int status = import(job, store, &rows, error);
    ts_lap lap = ts_stopwatch_since(start);
    ts_scratch_remove(store);
    line->value[TS_FIELD_threads] = 1;
    line->value[TS_FIELD_bars] = (double)rows;
    line->value[TS_FIELD_rows_per_s] = (double)rows / lap.wall;
    line->value[TS_FIELD_seconds] = lap.wall;
    line->value[TS_FIELD_cpu_seconds] = lap.cpu;
    return status;
}

int ts_bench_add_import(ts_bench *bench, const char *name, const char *const *backend, size_t backends, ts_error *error)
{
    (void)name, (void)backend, (void)backends; /* no back end has a part in it */
    const ts_bench_settings *settings = bench->settings;
    const char *item = settings->file;
    import_job *job = ts_alloc(1, sizeof *job);
    if (!job) return ts_no_memory(error, "a benchmark");
    int status = ts_scratch_make(job->folder, error);
    if (!status && item && snprintf(job->file, sizeof job->file, "%s", item) >= PATH)
        status = ts_fail(error, TS_USAGE, "--file: the name is too long");
    if (!status && !item) status = generate(job, settings->bars ? settings->bars : BARS, &item, error);
    if (!status) return ts_bench_add(bench, (ts_job){"import", item, NULL, job, measure, free_job}, error);
    free_job(job);
    return -1;
}
