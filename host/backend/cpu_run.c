/* Tile by tile: rows, masks, then for each block of genomes and each window the trades that ended and what they were
 * worth. */
#include "host/backend/cpu_run.h"

#include "common/memory.h"
#include "host/backend/cpu_tile.h"
#include "host/metrics/totals.h"

#include <stdlib.h>
#include <string.h>

typedef struct run {
    const ts_cpu_kernels *kernels;
    const ts_program *program;
    const ts_walk_job *job;
    const ts_market *market;  /* the window under way */
    size_t end;               /* of the last window */
    bool scans, both, shorts; /* position rules or shorts; two sides; any short side */
    uint32_t delay;           /* bars from signal to fill */
    uint32_t signals_end;     /* of the window: bar after the last whose signal can be acted on */
    double *totals;           /* records, by walker */
    ts_stand *stand;          /* by walker, where genomes are scanned */
    uint32_t *open;           /* by walker, where they are latched: 1 + the bar of the entry; 0: flat */
    ts_following *following;  /* the same walkers */
    size_t stride;            /* room of a walker in `pair` and `flags` */
    uint32_t *pair;           /* a block's trades in the tile */
    uint8_t *flags, *reason;
    double *cash;
    uint64_t *masked[2], *never; /* entry and exit masks cut to the window; a mask that is never true */
} run;

static void release(run *r)
{
    free(r->totals), free(r->stand), free(r->open), free(r->following), free(r->cash), free(r->reason), free(r->never);
    free(r->pair), free(r->flags);
    for (int i = 0; i < 2; i++) free(r->masked[i]);
}

/* Bars of a tile: those of the program, or of the whole series when that is shorter. */
static size_t longest_tile(const run *r)
{
    size_t all = (r->end + TS_TILE_MULTIPLE - 1) / TS_TILE_MULTIPLE * TS_TILE_MULTIPLE;
    return all < r->program->tile ? all : r->program->tile;
}

static int prepare(run *r, ts_error *error)
{
    size_t walkers = r->job->walkers, tile = longest_tile(r), genomes = r->program->genomes;
    size_t side_by_side = genomes < TS_BLOCK_GENOMES ? genomes : TS_BLOCK_GENOMES;
    bool failed = false;
#define TAKE(field, count) failed |= !(r->field = ts_alloc(count, sizeof *r->field))
    TAKE(totals, walkers * TS_TOTALS_RECORD);
    TAKE(stand, walkers);
    TAKE(open, walkers);
    TAKE(following, walkers);
    TAKE(cash, tile + 2);
    TAKE(reason, tile + 2);
    TAKE(never, tile / 64);
    r->stride = 2 * tile + 16;
    TAKE(pair, r->stride * side_by_side);
    TAKE(flags, r->stride * side_by_side);
    for (int i = 0; i < 2; i++) TAKE(masked[i], tile / 64);
#undef TAKE
    if (failed) return ts_no_memory(error, "a batch of genomes");
    for (size_t i = 0; i < walkers; i++) {
        ts_totals_start(r->totals + i * TS_TOTALS_RECORD, 1, r->job->walks[r->job->walker[i].walks].market->first);
        r->following[i].waits = r->both;
    }
    return 0;
}

static int record(run *r, size_t trades, const uint8_t *flags, uint32_t ruin_bar, ts_error *error)
{
    ts_recorder *recorder = r->job->recorder;
    for (size_t i = 0; i < trades; i++) {
        if (recorder->trades && recorder->trade[recorder->trades - 1].cash <= 0) return 0;
        if (recorder->trades == recorder->capacity) {
            size_t capacity = recorder->capacity ? recorder->capacity * 2 : 64;
            ts_recorded *grown = ts_grow(recorder->trade, capacity, sizeof *grown);
            if (!grown) return ts_no_memory(error, "the trades");
            recorder->trade = grown;
            recorder->capacity = capacity;
        }
        ts_recorded *trade = &recorder->trade[recorder->trades++];
        *trade = (ts_recorded){r->pair[2 * i], r->pair[2 * i + 1], flags ? flags[i] : 0, r->reason[i], r->cash[i]};
        if (trade->cash <= 0 && ruin_bar) {
            trade->exit = ruin_bar;
            trade->reason = TS_REASON_RUIN;
        }
    }
    return 0;
}

/* Settle the trades that stand in r->pair, pairs[i] of walker first + i. */
static int settle(run *r, size_t first, size_t count, const uint32_t *pairs, bool closing, ts_error *error)
{
    uint32_t ruin_bar = 0;
    ts_settlement call = {.history = &r->market->history,
                          .genomes = count,
                          .totals = r->totals + first * TS_TOTALS_RECORD,
                          .pair = r->pair,
                          .flags = r->shorts ? r->flags : NULL,
                          .pairs = pairs,
                          .stride = r->stride,
                          .closing = closing};
    if (r->job->recorder) call.cash = r->cash, call.ruin_bar = &ruin_bar;
    r->kernels->settle(&call);
    if (!r->job->recorder || !pairs[0]) return 0;
    if (closing) r->reason[0] = TS_REASON_END;
    return record(r, pairs[0], call.flags, ruin_bar, error);
}

/* A mask without the bars before `from` and from `to` on, both relative to the tile. */
static const uint64_t *cut(run *r, const uint64_t *mask, uint64_t *into, int64_t from, int64_t to, size_t bars)
{
    if (!mask) return r->never;
    if (from <= 0 && to >= (int64_t)bars) return mask;
    for (size_t word = 0; word < bars / 64; word++) {
        int64_t low = from - (int64_t)word * 64, high = to - (int64_t)word * 64;
        uint64_t keep = ~0ull;
        if (low > 0) keep = low < 64 ? keep << low : 0;
        if (high < 64) keep = high > 0 ? keep & ~0ull >> (64 - high) : 0;
        into[word] = mask[word] & keep;
    }
    return into;
}

/* The bar of the tile from which a genome's entries count in the window. */
static int64_t entries_from(const run *r, const ts_walk *walk, const ts_tile *tile)
{
    int64_t from = walk->warmup > (int64_t)r->market->first ? walk->warmup : (int64_t)r->market->first;
    return from - (int64_t)tile->first;
}

static const ts_walk *walk_of(const run *r, size_t walker) { return &r->program->walk[r->job->walker[walker].genome]; }

/* The bars at which the position of walker `walker`, the `slot`th of those under way, changed so far and in the tile:
 * from the entry of the open position on, if there is one. */
static size_t latch_changes(run *r, size_t walker, size_t slot, const ts_tile *tile)
{
    const ts_walk *walk = walk_of(r, walker);
    int64_t from = entries_from(r, walk, tile), end = (int64_t)r->signals_end - (int64_t)tile->first;
    uint32_t *change = r->pair + slot * r->stride, first = (uint32_t)tile->first + r->delay;
    size_t changes = r->open[walker] != 0, words = tile->bars / 64;
    if (changes) change[0] = r->open[walker] - 1;
    ts_following *stands = &r->following[walker];
    if (walk->follows)
        return changes + r->kernels->follow(&walk->followed, words, from, end, first, stands, change + changes);
    const uint64_t *entry = cut(r, walk->entry[0], r->masked[0], from, end, tile->bars);
    const uint64_t *exit = cut(r, walk->exit[0], r->masked[1], 0, end, tile->bars);
    return changes + r->kernels->latch(entry, exit, words, first, &stands->open, change + changes);
}

/* Trades of a walker that end in the tile. */
static uint32_t latch_walker(run *r, size_t walker, size_t slot, const ts_tile *tile)
{
    const uint32_t *change = r->pair + slot * r->stride;
    size_t changes = latch_changes(r, walker, slot, tile);
    r->open[walker] = r->following[walker].open ? change[changes - 1] + 1 : 0;
    return (uint32_t)(changes / 2);
}

/* The same where each change ends a trade and begins the reverse: it stands twice among the pairs. */
static uint32_t reverse_walker(run *r, size_t walker, size_t slot, const ts_tile *tile)
{
    uint32_t *pair = r->pair + slot * r->stride;
    uint8_t *flags = r->flags + slot * r->stride;
    size_t changes = latch_changes(r, walker, slot, tile);
    if (!changes) return 0;
    r->open[walker] = pair[changes - 1] + 1;
    bool is_short = r->following[walker].open; /* of the last that ended */
    for (size_t trade = changes - 1; trade-- > 0; is_short = !is_short) {
        pair[2 * trade + 1] = pair[trade + 1];
        pair[2 * trade] = pair[trade];
        flags[trade] = (uint8_t)(TS_PAIR_REVERSES | (is_short ? TS_PAIR_SHORT : 0));
    }
    return (uint32_t)(changes - 1);
}

static uint32_t scan_walker(run *r, size_t walker, size_t slot, const ts_tile *tile)
{
    const ts_walk *walk = walk_of(r, walker);
    ts_stand *stand = &r->stand[walker];
    int64_t end = (int64_t)r->signals_end - (int64_t)tile->first, from = entries_from(r, walk, tile);
    int64_t bars = end < (int64_t)tile->bars ? end : (int64_t)tile->bars;
    if (bars <= 0) return 0;
    if (stand->next < tile->first) stand->next = (uint32_t)tile->first; /* the window's first tile */
    ts_scan call = {.history = &r->market->history,
                    .rule = walk->rule,
                    .rules = walk->rules,
                    .first = (uint32_t)tile->first,
                    .bars = (uint32_t)bars,
                    .delay = r->delay,
                    .may_reverse = r->both,
                    .begin = from > 0 ? (uint32_t)(from < bars ? from : bars) : 0,
                    .stand = stand};
    for (int side = 0; side < 2; side++) {
        call.entry[side] = walk->entry[side];
        call.exit[side] = walk->exit[side];
    }
    size_t at = slot * r->stride;
    return (uint32_t)r->kernels->scan(&call, r->pair + at, r->flags + at, r->reason);
}

/* Rule 7: what is open at the window's end is closed at its last close. */
static int close_walkers(run *r, size_t first, size_t count, ts_error *error)
{
    uint32_t pairs[TS_BLOCK_GENOMES];
    for (size_t i = 0; i < count; i++) {
        size_t walker = first + i;
        const ts_stand *stand = &r->stand[walker];
        bool scanned = r->scans && !walk_of(r, walker)->follows;
        bool is_short = scanned ? stand->side < 0 : !r->following[walker].open;
        pairs[i] = scanned ? stand->side != 0 : r->open[walker] != 0;
        r->pair[i * r->stride] = scanned ? stand->entry : r->open[walker] - 1;
        r->pair[i * r->stride + 1] = (uint32_t)r->market->loaded - 1;
        r->flags[i * r->stride] = is_short ? TS_PAIR_SHORT : 0;
    }
    return settle(r, first, count, pairs, true, error);
}

/* Walkers of one window over a tile. A window is met from the bar before its first on: crossings look back one bar. */
static int walk_window(run *r, size_t first, size_t count, const ts_tile *tile, ts_error *error)
{
    uint32_t pairs[TS_BLOCK_GENOMES];
    r->market = r->job->walks[r->job->walker[first].walks].market;
    r->signals_end = (uint32_t)(r->market->loaded - r->delay);
    size_t end = tile->first + tile->bars;
    if (end < r->market->first || tile->first >= r->market->loaded) return 0;
    for (size_t i = 0; i < count; i++) {
        bool follows = walk_of(r, first + i)->follows;
        if (follows && r->both) pairs[i] = reverse_walker(r, first + i, i, tile);
        else if (r->scans) pairs[i] = scan_walker(r, first + i, i, tile);
        else pairs[i] = latch_walker(r, first + i, i, tile);
    }
    *r->job->genome_bars += count * ts_walk_counted(r->market, tile->first, tile->bars);
    if (settle(r, first, count, pairs, false, error)) return -1;
    return end >= r->market->loaded ? close_walkers(r, first, count, error) : 0;
}

/* The walkers of a block of genomes, window by window. */
static int walk_block(run *r, const ts_step *step, const ts_tile *tile, ts_error *error)
{
    const ts_walker *walker = r->job->walker;
    size_t block = step->first / TS_BLOCK_GENOMES, end = r->job->block[block + 1];
    for (size_t first = r->job->block[block], last; first < end; first = last) {
        for (last = first + 1; last < end && walker[last].walks == walker[first].walks;) last++;
        if (walk_window(r, first, last - first, tile, error)) return -1;
    }
    return 0;
}

static int run_tile(run *r, const ts_tile *tile, ts_error *error)
{
    const ts_program *program = r->program;
    for (size_t i = 0; i < program->steps; i++) {
        const ts_step *step = &program->step[i];
        switch (step->kind) {
        case TS_STEP_ROWS: ts_tile_rows(r->kernels, program, step, tile); break;
        case TS_STEP_MASKS: ts_tile_masks(r->kernels, program, step, tile); break;
        case TS_STEP_WALK:
            if (walk_block(r, step, tile, error)) return -1;
            break;
        }
    }
    return 0;
}

static bool any_rules(const ts_program *program)
{
    for (size_t i = 0; i < program->genomes; i++)
        if (program->walk[i].rules) return true;
    return false;
}

int ts_cpu_walk(const ts_cpu_kernels *kernels, const ts_program *program, const ts_walk_job *job, ts_error *error)
{
    const ts_market *whole = job->walks[0].market->whole;
    run r = {.kernels = kernels,
             .program = program,
             .job = job,
             .both = job->direction == TS_BOTH,
             .shorts = job->direction != TS_LONG,
             .scans = job->direction != TS_LONG || any_rules(program),
             .delay = whole->simulation.fill == TS_FILL_NEXT_OPEN};
    for (size_t i = 0; i < job->walkers; i++) {
        const ts_market *market = job->walks[job->walker[i].walks].market;
        if (market->loaded > r.end) r.end = market->loaded;
    }
    int status = prepare(&r, error);
    for (size_t first = 0; !status && first < r.end; first += program->tile) {
        ts_tile tile = ts_tile_begin(program, whole->column, first, r.end);
        status = run_tile(&r, &tile, error);
    }
    for (size_t i = 0; !status && i < job->walkers; i++)
        ts_walker_answer(job, &job->walker[i], r.totals + i * TS_TOTALS_RECORD);
    release(&r);
    return status;
}

void ts_cpu_rows(const ts_cpu_kernels *kernels, const ts_program *program, double *const column[TS_COLUMNS],
                 size_t bars, size_t values, double *const *rows)
{
    for (size_t first = 0; first < bars; first += program->tile) {
        ts_tile tile = ts_tile_begin(program, column, first, bars);
        for (size_t i = 0; i < program->steps; i++) {
            const ts_step *step = &program->step[i];
            if (step->kind == TS_STEP_ROWS) ts_tile_rows(kernels, program, step, &tile);
            else ts_tile_masks(kernels, program, step, &tile);
        }
        size_t end = first + tile.bars < bars ? first + tile.bars : bars;
        for (size_t value = 0; value < values; value++) {
            const uint64_t *words = ts_program_words(program, value);
            ts_operand row = ts_program_row(program, value);
            for (size_t bar = first; bar < end; bar++) {
                size_t at = bar - first;
                rows[value][bar] = words ? (double)(words[at / 64] >> (at % 64) & 1) : row.at[at & row.mask];
            }
        }
    }
}
