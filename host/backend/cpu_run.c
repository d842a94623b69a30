/* Tile by tile: rows, masks, then for each group of genomes the trades that ended and what they were worth. */
#include "host/backend/cpu_run.h"

#include "common/memory.h"
#include "host/backend/cpu_tile.h"
#include "host/metrics/totals.h"

#include <stdlib.h>
#include <string.h>

typedef struct run {
    const ts_cpu_kernels *kernels;
    const ts_program *program;
    const ts_market *market;
    bool scans, both, shorts;    /* position rules or shorts; two sides; any short side */
    uint32_t delay, signals_end; /* bars from signal to fill; bar after the last whose signal can be acted on */
    double *totals;              /* records, by genome */
    ts_stand *stand;             /* by genome, where genomes are scanned */
    uint32_t *open;              /* by genome, where they are latched: 1 + the bar of the entry; 0: flat */
    ts_following *following;     /* the same genomes */
    size_t stride;               /* room of a genome in `pair` and `flags` */
    uint32_t *pair;              /* a block's trades in the tile */
    uint8_t *flags, *reason;
    double *cash;
    uint64_t *masked[2], *never; /* entry and exit masks cut to the window; a mask that is never true */
    ts_recorder *recorder;
} run;

static void release(run *r)
{
    free(r->totals), free(r->stand), free(r->open), free(r->following), free(r->cash), free(r->reason), free(r->never);
    free(r->pair), free(r->flags);
    for (int i = 0; i < 2; i++) free(r->masked[i]);
}

/* Bars of a tile: those of the program, or of the whole series when that is shorter. */
static size_t longest_tile(const ts_program *program, const ts_market *market)
{
    size_t all = (market->loaded + TS_TILE_MULTIPLE - 1) / TS_TILE_MULTIPLE * TS_TILE_MULTIPLE;
    return all < program->tile ? all : program->tile;
}

static int prepare(run *r, ts_error *error)
{
    size_t genomes = r->program->genomes, tile = longest_tile(r->program, r->market);
    bool failed = false;
#define TAKE(field, count) failed |= !(r->field = ts_alloc(count, sizeof *r->field))
    TAKE(totals, genomes * TS_TOTALS_RECORD);
    TAKE(stand, genomes);
    TAKE(open, genomes);
    TAKE(following, genomes);
    TAKE(cash, tile + 2);
    TAKE(reason, tile + 2);
    TAKE(never, tile / 64);
    r->stride = 2 * tile + 16;
    TAKE(pair, r->stride * TS_BLOCK_GENOMES);
    TAKE(flags, r->stride * TS_BLOCK_GENOMES);
    for (int i = 0; i < 2; i++) TAKE(masked[i], tile / 64);
#undef TAKE
    if (failed) return ts_no_memory(error, "a batch of genomes");
    ts_totals_start(r->totals, genomes, r->market->first);
    for (size_t i = 0; i < genomes; i++) r->following[i].waits = r->both;
    return 0;
}

static int record(run *r, size_t trades, const uint8_t *flags, uint32_t ruin_bar, ts_error *error)
{
    ts_recorder *recorder = r->recorder;
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

/* Settle the trades that stand in r->pair, pairs[i] of genome first + i. */
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
    if (r->recorder) call.cash = r->cash, call.ruin_bar = &ruin_bar;
    r->kernels->settle(&call);
    if (!r->recorder || !pairs[0]) return 0;
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

/* The bar of the tile from which a genome's entries count. */
static int64_t entries_from(const run *r, const ts_walk *walk, const ts_tile *tile)
{
    int64_t from = walk->warmup > (int64_t)r->market->first ? walk->warmup : (int64_t)r->market->first;
    return from - (int64_t)tile->first;
}

/* The bars at which the position of genome `genome`, the `slot`th of its block, changed so far and in the tile: from
 * the entry of the open position on, if there is one. */
static size_t latch_changes(run *r, size_t genome, size_t slot, const ts_tile *tile)
{
    const ts_walk *walk = &r->program->walk[genome];
    int64_t from = entries_from(r, walk, tile), end = (int64_t)r->signals_end - (int64_t)tile->first;
    uint32_t *change = r->pair + slot * r->stride, first = (uint32_t)tile->first + r->delay;
    size_t changes = r->open[genome] != 0, words = tile->bars / 64;
    if (changes) change[0] = r->open[genome] - 1;
    ts_following *stands = &r->following[genome];
    if (walk->follows)
        return changes + r->kernels->follow(&walk->followed, words, from, end, first, stands, change + changes);
    const uint64_t *entry = cut(r, walk->entry[0], r->masked[0], from, end, tile->bars);
    const uint64_t *exit = cut(r, walk->exit[0], r->masked[1], 0, end, tile->bars);
    return changes + r->kernels->latch(entry, exit, words, first, &stands->open, change + changes);
}

/* Trades of a genome that end in the tile. */
static uint32_t latch_genome(run *r, size_t genome, size_t slot, const ts_tile *tile)
{
    const uint32_t *change = r->pair + slot * r->stride;
    size_t changes = latch_changes(r, genome, slot, tile);
    r->open[genome] = r->following[genome].open ? change[changes - 1] + 1 : 0;
    return (uint32_t)(changes / 2);
}

/* The same where each change ends a trade and begins the reverse: it stands twice among the pairs. */
static uint32_t reverse_genome(run *r, size_t genome, size_t slot, const ts_tile *tile)
{
    uint32_t *pair = r->pair + slot * r->stride;
    uint8_t *flags = r->flags + slot * r->stride;
    size_t changes = latch_changes(r, genome, slot, tile);
    if (!changes) return 0;
    r->open[genome] = pair[changes - 1] + 1;
    bool is_short = r->following[genome].open; /* of the last that ended */
    for (size_t trade = changes - 1; trade-- > 0; is_short = !is_short) {
        pair[2 * trade + 1] = pair[trade + 1];
        pair[2 * trade] = pair[trade];
        flags[trade] = (uint8_t)(TS_PAIR_REVERSES | (is_short ? TS_PAIR_SHORT : 0));
    }
    return (uint32_t)(changes - 1);
}

static uint32_t scan_genome(run *r, size_t genome, size_t slot, const ts_tile *tile)
{
    const ts_walk *walk = &r->program->walk[genome];
    int64_t end = (int64_t)r->signals_end - (int64_t)tile->first, from = entries_from(r, walk, tile);
    int64_t bars = end < (int64_t)tile->bars ? end : (int64_t)tile->bars;
    if (bars <= 0) return 0;
    ts_scan call = {.history = &r->market->history,
                    .rule = walk->rule,
                    .rules = walk->rules,
                    .first = (uint32_t)tile->first,
                    .bars = (uint32_t)bars,
                    .delay = r->delay,
                    .may_reverse = r->both,
                    .begin = from > 0 ? (uint32_t)(from < bars ? from : bars) : 0,
                    .stand = &r->stand[genome]};
    for (int side = 0; side < 2; side++) {
        call.entry[side] = walk->entry[side];
        call.exit[side] = walk->exit[side];
    }
    size_t at = slot * r->stride;
    return (uint32_t)r->kernels->scan(&call, r->pair + at, r->flags + at, r->reason);
}

static int walk_block(run *r, const ts_step *step, const ts_tile *tile, ts_error *error)
{
    uint32_t pairs[TS_BLOCK_GENOMES];
    for (size_t i = 0; i < step->count; i++) {
        size_t genome = step->first + i;
        if (r->program->walk[genome].follows && r->both) pairs[i] = reverse_genome(r, genome, i, tile);
        else if (r->scans) pairs[i] = scan_genome(r, genome, i, tile);
        else pairs[i] = latch_genome(r, genome, i, tile);
    }
    return settle(r, step->first, step->count, pairs, false, error);
}

/* Rule 7: what is open at the end is closed at the last close. */
static int close_block(run *r, size_t first, size_t count, ts_error *error)
{
    uint32_t pairs[TS_BLOCK_GENOMES];
    for (size_t i = 0; i < count; i++) {
        size_t genome = first + i;
        const ts_stand *stand = &r->stand[genome];
        bool scanned = r->scans && !r->program->walk[genome].follows;
        bool is_short = scanned ? stand->side < 0 : !r->following[genome].open;
        pairs[i] = scanned ? stand->side != 0 : r->open[genome] != 0;
        r->pair[i * r->stride] = scanned ? stand->entry : r->open[genome] - 1;
        r->pair[i * r->stride + 1] = (uint32_t)r->market->loaded - 1;
        r->flags[i * r->stride] = is_short ? TS_PAIR_SHORT : 0;
    }
    return settle(r, first, count, pairs, true, error);
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

/* Bars of the tile that lie in the trading window. */
static uint64_t counted(const ts_market *market, const ts_tile *tile)
{
    size_t from = tile->first > market->first ? tile->first : market->first;
    size_t to = tile->first + tile->bars < market->loaded ? tile->first + tile->bars : market->loaded;
    return to > from ? to - from : 0;
}

int ts_cpu_walk(const ts_cpu_kernels *kernels, const ts_program *program, const ts_market *market,
                ts_direction direction, ts_metrics *metrics, _Atomic uint64_t *genome_bars, ts_recorder *recorder,
                ts_error *error)
{
    bool next_open = market->simulation.fill == TS_FILL_NEXT_OPEN;
    run r = {.kernels = kernels,
             .program = program,
             .market = market,
             .both = direction == TS_BOTH,
             .shorts = direction != TS_LONG,
             .scans = direction != TS_LONG || any_rules(program),
             .delay = next_open,
             .signals_end = (uint32_t)(market->loaded - next_open),
             .recorder = recorder};
    int status = prepare(&r, error);
    for (size_t first = 0; !status && first < market->loaded; first += program->tile) {
        ts_tile tile = ts_tile_begin(program, market->column, first, market->loaded);
        status = run_tile(&r, &tile, error);
        if (genome_bars) *genome_bars += program->genomes * counted(market, &tile);
    }
    for (size_t first = 0; !status && first < program->genomes; first += TS_BLOCK_GENOMES) {
        size_t count = program->genomes - first < TS_BLOCK_GENOMES ? program->genomes - first : TS_BLOCK_GENOMES;
        status = close_block(&r, first, count, error);
        for (size_t i = first; i < first + count; i++)
            ts_totals_metrics(r.totals + i * TS_TOTALS_RECORD, market, program->walk[i].warmup, &metrics[i]);
    }
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
