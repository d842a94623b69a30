/* A CPU back end's kernels. Compiled once for each instruction set, with TS_ISA_... saying which: one source, same
 * bits. */
#include "kernels/cpu.h"

#include "kernels/follow.h"
#include "kernels/functions/adaptive.h"
#include "kernels/functions/bricks.h"
#include "kernels/functions/counters.h"
#include "kernels/functions/elementwise.h"
#include "kernels/functions/ema.h"
#include "kernels/functions/fractal.h"
#include "kernels/functions/prefix.h"
#include "kernels/functions/regression.h"
#include "kernels/functions/span.h"
#include "kernels/functions/stop_lines.h"
#include "kernels/functions/swings.h"
#include "kernels/functions/wilder.h"
#include "kernels/functions/window.h"
#include "kernels/halves.h"
#include "kernels/latch.h"
#include "kernels/masks.h"
#include "kernels/nests.h"
#include "kernels/rows.h"
#include "kernels/scan.h"
#include "kernels/settlement.h"

static size_t scan(const ts_scan *call, uint32_t *pair, uint8_t *flags, uint8_t *reason)
{
    size_t trades = 0;
    for (ts_scanned trade; scan_trade(call, &trade); trades++) {
        pair[2 * trades] = trade.entry;
        pair[2 * trades + 1] = trade.exit;
        flags[trades] = trade.flags;
        reason[trades] = trade.reason;
    }
    return trades;
}

#define DRIVE_ELEMENTWISE(name, inputs, parameters, state) elementwise(call, ts_##name)
#define DRIVE_RECURRENCE(name, inputs, parameters, state)  recurrence(call, ts_##name, NULL, inputs, parameters, state)
#define DRIVE_WINDOW(name, inputs, parameters, state)      recurrence(call, NULL, ts_##name, inputs, parameters, state)
#define DRIVE_SPAN(name, inputs, parameters, state)        spans(call, ts_##name)
#define DRIVE_FAN(name, inputs, parameters, state)         fans(call, ts_##name)
#define DRIVE_DIFFERENCE(name, inputs, parameters, state)  differences(call, ts_##name)
#define DRIVE_NEST(name, inputs, parameters, state)        nests(call, ts_##name##s)

#define TS_KERNEL(name, shape, inputs, parameters, state, lookback)                                                    \
    static void rows_##name(const ts_rows *call) { DRIVE_##shape(name, inputs, parameters, state); }
#include "kernels/kernels.def"
#undef TS_KERNEL

#if defined TS_ISA_AVX512
const ts_cpu_kernels ts_cpu_kernels_avx512 = {
#elif defined TS_ISA_AVX2
const ts_cpu_kernels ts_cpu_kernels_avx2 = {
#else
const ts_cpu_kernels ts_cpu_kernels_scalar = {
#endif
    .lanes = LANES,
    .rows =
        {
#define TS_KERNEL(name, shape, inputs, parameters, state, lookback) [TS_KERNEL_##name] = rows_##name,
#include "kernels/kernels.def"
#undef TS_KERNEL
        },
    .masks = masks,
    .latch = latch,
    .follow = follow,
    .scan = scan,
    .settle = settle,
    .subsets = subsets,
    .spread = spread,
    .best = best,
    .outdone = outdone,
};
