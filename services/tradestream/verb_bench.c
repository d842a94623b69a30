/* tradestream bench: how fast this machine is at what the engine does. Needs no candles. */
#include "bench/bench.h"
#include "services/tradestream/options.h"
#include "services/tradestream/verb.h"

#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

enum { FORMAT_TABLE, FORMAT_JSON };

typedef struct bench_options {
    ts_options shared; /* first: the tables of options.h fill it */
    ts_texts cases, backends;
    int64_t threads, repeats, bars, genomes;
    double seconds;
    const char *file;
    int format;
} bench_options;

#define AT(field) offsetof(bench_options, field)

static const ts_setting table[] = {
    {"case", TS_SETTING_LIST, AT(cases), NULL, 0, 0, NULL, "NAME[,NAME]",
     "sma-grid, sma-grid-close, sma-grid-both (these three when not given), indicators, strategies, import, cycle, "
     "ingest (decoding; bench/ingest_load measures the whole of candle_ingestor), scaling, streams"},
    {"backend", TS_SETTING_LIST, AT(backends), NULL, 0, 0, NULL, "B[,B]",
     "auto (when not given), scalar, avx2, avx512 or opencl; several are measured in turns"},
    {"threads", TS_SETTING_INT, AT(threads), "1", 1, 4096, NULL, "N", "threads of the engine"},
    {"seconds", TS_SETTING_REAL, AT(seconds), "1", 0, 3600, NULL, "S", "least time of a measurement"},
    {"repeats", TS_SETTING_INT, AT(repeats), "5", 1, 1000, NULL, "N", "measurements; the median is printed"},
    {"bars", TS_SETTING_INT, AT(bars), NULL, 1000, 100000000, NULL, "N", "candles (default: as the case means)"},
    {"genomes", TS_SETTING_INT, AT(genomes), NULL, 50, 1000000, NULL, "N",
     "of a grid: 50 fast averages by as many slow ones as that takes (default 5000); of each search of scaling (1000)"},
    {"file", TS_SETTING_TEXT, AT(file), NULL, 0, 0, NULL, "FILE",
     "candles to import, or for scaling; a folder is a store of many (default: generated ones)"},
    {"format", TS_SETTING_CHOICE, AT(format), "table", 0, 0, "table|json", NULL, "json: one object a line"},
    {0}};
static const ts_setting *const tables[] = {table, ts_options_opencl, NULL};

static void progress(const char *what, int repeat)
{
    if (repeat) fprintf(stderr, "\r\033[Krepeat %d: %s", repeat, what);
    else fprintf(stderr, "\r\033[Kpreparing and checking: %s", what);
}

static int run(int argc, char **argv, ts_error *error)
{
    bench_options options = {0};
    ts_strbuf text = {0};
    if (ts_settings_read_all(tables, &options, argc, argv, NULL, error)) return -1;
    ts_bench_settings settings = {.cases = options.cases,
                                  .backends = options.backends,
                                  .threads = (int)options.threads,
                                  .repeats = (int)options.repeats,
                                  .seconds = options.seconds,
                                  .bars = (size_t)options.bars,
                                  .genomes = (size_t)options.genomes,
                                  .device = options.shared.device,
                                  .opencl_library = options.shared.opencl_library,
                                  .file = options.file};
    bool terminal = isatty(STDERR_FILENO);
    int status = ts_bench_run(&settings, options.format == FORMAT_JSON, &text, terminal ? progress : NULL, error);
    if (terminal) fputs("\r\033[K", stderr);
    if (!status) fwrite(text.text, 1, text.length, stdout);
    ts_strbuf_clear(&text);
    return status;
}

const ts_verb ts_verb_bench = {
    .name = "bench",
    .summary = "Measure this machine: genome-bars a second beside a naive loop and the cache's limit.",
    .settings = tables,
    .run = run,
};
