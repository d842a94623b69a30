/* Running a batch on a device: tile by tile the rows, the masks and the walks; only records go up and totals come down.
 */
#include "host/backend/opencl/device.h"

#include "common/memory.h"
#include "host/metrics/totals.h"
#include "host/plan/kernel_table.h"
#include "host/plan/tile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The walkers of a part of the demand's genomes, those of a window together. */
typedef struct walkers {
    size_t *index;          /* of the job */
    size_t *window;         /* by walks, and the end: the first of its walkers */
    ts_device_walk *walk;   /* by walker */
    ts_device_stand *stand; /* by walker: before its first tile */
    double *totals;         /* by walker */
    size_t count;
} walkers;

typedef struct run {
    ts_cl_lane *lane;
    ts_cl_market *market;
    ts_cl_layout layout;
    ts_device_run shared;
    const ts_walk_job *job;
    struct walkers *walkers;
    size_t end; /* of the bars that are computed */
    ts_cl_walk_kernel walk, close;
    ts_error *error;
} run;

#define PART(which) TS_CL_BUFFER(r->lane->part[TS_CL_##which])

static int launch(run *r, ts_cl_kernel *kernel, const ts_cl_argument *argument, size_t arguments, size_t items,
                  size_t second)
{
    size_t group = second ? TS_TILE_MULTIPLE : r->lane->engine->group, whole = (items + group - 1) / group * group;
    ts_cl_range range = {.dimensions = second ? 2 : 1, .items = {whole, second, 1}, .group = {group, 1, 1}};
    if (!kernel) return -1;
    r->lane->engine->launches++;
    return ts_cl_launch(r->lane->queue, kernel, argument, arguments, &range, r->error);
}

static int send(run *r, ts_cl_part part, const void *from, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / 2 / size) return ts_no_memory(r->error, "a batch on the device");
    if (ts_cl_lane_reserve(r->lane, part, count * size, r->error)) return -1;
    return from ? ts_cl_write(r->lane->queue, r->lane->part[part], 0, from, count * size, false, r->error) : 0;
}

static int load_columns(run *r, const ts_cl_step *step)
{
    const int64_t first = (int64_t)step->first;
    const ts_cl_argument argument[] = {PART(MEMORY),
                                       PART(ROWS),
                                       TS_CL_VALUE(first),
                                       TS_CL_BUFFER(r->market->candles),
                                       TS_CL_VALUE(r->shared.padded),
                                       TS_CL_VALUE(r->shared.first),
                                       TS_CL_VALUE(r->shared.bars)};
    return launch(r, r->lane->load_columns, argument, 7, (size_t)r->shared.bars, step->count);
}

static int carry_over(run *r)
{
    const int64_t tile = (int64_t)r->layout.tile;
    const int32_t anew = r->shared.first == 0;
    const ts_cl_argument argument[] = {PART(MEMORY), PART(ROWS), TS_CL_VALUE(tile), TS_CL_VALUE(anew)};
    const ts_cl_range range = {.dimensions = 1, .items = {r->layout.rows}, .group = {1}};
    if (!r->layout.rows) return 0;
    r->lane->engine->launches++;
    return ts_cl_launch(r->lane->queue, r->lane->carry_over, argument, 4, &range, r->error);
}

static int compute_rows(run *r, const ts_cl_step *step)
{
    if (step->kernel < 0) return load_columns(r, step);
    const int64_t first = (int64_t)step->first, count = (int64_t)step->count;
    const int32_t anew = r->shared.first == 0;
    const ts_cl_argument argument[] = {
        PART(MEMORY),     PART(ROWS), TS_CL_VALUE(first), TS_CL_VALUE(count), TS_CL_VALUE(r->shared.bars),
        TS_CL_VALUE(anew)};
    ts_kernel_shape shape = ts_kernel_table[step->kernel].shape;
    ts_cl_kernel *kernel = ts_cl_lane_rows(r->lane, step->kernel, r->error);
    if (shape == TS_RECURRENCE || shape == TS_WINDOW || shape == TS_FAN)
        return launch(r, kernel, argument, 6, step->count, 0);
    return launch(r, kernel, argument, 6, (size_t)r->shared.bars, step->count);
}

static int make_singles(run *r)
{
    const ts_cl_argument argument[] = {PART(MEMORY), PART(SINGLE), PART(SINGLES)};
    if (!r->layout.singles) return 0;
    return launch(r, r->lane->singles_of_rows, argument, 3, (size_t)r->shared.bars, r->layout.singles);
}

static size_t rounded(size_t count, size_t of) { return (count + of - 1) / of * of; }

/* The order of rows at the end of a tile goes to the other half of where it is kept. */
static int masks_of_rows(run *r, const ts_cl_step *step)
{
    const ts_cl_engine *engine = r->lane->engine;
    const int64_t stride = (int64_t)r->layout.words, masks = (int64_t)r->layout.masks;
    const int64_t turn = r->shared.first / (int64_t)r->layout.tile % 2, into = turn * masks;
    const int64_t from = r->shared.first ? masks - into : -1;
    const int64_t first = (int64_t)step->first, count = (int64_t)step->count;
    const ts_cl_argument argument[] = {PART(MEMORY),      PART(SINGLES),       PART(MASKS),
                                       PART(WANTED),      TS_CL_VALUE(first),  TS_CL_VALUE(count),
                                       PART(WORDS),       TS_CL_VALUE(stride), PART(ORDER),
                                       TS_CL_VALUE(from), TS_CL_VALUE(into),   TS_CL_VALUE(r->shared.bars)};
    const size_t pieces = rounded((size_t)r->shared.bars, TS_DEVICE_BLOCK) / TS_DEVICE_PIECE / engine->pieces;
    const ts_cl_range range = {
        .dimensions = 2,
        .items = {rounded(pieces, engine->mask_group[0]), rounded(step->count, engine->mask_group[1])},
        .group = {engine->mask_group[0], engine->mask_group[1], 1}};
    r->lane->engine->launches++;
    return ts_cl_launch(r->lane->queue, r->lane->masks_of_rows, argument, 12, &range, r->error);
}

static int compute_masks(run *r, size_t step)
{
    const ts_cl_step *is = &r->layout.mask_step[step];
    const int64_t stride = (int64_t)r->layout.words, first = (int64_t)is->first;
    if (!step && r->layout.masks_of_rows) return masks_of_rows(r, is);
    const ts_cl_argument argument[] = {PART(MASKS), PART(WANTED), TS_CL_VALUE(first), PART(WORDS), TS_CL_VALUE(stride)};
    return launch(r, r->lane->masks_of_masks, argument, 5, (size_t)r->shared.bars / 64, is->count);
}

/* Walkers [shared.walker, end). */
static int walk(run *r, ts_cl_walk_kernel which, uint64_t end)
{
    const ts_cl_argument argument[] = {PART(GENOMES),
                                       PART(RULES),
                                       PART(MEMORY),
                                       PART(WORDS),
                                       PART(STANDS),
                                       PART(TOTALS),
                                       TS_CL_BUFFER(r->market->candles),
                                       TS_CL_BUFFER(r->market->bars),
                                       TS_CL_BUFFER(r->market->suffix_extremes),
                                       TS_CL_BUFFER(r->market->blocks),
                                       PART(TOLD),
                                       PART(TOLD_COUNT),
                                       TS_CL_VALUE(r->shared),
                                       TS_CL_VALUE(end)};
    return launch(r, r->lane->walk[which], argument, sizeof argument / sizeof *argument,
                  end - (uint64_t)r->shared.walker, 0);
}

static int rows_and_masks(run *r, size_t first)
{
    const ts_cl_layout *l = &r->layout;
    size_t left = r->end - first;
    r->shared.first = (int64_t)first;
    r->shared.bars = (int64_t)(left < l->tile ? (left + 63) / 64 * 64 : l->tile);
    int status = carry_over(r);
    for (size_t i = 0; !status && i < l->row_steps; i++) status = compute_rows(r, &l->row_step[i]);
    if (!status) status = make_singles(r);
    for (size_t i = 0; !status && i < l->mask_steps; i++) status = compute_masks(r, i);
    return status;
}

/* The records of the batch go up. */
static int send_layout(run *r)
{
    const ts_cl_layout *l = &r->layout;
    if (ts_cl_lane_reserve(r->lane, TS_CL_MEMORY, l->doubles * sizeof(double), r->error) ||
        send(r, TS_CL_WORDS, NULL, ts_cl_layout_words(l), 1) || send(r, TS_CL_ORDER, NULL, 2 * l->masks, 1))
        return -1;
    if (ts_cl_write(r->lane->queue, r->lane->part[TS_CL_MEMORY], 0, l->number, l->numbers * sizeof(double), false,
                    r->error) ||
        send(r, TS_CL_ROWS, l->row, l->rows, sizeof *l->row) ||
        ts_cl_lane_reserve(r->lane, TS_CL_SINGLES, l->single_room * sizeof(float), r->error) ||
        send(r, TS_CL_SINGLE, l->single, l->singles, sizeof *l->single) ||
        send(r, TS_CL_MASKS, l->mask, l->masks, sizeof *l->mask))
        return -1;
    return send(r, TS_CL_WANTED, l->wanted, l->masks, sizeof *l->wanted);
}

static int send_walkers(run *r)
{
    const ts_cl_layout *l = &r->layout;
    const walkers *w = r->walkers;
    static const uint32_t none[2] = {0, 0};
    if (send(r, TS_CL_GENOMES, w->walk, w->count, sizeof *w->walk) ||
        send(r, TS_CL_RULES, l->rule, l->rules, sizeof *l->rule) ||
        send(r, TS_CL_STANDS, w->stand, w->count, sizeof *w->stand) ||
        send(r, TS_CL_TOLD, NULL, (size_t)r->shared.trades, sizeof(ts_device_trade)) ||
        send(r, TS_CL_TOLD_COUNT, none, 2, sizeof *none))
        return -1;
    return send(r, TS_CL_TOTALS, w->totals, w->count * TS_TOTALS_RECORD, sizeof *w->totals);
}

static bool any_rules(const ts_demand *demand)
{
    for (size_t i = 0; i < demand->genomes; i++)
        if (demand->planned[i].rules) return true;
    return false;
}

/* What the windows have in common. */
static void describe(run *r, const ts_market *whole)
{
    bool next_open = whole->simulation.fill == TS_FILL_NEXT_OPEN, shorts = r->job->direction != TS_LONG;
    r->shared = (ts_device_run){.words = (int64_t)r->layout.words,
                                .delay = next_open,
                                .at_close = !next_open,
                                .both = r->job->direction == TS_BOTH,
                                .padded = (int64_t)r->market->padded,
                                .close = TS_CLOSE,
                                .fill = next_open ? TS_OPEN : TS_CLOSE,
                                .block_count = (int64_t)whole->history.block_count,
                                .trades = r->job->recorder ? (int64_t)whole->loaded + 2 : 0};
    r->walk = shorts ? TS_CL_WALK_SHORTS : any_rules(r->layout.demand) ? TS_CL_WALK_LONGS : TS_CL_WALK_LATCHED;
    r->close = shorts ? TS_CL_CLOSE_SHORTS : TS_CL_CLOSE_LONGS;
}

static void describe_window(run *r, const ts_market *window, size_t walker)
{
    r->shared.signals_end = (int64_t)window->loaded - r->shared.delay;
    r->shared.loaded = (int64_t)window->loaded;
    r->shared.fee = window->simulation.fee;
    r->shared.slippage = window->simulation.slippage;
    r->shared.walker = (int64_t)walker;
}

/* The trades of a backtest, up to the one that ruined. */
static int read_trades(run *r, ts_recorder *recorder)
{
    uint32_t count[2];
    if (ts_cl_read(r->lane->queue, r->lane->part[TS_CL_TOLD_COUNT], 0, count, sizeof count, true, r->error)) return -1;
    ts_device_trade *told = ts_alloc(count[0] + 1, sizeof *told);
    ts_recorded *trade = ts_grow(recorder->trade, count[0] + 1, sizeof *trade);
    if (trade) recorder->trade = trade, recorder->capacity = count[0] + 1;
    int status = told && trade ? ts_cl_read(r->lane->queue, r->lane->part[TS_CL_TOLD], 0, told, count[0] * sizeof *told,
                                            true, r->error)
                               : ts_no_memory(r->error, "the trades");
    for (size_t i = 0; !status && i < count[0]; i++) {
        const ts_device_trade *is = &told[i];
        bool ruined = is->ruin != 0;
        recorder->trade[recorder->trades++] = (ts_recorded){.entry = (uint32_t)is->entry,
                                                            .exit = (uint32_t)(ruined ? is->ruin : is->exit),
                                                            .flags = (uint8_t)is->flags,
                                                            .reason = ruined ? TS_REASON_RUIN : (uint8_t)is->reason,
                                                            .cash = is->cash};
    }
    free(told);
    return status;
}

/* The windows that a tile meets; one that ends in it is closed. A window is met from the bar before its first on, as
 * crossings look back one bar. */
static int walk_windows(run *r, size_t first)
{
    const walkers *w = r->walkers;
    for (size_t i = 0; w->window[i] < w->count; i++) {
        const ts_market *window = r->job->walks[i].market;
        size_t count = w->window[i + 1] - w->window[i], end = first + r->layout.tile;
        if (!count || end < window->first || first >= window->loaded) continue;
        describe_window(r, window, w->window[i]);
        if (walk(r, r->walk, w->window[i + 1])) return -1;
        if (end >= window->loaded && walk(r, r->close, w->window[i + 1])) return -1;
        *r->job->genome_bars += count * ts_walk_counted(window, first, r->layout.tile);
    }
    return 0;
}

static int walk_tiles(run *r)
{
    const walkers *w = r->walkers;
    int status = send_layout(r) || send_walkers(r) ? -1 : 0;
    for (size_t first = 0; !status && first < r->end; first += r->layout.tile) {
        status = rows_and_masks(r, first) || walk_windows(r, first) ? -1 : 0;
        if (!status) status = ts_cl_flush(r->lane->queue, r->error);
    }
    if (!status)
        status = ts_cl_read(r->lane->queue, r->lane->part[TS_CL_TOTALS], 0, w->totals,
                            w->count * TS_TOTALS_RECORD * sizeof *w->totals, true, r->error);
    if (status) ts_cl_finish(r->lane->queue, &(ts_error){0}); /* what was sent must stay until it has gone */
    return status;
}

/* Not even the least fits. */
static int no_room(const ts_cl_lane *lane, const char *what, ts_error *error)
{
    const ts_cl_device *device = ts_cl_context_device(lane->engine->context);
    return ts_fail(error, TS_UNAVAILABLE, "OpenCL device %s (%s) has no room for the rows of %s", device->label,
                   device->name, what);
}

static void walkers_clear(walkers *w)
{
    free(w->index), free(w->window), free(w->walk), free(w->stand), free(w->totals);
    *w = (walkers){0};
}

/* The walkers of the genomes [first, first + count) of the demand, window by window. */
static int find_walkers(walkers *w, const ts_walk_job *job, size_t first, size_t count, ts_error *error)
{
    size_t windows = 0;
    for (size_t i = 0; i < job->walkers; i++) {
        w->count += job->walker[i].genome - first < count;
        if (job->walker[i].walks >= windows) windows = (size_t)job->walker[i].walks + 1;
    }
    w->index = ts_alloc(w->count + 1, sizeof *w->index);
    w->window = ts_alloc(windows + 2, sizeof *w->window);
    w->walk = ts_alloc(w->count + 1, sizeof *w->walk);
    w->stand = ts_alloc(w->count + 1, sizeof *w->stand);
    w->totals = ts_alloc(w->count * TS_TOTALS_RECORD + 1, sizeof *w->totals);
    if (!w->index || !w->window || !w->walk || !w->stand || !w->totals)
        return ts_no_memory(error, "a batch of genomes");
    for (size_t i = 0; i < job->walkers; i++)
        if (job->walker[i].genome - first < count) w->window[job->walker[i].walks + 2]++;
    for (size_t i = 0; i < windows; i++) w->window[i + 2] += w->window[i + 1];
    for (size_t i = 0; i < job->walkers; i++)
        if (job->walker[i].genome - first < count) w->index[w->window[job->walker[i].walks + 1]++] = i;
    return 0;
}

/* Their records: as the layout has them for each genome, in each window. */
static void place_walkers(run *r, size_t first)
{
    walkers *w = r->walkers;
    for (size_t i = 0; i < w->count; i++) {
        const ts_walker *walker = &r->job->walker[w->index[i]];
        const ts_market *window = r->job->walks[walker->walks].market;
        int64_t begin = (int64_t)window->first, next = begin ? begin - 1 : 0;
        w->walk[i] = r->layout.walk[walker->genome - first];
        if (begin > w->walk[i].begin) w->walk[i].begin = begin;
        w->stand[i].next = next / (int64_t)r->layout.tile * (int64_t)r->layout.tile;
        ts_totals_start(w->totals + i * TS_TOTALS_RECORD, 1, window->first);
        if (window->loaded > r->end) r->end = window->loaded;
    }
}

static int walk_part(ts_cl_lane *lane, const ts_walk_job *job, size_t first, size_t count, ts_error *error);

/* Too many for the device at once. */
static int walk_halves(ts_cl_lane *lane, const ts_walk_job *job, size_t first, size_t count, ts_error *error)
{
    if (walk_part(lane, job, first, count / 2, error)) return -1;
    return walk_part(lane, job, first + count / 2, count - count / 2, error);
}

/* Genomes [first, first + count) of the demand on all their windows. */
static int walk_part(ts_cl_lane *lane, const ts_walk_job *job, size_t first, size_t count, ts_error *error)
{
    const ts_market *whole = job->walks[0].market->whole;
    walkers w = {0};
    run r = {.lane = lane, .job = job, .walkers = &w, .error = error};
    ts_demand demand = *job->demand;
    demand.planned += first;
    demand.genomes = count;
    ts_cl_room room = lane->engine->room;
    if (ts_tile_forced()) room.bars = ts_tile_forced();
    int status = ts_cl_layout_make(&demand, whole->loaded, 0, &room, &r.layout, error);
    if (status > 0 && count > 1) return walk_halves(lane, job, first, count, error);
    if (status > 0) no_room(lane, "one genome", error);
    if (!status) status = find_walkers(&w, job, first, count, error);
    if (!status) r.market = ts_cl_market_hold(lane, whole, error);
    status = r.market ? 0 : -1;
    if (!status) {
        lane->engine->batches++;
        place_walkers(&r, first);
        describe(&r, whole);
        status = walk_tiles(&r);
    }
    if (!status && job->recorder) status = read_trades(&r, job->recorder);
    for (size_t i = 0; !status && i < w.count; i++)
        ts_walker_answer(job, &job->walker[w.index[i]], w.totals + i * TS_TOTALS_RECORD);
    ts_cl_market_release(lane, r.market);
    ts_cl_layout_clear(&r.layout);
    walkers_clear(&w);
    return status;
}

int ts_cl_engine_walk(ts_cl_engine *engine, const ts_walk_job *job, ts_error *error)
{
    ts_cl_lane *lane = ts_cl_lane_take(engine);
    int status = walk_part(lane, job, 0, job->demand->genomes, error);
    ts_cl_lane_give_back(lane);
    return status;
}

/* Values of bars [first, first + bars) of a row or a signal. */
static int read_value(run *r, const ts_device_operand *value, bool signal, size_t bars, double *into)
{
    ts_cl_queue *queue = r->lane->queue;
    if (!signal && value->mask)
        return ts_cl_read(queue, r->lane->part[TS_CL_MEMORY], (size_t)value->at * sizeof(double), into,
                          bars * sizeof(double), true, r->error);
    if (!signal) {
        for (size_t bar = 0; bar < bars; bar++) into[bar] = r->layout.number[value->at];
        return 0;
    }
    size_t words = r->layout.words;
    uint64_t *word = ts_alloc(words, sizeof *word);
    if (!word) return ts_no_memory(r->error, "a signal");
    int status = ts_cl_read(queue, r->lane->part[TS_CL_WORDS], (size_t)value->at * words * sizeof *word, word,
                            words * sizeof *word, true, r->error);
    for (size_t bar = 0; !status && bar < bars; bar++) into[bar] = (double)(word[bar / 64] >> (bar % 64) & 1);
    free(word);
    return status;
}

static int values_in_turn(run *r, const ts_demand *demand, size_t bars, double *const *rows)
{
    int status = send_layout(r);
    for (size_t first = 0; !status && first < bars; first += r->layout.tile) {
        status = rows_and_masks(r, first);
        size_t left = bars - first, count = left < r->layout.tile ? left : r->layout.tile;
        for (size_t i = 0; !status && i < demand->values; i++)
            status = read_value(r, &r->layout.value[i], demand->value[i].type == TS_SIGNAL, count, rows[i] + first);
    }
    if (status) ts_cl_finish(r->lane->queue, &(ts_error){0});
    return status;
}

int ts_cl_engine_values(ts_cl_engine *engine, const ts_demand *demand, double *const column[TS_COLUMNS], size_t bars,
                        double *const *rows, ts_error *error)
{
    run r = {.lane = ts_cl_lane_take(engine), .error = error};
    ts_cl_market market = {0};
    ts_cl_room room = engine->room;
    if (ts_tile_forced()) room.bars = ts_tile_forced();
    int status = ts_cl_layout_make(demand, bars, 0, &room, &r.layout, error);
    if (status > 0) no_room(r.lane, "the expressions", error);
    if (!status) status = ts_cl_market_candles(r.lane, column, bars, &market, error);
    if (!status) {
        r.market = &market;
        r.end = bars;
        r.shared = (ts_device_run){.padded = (int64_t)market.padded};
        status = values_in_turn(&r, demand, bars, rows);
    }
    ts_cl_market_clear(&market);
    ts_cl_layout_clear(&r.layout);
    ts_cl_lane_give_back(r.lane);
    return status ? -1 : 0;
}
