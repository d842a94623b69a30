/* What the simulator assumes, and what computes. */
#include "common/interval.h"
#include "common/threads.h"
#include "host/backend/opencl/opencl.h"
#include "host/report/result.h"
#include "services/tradestream/options.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define AT(field) offsetof(ts_options, field)

const ts_setting ts_options_simulation[] = {
    {"fill", TS_SETTING_CHOICE, AT(fill), "next_open", 0, 0, TS_FILLS, NULL,
     "where orders fill: the next bar's open, or this bar's close"},
    {"fee", TS_SETTING_REAL, AT(fee), "0.001", 0, 0.5, NULL, "F", "fraction of the traded value, each side"},
    {"slippage", TS_SETTING_REAL, AT(slippage), "0.0001", 0, 0.5, NULL, "F", "fraction of the price, each side"},
    {"direction", TS_SETTING_CHOICE, AT(direction), NULL, 0, 0, TS_DIRECTIONS, NULL,
     "side of the trades (default: the strategy's own)"},
    {"bars-per-year", TS_SETTING_REAL, AT(bars_per_year), NULL, 1e-3, 1e9, NULL, "N",
     "for the figures a year (default: a market that never closes)"},
    {"risk-free", TS_SETTING_REAL, AT(risk_free), "0", -1, 10, NULL, "R", "risk-free rate a year"},
    {0}};

/* The most threads: far above any machine, so that a slip of the finger is refused. */
const ts_setting ts_options_engine[] = {
    {"backend", TS_SETTING_TEXT, AT(backend), "auto", 0, 0, NULL, "B",
     "auto, scalar, avx2, avx512 or opencl; one that this machine lacks is an error"},
    {"threads", TS_SETTING_INT, AT(threads), NULL, 1, 4096, NULL, "N", "threads (default: the cores it may use)"},
    {0}};

const ts_setting ts_options_opencl[] = {
    {"device", TS_SETTING_TEXT, AT(device), NULL, 0, 0, NULL, "P:D",
     "OpenCL device: numbers of its platform and of itself, as 'tradestream devices' shows them"},
    {"opencl-library", TS_SETTING_TEXT, AT(opencl_library), NULL, 0, 0, NULL, "FILE",
     "the library to ask for OpenCL (default: libOpenCL.so.1)"},
    {0}};

ts_simulation ts_options_simulate(const ts_options *options, int64_t interval_ms)
{
    double year = options->bars_per_year;
    return (ts_simulation){.fill = (ts_fill)options->fill,
                           .fee = options->fee,
                           .slippage = options->slippage,
                           .bars_per_year = isnan(year) ? ts_interval_bars_per_year(interval_ms) : year,
                           .risk_free = options->risk_free,
                           .from_ms = options->from_ms,
                           .to_ms = options->to_ms == INT64_MIN ? INT64_MAX : options->to_ms};
}

ts_engine *ts_options_engine_new(const ts_options *options, ts_error *error)
{
    int threads = options->threads ? (int)options->threads : ts_threads_available();
    return ts_options_engine_of_rank(options, threads, 0, error);
}

ts_engine *ts_options_engine_of_rank(const ts_options *options, int threads, int local_rank, ts_error *error)
{
    char device[TS_CL_LABEL];
    const char *named = options->device;
    if (!named && local_rank && strcmp(options->backend, "opencl") == 0) {
        ts_cl *cl = ts_cl_open(options->opencl_library, error);
        int status = cl ? ts_cl_device_of_rank(cl, local_rank, device, error) : -1;
        ts_cl_free(cl);
        if (status) return NULL;
        named = device;
    }
    return ts_engine_open(options->backend, named, options->opencl_library, threads, error);
}
