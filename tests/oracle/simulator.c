/* The simulator's promises, bar by bar: what an order fills at, what a position is worth, when it is left.
 * Money is computed in the order in which the promises write it, so that fills are equal to the last bit. */
#include "tests/oracle/simulator.h"

#include "common/memory.h"

#include <math.h>

typedef struct walk {
    const ts_oracle_settings *settings;
    const conditions *when;
    const double *open, *close;
    size_t last;              /* the window's last bar */
    int side;                 /* 0 flat, 1 long, -1 short */
    double units, cash, base; /* base: the equity that went into the position */
    double fill, extreme;     /* F and M of the position rules */
    size_t fill_bar;
    totals sums;
    ts_oracle_result *out;
} walk;

typedef struct order {
    bool leaving;
    int entering; /* 0 none, else the side */
    const char *reason;
} order;

static ts_oracle_trade *current(walk *w) { return &w->out->trade[w->out->trades - 1]; }

static double worth(const walk *w, double price)
{
    if (w->side == 0) return w->cash;
    return w->side > 0 ? w->units * price : w->cash - w->units * price;
}

static void enter(walk *w, int side, double price, size_t t)
{
    double fee = w->settings->fee;
    w->base = w->cash;
    w->sums.fees += w->cash * fee;
    w->sums.traded += w->cash * (1 - fee);
    w->fill = price * (1 + side * w->settings->slippage);
    w->units = w->cash * (1 - fee) / w->fill;
    w->cash = side > 0 ? 0 : 2 * w->cash * (1 - fee);
    w->side = side;
    w->fill_bar = t;
    w->extreme = w->fill;
    w->sums.fills++;
    w->out->trade[w->out->trades++] =
        (ts_oracle_trade){.entry_bar = t, .entry_price = w->fill, .side = side, .units = w->units, .reason = "open"};
}

static void leave(walk *w, double price, size_t t, const char *reason)
{
    double fee = w->settings->fee, fill = price * (1 - w->side * w->settings->slippage);
    ts_oracle_trade *trade = current(w);
    w->sums.traded += w->units * fill;
    w->sums.fees += w->units * fill * fee;
    w->cash = w->side > 0 ? w->units * fill * (1 - fee) : w->cash - w->units * fill * (1 + fee);
    if (w->cash <= 0) {
        w->cash = 0;
        w->sums.ruined = true;
    }
    trade->exit_bar = t;
    trade->exit_price = fill;
    trade->change = w->cash / w->base - 1;
    trade->profit = w->cash - w->base;
    trade->reason = reason;
    w->side = 0;
    w->units = 0;
    w->sums.fills++;
}

/* The mark of a short fell to 0 or below: nothing is left. */
static void ruin(walk *w, size_t t)
{
    if (w->side != 0) {
        ts_oracle_trade *trade = current(w);
        trade->exit_bar = t;
        trade->exit_price = w->close[t];
        trade->change = -1;
        trade->profit = -w->base;
        trade->reason = "ruin";
    }
    w->side = 0;
    w->cash = 0;
    w->sums.ruined = true;
}

static bool rule_hit(const walk *w, const rule_term *rule, size_t t)
{
    double p = w->close[t], stop = NAN;
    int side = w->side;
    switch (rule->kind) {
    case TS_BARS_HELD: return (double)(t - w->fill_bar) >= rule->p;
    case TS_TAKE_PROFIT: return side > 0 ? p >= w->fill * (1 + rule->p) : p <= w->fill * (1 - rule->p);
    case TS_STOP_LOSS: stop = w->fill * (1 - side * rule->p); break;
    case TS_TRAILING_STOP: stop = w->extreme * (1 - side * rule->p); break;
    case TS_TRAILING_STOP_ATR: stop = w->extreme - side * rule->p * rule->range[t]; break;
    }
    return side > 0 ? p <= stop : p >= stop;
}

/* Why the position should be left at bar t; NULL when it should not. */
static const char *exit_reason(const walk *w, size_t t)
{
    const exit_condition *condition = w->side > 0 ? &w->when->long_exit : &w->when->short_exit;
    if (condition->signal && condition->signal[t] != 0) return "exit";
    for (int i = 0; i < condition->terms; i++) {
        const rule_term *rule = &condition->term[i];
        if ((!rule->gate || rule->gate[t] != 0) && rule_hit(w, rule, t)) return rule->name;
    }
    return NULL;
}

static bool signalled(row entry, size_t t) { return entry && entry[t] != 0; }

static order decide(const walk *w, size_t t)
{
    order what = {false, 0, NULL};
    bool at_close = w->settings->fill_at_close;
    if (!at_close && t == w->last) return what;
    bool up = signalled(w->when->long_entry, t), down = signalled(w->when->short_entry, t);
    if (w->side != 0) {
        if (at_close && t == w->fill_bar) return what;
        what.reason = exit_reason(w, t);
        what.leaving = what.reason != NULL;
        if (what.leaving && w->when->reversal && (w->side > 0 ? down : up)) what.entering = -w->side;
    } else if (t >= w->when->warmup && up != down) {
        what.entering = up ? 1 : -1;
    }
    return what;
}

static void carry_out(walk *w, order what, double price, size_t t)
{
    if (what.leaving) leave(w, price, t, what.reason);
    if (what.entering != 0 && !w->sums.ruined) enter(w, what.entering, price, t);
}

/* One bar: the orders of the bar before, the mark, the decision, the position at its close. Returns the order for the
 * next open. */
static order bar(walk *w, order pending, size_t t)
{
    order none = {false, 0, NULL};
    if (!w->sums.ruined) carry_out(w, pending, w->open[t], t);
    double p = w->close[t];
    if (w->side != 0 && (w->side > 0 ? p > w->extreme : p < w->extreme)) w->extreme = p;
    if (w->sums.ruined || (w->side < 0 && worth(w, p) <= 0)) {
        ruin(w, t);
        return none;
    }
    order what = decide(w, t);
    if (w->settings->fill_at_close) {
        carry_out(w, what, p, t);
        what = none;
    }
    w->out->position[t - w->out->first] = (int8_t)w->side;
    if (w->side != 0) {
        w->sums.held++;
        current(w)->bars_held++;
    }
    if (t == w->last && w->side != 0) leave(w, p, t, "end");
    w->out->equity[t - w->out->first] = worth(w, p);
    return what;
}

totals oracle_simulate(const ts_series *series, const conditions *when, const ts_oracle_settings *settings,
                       ts_oracle_result *result)
{
    walk w = {.settings = settings,
              .when = when,
              .open = series->column[TS_OPEN],
              .close = series->column[TS_CLOSE],
              .last = result->first + result->bars - 1,
              .cash = 1,
              .base = 1,
              .out = result};
    result->equity = ts_alloc(result->bars, sizeof *result->equity);
    result->position = ts_alloc(result->bars, sizeof *result->position);
    result->trade = ts_alloc(result->bars + 1, sizeof *result->trade);
    if (!result->equity || !result->position || !result->trade) oracle_fault("no memory for a walk", "");
    order pending = {false, 0, NULL};
    for (size_t t = result->first; t <= w.last; t++) pending = bar(&w, pending, t);
    return w.sums;
}
