/* Counted from the sources: of rows what their shape reads and writes, of masks what kernels/pieces.h does, of trades
 * what kernels/settle.h does for a long one. A product, a sum, a comparison, a smaller or greater of two and a quotient
 * are one operation each, a fused multiply-add is two. */
#include "bench/device_work.h"

#include "common/memory.h"
#include "host/market/market.h"
#include "host/plan/instantiate.h"
#include "host/plan/kernel_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Operations with doubles for a bar of a row. sma: the difference of two prefix sums 14, whether they are there and the
 * window is full 2, the quotient in two doubles 12. prefix: the sum in two doubles 7, a comparison, a count. */
static const struct {
    const char *name;
    double ops;
} counted[] = {{"sma", 28}, {"prefix", 9}};

/* A bar of a mask of two rows, whose singles are compared: two comparisons; for each a bit is cut out and joined; 14
 * operations cross a piece of 32 bars. All are on 32 bits, half a word. A word of a walk: what signals count, and the
 * latch. */
static const double MASK_WORDS = 6.0 / 2 + 14.0 / 64, LATCH_WORDS = 20.0 / 64;

/* A long trade: sums over its bars 5, extremes 12, buying and selling 6, its marks 8, returns and equity 29, drawdown
 * 6, costs and counts 24. It reads the record of its entry (64 bytes) and half the one of its last bar, two runs of
 * blocks, the extremes within a block and three prices. */
static const double TRADE_DOUBLES = 90, TRADE_WORDS = 40, TRADE_BYTES = 64 + 32 + 2 * 16 + 4 + 2 * 8 + 3 * 8;

typedef struct counting {
    const ts_cl_layout *layout;
    int64_t *seen; /* the rows that a launch has read already, sorted */
    size_t places;
    ts_device_work sum; /* over the batch, a bar */
} counting;

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* A place at or some bars before the begin of a row's tile is that row; rows stand by their places. */
static void see(counting *c, ts_device_operand operand)
{
    size_t low = 0, high = c->layout->rows;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c->layout->row[middle].out < operand.at) low = middle + 1;
        else high = middle;
    }
    if (operand.mask) c->seen[c->places++] = (int64_t)low;
}

/* Different rows seen since the last call, times 8 bytes. */
static double bytes_seen(counting *c)
{
    double distinct = 0;
    qsort(c->seen, c->places, sizeof *c->seen, by_number);
    for (size_t i = 0; i < c->places; i++) distinct += i == 0 || c->seen[i] != c->seen[i - 1];
    c->places = 0;
    return 8 * distinct;
}

/* Values of its inputs that a bar of a row loads. */
static double loads(const ts_kernel_row *kernel, const ts_device_row *row)
{
    switch (kernel->shape) {
    case TS_DIFFERENCE: return 2 * kernel->inputs - 1;
    case TS_WINDOW: return kernel->inputs + 1;
    case TS_SPAN: return row->parameter[0] + kernel->inputs - 1;
    case TS_NEST: return row->parameter[0] * kernel->inputs;
    default: return kernel->inputs;
    }
}

static double double_ops(const ts_kernel_row *kernel)
{
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        if (strcmp(counted[i].name, kernel->name) == 0) return counted[i].ops;
    return NAN;
}

static void count_rows(counting *c)
{
    const ts_cl_layout *l = c->layout;
    for (size_t s = 0; s < l->row_steps; s++) {
        const ts_cl_step *step = &l->row_step[s];
        const ts_kernel_row *kernel = step->kernel < 0 ? NULL : &ts_kernel_table[step->kernel];
        for (size_t i = step->first; i < step->first + step->count; i++) {
            c->sum.asked_bytes += 8 * (kernel ? loads(kernel, &l->row[i]) : 1) + 8;
            c->sum.least_bytes += kernel ? 8 : 16;
            if (kernel) c->sum.double_ops += double_ops(kernel);
            for (int k = 0; kernel && k < kernel->inputs; k++) see(c, l->row[i].in[k]);
        }
        c->sum.least_bytes += bytes_seen(c);
    }
}

/* A row becomes singles in one launch, and its singles are read in the next. */
static void count_singles(counting *c)
{
    const ts_cl_layout *l = c->layout;
    for (size_t i = 0; i < l->singles; i++) {
        if (!l->single[i].from.mask) continue;
        c->sum.asked_bytes += 8 + 4;
        c->sum.least_bytes += 8 + 4 + 4;
    }
}

static void count_masks(counting *c)
{
    const ts_cl_layout *l = c->layout;
    for (size_t s = 0; s < l->mask_steps; s++) {
        const ts_cl_step *step = &l->mask_step[s];
        bool of_rows = s == 0 && l->masks_of_rows;
        for (size_t i = step->first; i < step->first + step->count; i++) {
            const ts_device_mask *mask = &l->mask[l->wanted[i]];
            double written = mask->kind == TS_MASK_UP ? 2.0 / 8 : 1.0 / 8;
            c->sum.asked_bytes += written + (of_rows ? 2 * 4 : 2.0 / 8);
            c->sum.least_bytes += written + (of_rows ? 0 : 2.0 / 8);
            c->sum.word_ops += of_rows ? MASK_WORDS : 3.0 / 64;
        }
    }
}

/* Shorts read the closes while they are held, too. */
static void count_walks(counting *c, const ts_market *market, ts_direction direction, const ts_metrics *metrics)
{
    const ts_cl_layout *l = c->layout;
    double bars = (double)market->bars, shorts = direction == TS_LONG ? 0 : direction == TS_SHORT ? 1 : 0.5;
    for (size_t i = 0; i < l->demand->genomes; i++) {
        const ts_device_walk *walk = &l->walk[i];
        double masks = 0, trades = metrics[i].value[TS_METRIC_trades] / bars;
        for (int side = 0; side < 2; side++) masks += (walk->entry[side] >= 0) + (walk->exit[side] >= 0);
        double held = metrics[i].value[TS_METRIC_exposure] * shorts * 8;
        double state = 2 * (TS_TOTALS_RECORD * sizeof(double) + sizeof(ts_device_stand)) / (double)l->tile;
        double bytes = masks / 8 + trades * TRADE_BYTES + held + state;
        c->sum.asked_bytes += bytes;
        c->sum.least_bytes += bytes;
        c->sum.double_ops += trades * TRADE_DOUBLES;
        c->sum.word_ops += masks / 2 * LATCH_WORDS + trades * TRADE_WORDS;
    }
}

static int count_layout(const ts_cl_layout *layout, const ts_market *market, ts_direction direction,
                        const ts_metrics *metrics, ts_device_work *work, ts_error *error)
{
    counting c = {.layout = layout};
    c.seen = ts_alloc(TS_DEVICE_INPUTS * layout->rows + 1, sizeof *c.seen);
    if (!c.seen) return ts_no_memory(error, "counting the work of a batch");
    count_rows(&c);
    count_singles(&c);
    count_masks(&c);
    count_walks(&c, market, direction, metrics);
    free(c.seen);
    if (isnan(c.sum.double_ops)) c.sum.word_ops = NAN;
    double genomes = (double)layout->demand->genomes;
    *work = (ts_device_work){c.sum.least_bytes / genomes, c.sum.asked_bytes / genomes, c.sum.double_ops / genomes,
                             c.sum.word_ops / genomes};
    return 0;
}

int ts_device_work_count(const ts_cl_room *room, const ts_market *market, const ts_strategy *strategy,
                         const ts_genome *genomes, const ts_metrics *metrics, size_t count, ts_device_work *work,
                         ts_error *error)
{
    ts_cl_layout layout = {0};
    ts_dag *dag = ts_dag_new(error);
    ts_planned *planned = ts_alloc(count, sizeof *planned);
    int status = dag && planned ? 0 : ts_no_memory(error, "a batch");
    for (size_t i = 0; i < count && !status; i++)
        status = ts_plan_genome(dag, strategy, &genomes[i], &planned[i], error);
    ts_demand demand = {.dag = dag, .planned = planned, .genomes = count};
    for (int full = !status; full; demand.genomes = (demand.genomes + 1) / 2) { /* as the back end divides it */
        full = ts_cl_layout_make(&demand, market->loaded, market->first, room, &layout, error);
        if (full < 0) status = -1;
        if (full <= 0) break;
        if (demand.genomes == 1) status = ts_fail(error, TS_UNAVAILABLE, "no room for one genome on the device");
        if (status) break;
    }
    if (!status) status = count_layout(&layout, market, strategy->direction, metrics, work, error);
    ts_cl_layout_clear(&layout);
    ts_dag_free(dag);
    free(planned);
    return status;
}
