#include "ingest/minutes.h"

#include "common/memory.h"
#include "ingest/number_spans.h"

#include <stdio.h>
#include <stdlib.h>

/* OPEN minutes are built at a time: with the longest grace, twice as long for holes, 12 wait. Ids further apart than
 * LEAP are no loss of messages but another numbering. */
enum { MINUTE_MS = 60000, OPEN = 16, REMEMBERED = 64, CONTENTS = 1024, LEAP = 1000000 };
static const int64_t MINUTE_US = 60000000;

/* One minute being built. */
typedef struct slot {
    int64_t number; /* minutes since 1970 */
    uint64_t trades, first_id, last_id;
    ts_exact open, high, low, close, volume;
    bool dirty;
} slot;

struct ts_minutes {
    char symbol[TS_SYMBOL_TEXT];
    int64_t grace_us;
    ts_minute_sink *sink;
    void *context;
    ts_minutes_counts *counts;
    bool begun, covered;
    int64_t begin, next; /* the first minute covered; the first that was not given out */
    int64_t clock_us;
    slot open[OPEN];      /* minute n in open[n % OPEN], when its number says so */
    uint64_t given_dirty; /* bit i: minute next - 1 - i was given out dirty */
    ts_number_spans ids;
    uint64_t last_said; /* by the exchange, of the last trade; with the time when it first said so */
    int64_t last_said_us;
    bool last_told;
    uint64_t content[CONTENTS]; /* of trade id at id % CONTENTS: the id's low half, and a hash of the trade */
};

static int64_t number_of(int64_t us) { return us >= 0 ? us / MINUTE_US : -((MINUTE_US - 1 - us) / MINUTE_US); }
static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

ts_minutes *ts_minutes_new(const char *symbol, int64_t grace_us, ts_minute_sink *sink, void *context,
                           ts_minutes_counts *counts, ts_error *error)
{
    ts_minutes *minutes = ts_alloc(1, sizeof *minutes);
    if (!minutes) return ts_no_memory(error, "the minutes of a product"), NULL;
    snprintf(minutes->symbol, sizeof minutes->symbol, "%s", symbol);
    minutes->grace_us = most(0, least(grace_us, (int64_t)TS_GRACE_LIMIT_S * 1000000));
    minutes->sink = sink;
    minutes->context = context;
    minutes->counts = counts;
    minutes->clock_us = INT64_MIN;
    for (size_t i = 0; i < OPEN; i++) minutes->open[i].number = INT64_MIN;
    return minutes;
}

void ts_minutes_free(ts_minutes *minutes) { free(minutes); }
const char *ts_minutes_symbol(const ts_minutes *minutes) { return minutes->symbol; }
bool ts_minutes_covered(const ts_minutes *minutes) { return minutes->covered; }

/* The slot of a minute in next .. next + OPEN - 1. */
static slot *slot_of(ts_minutes *minutes, int64_t number)
{
    slot *found = &minutes->open[(uint64_t)number % OPEN];
    if (found->number != number) *found = (slot){.number = number};
    return found;
}

/* Minutes from .. to - 1 without a bar. */
static void give_run(ts_minutes *minutes, ts_minute_kind kind, int64_t from, int64_t to, bool again)
{
    ts_minute run = {.symbol = minutes->symbol, .kind = kind, .again = again};
    if (from >= to) return;
    run.time_ms = from * MINUTE_MS;
    run.end_ms = to * MINUTE_MS;
    *(again                     ? &minutes->counts->dirty_again
      : kind == TS_MINUTE_DIRTY ? &minutes->counts->dirty
                                : &minutes->counts->empty) += (uint64_t)(to - from);
    minutes->sink(minutes->context, &run);
}

static void give_bar(ts_minutes *minutes, const slot *built)
{
    minutes->counts->bars++;
    minutes->sink(minutes->context, &(ts_minute){.symbol = minutes->symbol,
                                                 .kind = TS_MINUTE_BAR,
                                                 .time_ms = built->number * MINUTE_MS,
                                                 .end_ms = (built->number + 1) * MINUTE_MS,
                                                 .open = ts_exact_real(built->open),
                                                 .high = ts_exact_real(built->high),
                                                 .low = ts_exact_real(built->low),
                                                 .close = ts_exact_real(built->close),
                                                 .volume = ts_exact_real(built->volume),
                                                 .trades = built->trades});
}

static void step_over(ts_minutes *minutes, int64_t count, bool dirty)
{
    uint64_t ones = count >= REMEMBERED ? UINT64_MAX : (UINT64_C(1) << count) - 1;
    minutes->given_dirty = (count >= REMEMBERED ? 0 : minutes->given_dirty << count) | (dirty ? ones : 0);
    minutes->next += count;
}

/* Everything up to the minute `to`, which is excluded, is dirty and given out at once. */
static void give_up(ts_minutes *minutes, int64_t to)
{
    if (to <= minutes->next) return;
    give_run(minutes, TS_MINUTE_DIRTY, minutes->next, to, false);
    step_over(minutes, to - minutes->next, true);
}

/* Minutes from .. to, both included, that were given out as clean: they are dirty after all. What was given out longer
 * ago than is remembered counts as clean. */
static void take_back(ts_minutes *minutes, int64_t from, int64_t to)
{
    from = most(from, minutes->begin);
    to = least(to, minutes->next - 1);
    int64_t run = from, at = most(from, minutes->next - REMEMBERED);
    for (; at <= to; at++) {
        uint64_t bit = UINT64_C(1) << (minutes->next - 1 - at);
        if (minutes->given_dirty & bit) {
            give_run(minutes, TS_MINUTE_DIRTY, run, at, true);
            run = at + 1;
        }
        minutes->given_dirty |= bit;
    }
    give_run(minutes, TS_MINUTE_DIRTY, run, to + 1, true);
}

void ts_minutes_damage(ts_minutes *minutes, int64_t from_us, int64_t to_us)
{
    if (!minutes->begun) return;
    int64_t from = number_of(from_us), to = number_of(most(from_us, to_us));
    take_back(minutes, from, to);
    to = least(to, minutes->next + OPEN - 1);
    for (int64_t number = most(from, minutes->next); number <= to; number++) slot_of(minutes, number)->dirty = true;
}

/* All that is being built: after something that says nothing of where the harm is. */
static void damage_open(ts_minutes *minutes, int64_t time_us)
{
    if (!minutes->begun) return;
    int64_t until = most(number_of(most(time_us, minutes->clock_us)), minutes->next);
    for (size_t i = 0; i < OPEN; i++)
        if (minutes->open[i].number > until) minutes->open[i].dirty = true;
    ts_minutes_damage(minutes, minutes->next * MINUTE_US, least(until, minutes->next + OPEN) * MINUTE_US);
}

void ts_minutes_begin(ts_minutes *minutes, int64_t now_us)
{
    if (minutes->begun) return;
    minutes->begun = true;
    minutes->begin = minutes->next = number_of(now_us);
}

void ts_minutes_start(ts_minutes *minutes, int64_t now_us)
{
    ts_minutes_begin(minutes, now_us);
    give_up(minutes, number_of(now_us));
    minutes->covered = true;
    minutes->clock_us = most(minutes->clock_us, now_us);
    damage_open(minutes, now_us);
}

void ts_minutes_stop(ts_minutes *minutes) { minutes->covered = false; }

/* What the exchange said of its last trade is a hole above the highest span. Trades that come much later under lower
 * ids contradict it. */
static bool tail_missing(const ts_minutes *minutes)
{
    if (!minutes->ids.count) return false;
    const ts_number_span *top = &minutes->ids.span[minutes->ids.count - 1];
    return minutes->last_said > top->last && top->last_us <= minutes->last_said_us + minutes->grace_us;
}

static ts_hole tail(const ts_minutes *minutes)
{
    int64_t from = minutes->ids.span[minutes->ids.count - 1].last_us;
    return (ts_hole){from, most(from, minutes->last_said_us)};
}

typedef enum damage { WHOLE, WAITING, MISSING } damage;

/* What is missing in a hole came before its end, and so within the grace after it, or it does not come at all. */
static damage damage_of(const ts_minutes *minutes, ts_hole hole, int64_t number)
{
    if (number_of(hole.from_us) > number || number > number_of(hole.to_us)) return WHOLE;
    return minutes->clock_us < hole.to_us + minutes->grace_us ? WAITING : MISSING;
}

/* Whether ids are missing whose trades may be of this minute. */
static damage missing_ids(const ts_minutes *minutes, int64_t number)
{
    damage worst = WHOLE;
    for (size_t i = 1; i < minutes->ids.count && worst != MISSING; i++) {
        damage here = damage_of(minutes, ts_number_spans_hole(&minutes->ids, i), number);
        if (here > worst) worst = here;
    }
    if (worst != MISSING && tail_missing(minutes)) {
        damage here = damage_of(minutes, tail(minutes), number);
        if (here > worst) worst = here;
    }
    return worst;
}

/* Ids whose times contradict their order for longer than the grace: those above are not believed any more. */
static void drop_contradictions(ts_minutes *minutes)
{
    ts_number_spans *ids = &minutes->ids;
    for (size_t i = 1; i < ids->count; i++)
        if (ids->span[i - 1].last_us > ids->span[i].first_us + minutes->grace_us) {
            int64_t until = ids->span[ids->count - 1].last_us;
            ids->count = i;
            minutes->counts->implausible++;
            ts_minutes_damage(minutes, ids->span[i].first_us, ids->span[i - 1].last_us);
            damage_open(minutes, least(until, minutes->clock_us));
        }
}

/* Holes that nobody filled within the grace: what they touch of the minutes given out is taken back. */
static void tell_holes(ts_minutes *minutes)
{
    int64_t ripe = minutes->clock_us - minutes->grace_us;
    if (minutes->ids.count > 1) drop_contradictions(minutes);
    for (size_t i = 1; i < minutes->ids.count; i++) {
        ts_number_span *upper = &minutes->ids.span[i];
        ts_hole hole = ts_number_spans_hole(&minutes->ids, i);
        if (upper->told || hole.to_us > ripe) continue;
        take_back(minutes, number_of(hole.from_us), number_of(hole.to_us));
        upper->told = true; /* minutes that were not given out yet see the hole then */
    }
    if (!minutes->last_told && tail_missing(minutes) && tail(minutes).to_us <= ripe) {
        take_back(minutes, number_of(tail(minutes).from_us), number_of(tail(minutes).to_us));
        minutes->last_told = true;
    }
}

/* The next minute is due. False: it waits for ids that are missing, but never until there is no room to build more. */
static bool give_next(ts_minutes *minutes)
{
    slot *built = slot_of(minutes, minutes->next);
    bool dirty = built->dirty || !minutes->covered;
    if (!dirty) {
        damage found = missing_ids(minutes, minutes->next);
        if (found == WAITING && minutes->clock_us < (minutes->next + OPEN - 2) * MINUTE_US) return false;
        dirty = found != WHOLE;
    }
    if (dirty || !built->trades)
        give_run(minutes, dirty ? TS_MINUTE_DIRTY : TS_MINUTE_EMPTY, minutes->next, minutes->next + 1, false);
    else give_bar(minutes, built);
    step_over(minutes, 1, dirty);
    return true;
}

void ts_minutes_advance(ts_minutes *minutes, int64_t now_us)
{
    if (now_us <= minutes->clock_us || !minutes->begun) return;
    minutes->clock_us = now_us;
    int64_t due = number_of(now_us - minutes->grace_us); /* excluded: it has not ended */
    bool waits = false;
    for (int i = 0; i < OPEN && minutes->next < due && !waits; i++) waits = !give_next(minutes);
    if (!waits) give_up(minutes, due); /* so long without a sign of life is no silence of the market */
    if (minutes->ids.count > 1 || minutes->last_said) tell_holes(minutes);
}

/* FNV-1a over what a trade says. */
static uint64_t content_of(const ts_market_trade *trade)
{
    const uint64_t word[] = {(uint64_t)(trade->price >> 64), (uint64_t)trade->price, (uint64_t)(trade->size >> 64),
                             (uint64_t)trade->size, (uint64_t)trade->time_us};
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
        hash = (hash ^ word[i]) * UINT64_C(1099511628211);
        hash ^= hash >> 32;
    }
    return trade->trade_id << 32 | (uint32_t)hash;
}

/* Seen before: the same again, or another price, size or time under the same id? */
static void compare(ts_minutes *minutes, const ts_market_trade *trade)
{
    uint64_t now = content_of(trade), before = minutes->content[trade->trade_id % CONTENTS];
    minutes->counts->duplicates++;
    if (before >> 32 != now >> 32 || before == now) return;
    minutes->counts->restated++;
    ts_minutes_damage(minutes, trade->time_us, trade->time_us);
    damage_open(minutes, minutes->clock_us);
}

static void build(slot *built, const ts_market_trade *trade)
{
    bool first = !built->trades++;
    if (first || trade->trade_id < built->first_id) {
        built->first_id = trade->trade_id;
        built->open = trade->price;
    }
    if (first || trade->trade_id > built->last_id) {
        built->last_id = trade->trade_id;
        built->close = trade->price;
    }
    if (first || trade->price > built->high) built->high = trade->price;
    if (first || trade->price < built->low) built->low = trade->price;
    if (!ts_exact_add(&built->volume, trade->size)) built->dirty = true;
}

/* A new trade into its minute. */
static void place(ts_minutes *minutes, const ts_market_trade *trade)
{
    int64_t number = number_of(trade->time_us);
    if (!minutes->begun || number < minutes->begin) {
        minutes->counts->early++;
    } else if (number < minutes->next) {
        minutes->counts->late++;
        take_back(minutes, number, number);
    } else if (!minutes->covered) {
        minutes->counts->early++;
    } else if (number >= minutes->next + OPEN) {
        minutes->counts->implausible++;
        damage_open(minutes, minutes->clock_us);
    } else build(slot_of(minutes, number), trade);
}

/* Another numbering than before: begin again with it. */
static void renumber(ts_minutes *minutes, uint64_t id)
{
    ts_number_spans *ids = &minutes->ids;
    if (!ids->count) return;
    uint64_t low = ids->span[0].first, high = ids->span[ids->count - 1].last;
    if ((id <= high || id - high <= LEAP) && (id >= low || low - id <= LEAP)) return;
    *ids = (ts_number_spans){0};
    minutes->last_said = 0;
    minutes->counts->implausible++;
    damage_open(minutes, minutes->clock_us);
}

void ts_minutes_trade(ts_minutes *minutes, const ts_market_trade *trade)
{
    ts_hole hole;
    minutes->counts->trades++;
    renumber(minutes, trade->trade_id);
    ts_seen seen = ts_number_spans_add(&minutes->ids, trade->trade_id, trade->time_us, &hole);
    if (seen == TS_SEEN_BEFORE) {
        compare(minutes, trade);
        return;
    }
    if (seen == TS_SEEN_CROWDED) ts_minutes_damage(minutes, hole.from_us, hole.to_us);
    if (seen == TS_SEEN_UNKNOWN) ts_minutes_damage(minutes, trade->time_us, trade->time_us);
    minutes->content[trade->trade_id % CONTENTS] = content_of(trade);
    place(minutes, trade);
}

void ts_minutes_last_trade(ts_minutes *minutes, uint64_t trade_id, int64_t now_us)
{
    ts_hole hole;
    renumber(minutes, trade_id);
    if (!minutes->ids.count) ts_number_spans_add(&minutes->ids, trade_id, now_us, &hole);
    if (trade_id <= minutes->last_said) return;
    minutes->last_said = trade_id;
    minutes->last_said_us = now_us;
    minutes->last_told = false;
}
