/* Drivers of the row kernels: they bring values to the lanes and results back; the functions know one step only. */
#include "kernels/cpu.h"
#include "kernels/vocabulary.h"

typedef vd (*ts_step)(vd *state, const vd *parameter, vd x, vd second);
/* Of a window: x enters, `leaving` leaves; `steady`: in all lanes the window is full and everything is defined. */
typedef vd (*ts_slide)(vd *state, const vd *parameter, vd x, vd leaving, bool steady);
typedef vd (*ts_point)(vd a, vd b);
typedef vd (*ts_span)(const double *row, const double *second, size_t n);
/* Of a fan: the first PARTS numbers of state are the results. */
typedef void (*ts_fan)(vd *state, vd x);
typedef vd (*ts_difference)(const double *a, const double *b, vd c, size_t n);
/* All rows at LANES bars, in the order of n; `a` and `b` point at the newest values of the inputs that they share. */
typedef void (*ts_nest)(const double *a, const double *b, const ts_row *const *row, size_t count, size_t bar);

/* LANES consecutive bars of LANES instances, turned so that block[i] holds bar i of each; `lag` bars ago. */
TS_INLINE void read_block(vd block[LANES], const ts_row *const lane[LANES], int input, size_t bar,
                          const size_t lag[LANES], bool shared)
{
    const ts_operand *first = &lane[0]->in[input];
    if (shared) {
        const double *at = first->at + (bar & first->mask);
#pragma GCC unroll 8
        for (int i = 0; i < LANES; i++) block[i] = v_set(at[i]);
        return;
    }
#pragma GCC unroll 8
    for (int i = 0; i < LANES; i++) {
        const ts_operand *in = &lane[i]->in[input];
        block[i] = v_load(in->at + (ptrdiff_t)(bar & in->mask) - (ptrdiff_t)(lag[i] & in->mask));
    }
    v_transpose(block);
}

TS_INLINE vd gather(const double *const at[LANES])
{
    double value[LANES];
    for (int i = 0; i < LANES; i++) value[i] = *at[i];
    return v_load(value);
}

/* LANES instances of a recurrence, in the lanes. */
typedef struct ts_recurrence {
    const ts_row *lane[LANES];
    size_t period[LANES];
    bool shared; /* all read the same first input */
    vd parameter[TS_KERNEL_PARAMETERS], state[TS_KERNEL_STATE];
} ts_recurrence;

/* Instances from `begin` on; the last is repeated in lanes that are left, which compute the same twice. */
TS_INLINE void begin_recurrence(const ts_rows *call, size_t begin, int parameters, int states, ts_recurrence *r)
{
    const double *at[LANES];
    r->shared = true;
    for (int i = 0; i < LANES; i++) {
        size_t instance = begin + (size_t)i < call->count ? begin + (size_t)i : call->count - 1;
        r->lane[i] = &call->row[instance];
        r->period[i] = (size_t)r->lane[i]->parameter[0];
        r->shared = r->shared && r->lane[i]->in[0].at == r->lane[0]->in[0].at;
    }
    for (int k = 0; k < parameters; k++) {
        for (int i = 0; i < LANES; i++) at[i] = &r->lane[i]->parameter[k];
        r->parameter[k] = gather(at);
    }
    for (int k = 0; k < states; k++) {
        for (int i = 0; i < LANES; i++) at[i] = &r->lane[i]->state[k];
        r->state[k] = gather(at);
    }
}

TS_INLINE void end_recurrence(ts_recurrence *r, int states)
{
    for (int k = 0; k < states; k++) {
        double value[LANES];
        v_store(value, r->state[k]);
        for (int i = 0; i < LANES; i++) r->lane[i]->state[k] = value[i];
    }
}

static bool all_defined(const double *row, size_t bars)
{
    vm undefined = m_none();
    for (size_t bar = 0; bar < bars; bar += LANES) undefined = m_or(undefined, v_undefined(v_load(row + bar)));
    return !m_any(undefined);
}

/* Are the windows of all lanes full when the tile begins, and is all that enters defined? */
static bool is_steady(const ts_recurrence *r, size_t bars)
{
    if (m_any(v_lt(r->state[0], r->parameter[0]))) return false;
    for (int i = 0; i < LANES; i++) {
        const ts_operand *in = &r->lane[i]->in[0];
        if (!in->mask || !all_defined(in->at, bars)) return false;
        if (r->shared) break;
    }
    return true;
}

enum { GROUPS_MAX = 2 };

/* All bars of a call, for `groups` groups whose chains run side by side; a `step`, or a `slide` of a window. */
TS_INLINE void recur_bars(const ts_rows *call, ts_recurrence *r, int groups, ts_step step, ts_slide slide, int inputs,
                          bool steady)
{
    static const size_t none[LANES] = {0};
    for (size_t bar = 0; bar < call->bars; bar += LANES) {
        vd x[GROUPS_MAX][LANES], second[GROUPS_MAX][LANES], out[GROUPS_MAX][LANES];
        for (int g = 0; g < groups; g++) {
            read_block(x[g], r[g].lane, 0, bar, none, r[g].shared);
            if (slide) read_block(second[g], r[g].lane, 0, bar, r[g].period, false);
            else if (inputs > 1) read_block(second[g], r[g].lane, 1, bar, none, false);
        }
#pragma GCC unroll 8
        for (int i = 0; i < LANES; i++)
#pragma GCC unroll 2
            for (int g = 0; g < groups; g++)
                if (slide) out[g][i] = slide(r[g].state, r[g].parameter, x[g][i], second[g][i], steady);
                else out[g][i] = step(r[g].state, r[g].parameter, x[g][i], inputs > 1 ? second[g][i] : x[g][i]);
        for (int g = 0; g < groups; g++) {
            v_transpose(out[g]);
#pragma GCC unroll 8
            for (int i = 0; i < LANES; i++) v_store(r[g].lane[i]->out + bar, out[g][i]);
        }
    }
}

/* `groups` x LANES instances from `begin` on. */
TS_INLINE void recur(const ts_rows *call, size_t begin, int groups, ts_step step, ts_slide slide, int inputs,
                     int parameters, int states)
{
    ts_recurrence r[GROUPS_MAX] = {0};
    bool steady = slide;
    for (int g = 0; g < groups; g++) {
        begin_recurrence(call, begin + (size_t)(g * LANES), parameters, states, &r[g]);
        if (call->first && slide) slide(r[g].state, r[g].parameter, v_nan(), v_nan(), false);
        else if (call->first) step(r[g].state, r[g].parameter, v_nan(), v_nan());
        steady = steady && is_steady(&r[g], call->bars);
    }
    if (slide && steady) recur_bars(call, r, groups, step, slide, inputs, true);
    else recur_bars(call, r, groups, step, slide, inputs, false);
    for (int g = 0; g < groups; g++) end_recurrence(&r[g], states);
}

TS_INLINE void recurrence(const ts_rows *call, ts_step step, ts_slide slide, int inputs, int parameters, int states)
{
    size_t begin = 0;
    for (; begin + LANES < call->count; begin += 2 * LANES)
        recur(call, begin, 2, step, slide, inputs, parameters, states);
    if (begin < call->count) recur(call, begin, 1, step, slide, inputs, parameters, states);
}

enum { PARTS = 3 };

/* LANES recurrences with the rows that want their parts; NULL: nobody does. */
typedef struct ts_fans {
    const ts_row *lane[LANES], *part[LANES][PARTS];
    vd state[PARTS];
} ts_fans;

/* Rows from `begin` on that share their input and want different parts; returns how many. */
static size_t fan_of(const ts_rows *call, size_t begin, const ts_row *part[PARTS])
{
    size_t count = 0;
    for (; begin + count < call->count; count++) {
        const ts_row *row = &call->row[begin + count];
        size_t wanted = row->parameter[0] < PARTS ? (size_t)row->parameter[0] - 1 : PARTS - 1;
        if (row->in[0].at != call->row[begin].in[0].at || part[wanted]) break;
        part[wanted] = row;
    }
    return count;
}

/* The next LANES recurrences of the call from `begin` on, the first again in lanes that are left; returns where they
 * end. */
static size_t begin_fans(const ts_rows *call, size_t begin, ts_fans *fans)
{
    const double *at[LANES];
    *fans = (ts_fans){0};
    for (int i = 0; i < LANES; i++) {
        if (begin < call->count) fans->lane[i] = &call->row[begin], begin += fan_of(call, begin, fans->part[i]);
        else fans->lane[i] = fans->lane[0];
    }
    for (int k = 0; k < PARTS; k++) {
        for (int i = 0; i < LANES; i++) at[i] = &fans->lane[i]->state[k];
        fans->state[k] = gather(at);
    }
    return begin;
}

static void end_fans(const ts_fans *fans)
{
    for (int k = 0; k < PARTS; k++) {
        double value[LANES];
        v_store(value, fans->state[k]);
        for (int i = 0; i < LANES; i++) fans->lane[i]->state[k] = value[i];
    }
}

TS_INLINE void fan_bars(const ts_rows *call, ts_fans *fans, ts_fan step)
{
    static const size_t none[LANES] = {0};
    vd state[PARTS]; /* in registers: what is stored to a row might be the struct's, for all the compiler knows */
    for (int k = 0; k < PARTS; k++) state[k] = fans->state[k];
    for (size_t bar = 0, bars = call->bars; bar < bars; bar += LANES) {
        vd x[LANES], out[PARTS][LANES];
        read_block(x, fans->lane, 0, bar, none, false);
#pragma GCC unroll 8
        for (int i = 0; i < LANES; i++) {
            step(state, x[i]);
            for (int k = 0; k < PARTS; k++) out[k][i] = state[k];
        }
        for (int k = 0; k < PARTS; k++) {
            v_transpose(out[k]);
#pragma GCC unroll 8
            for (int i = 0; i < LANES; i++)
                if (fans->part[i][k]) v_store(fans->part[i][k]->out + bar, out[k][i]);
        }
    }
    for (int k = 0; k < PARTS; k++) fans->state[k] = state[k];
}

TS_INLINE void fans(const ts_rows *call, ts_fan step)
{
    for (size_t begin = 0; begin < call->count;) {
        ts_fans all;
        begin = begin_fans(call, begin, &all);
        if (call->first) step(all.state, v_nan());
        fan_bars(call, &all, step);
        end_fans(&all);
    }
}

TS_INLINE void differences(const ts_rows *call, ts_difference difference)
{
    for (size_t i = 0; i < call->count; i++) {
        const ts_row *row = &call->row[i];
        const double *a = row->in[0].at, *b = row->in[1].at, *c = row->in[2].at;
        double *out = row->out;
        size_t n = (size_t)row->parameter[0], bars = call->bars;
        for (size_t bar = 0; bar < bars; bar += LANES)
            v_store(out + bar, difference(a + bar, b + bar, v_load(c + bar), n));
    }
}

TS_INLINE void elementwise(const ts_rows *call, ts_point point)
{
    for (size_t i = 0; i < call->count; i++) {
        const ts_row *row = &call->row[i];
        ts_operand a = row->in[0], b = row->in[1];
        double *out = row->out;
        size_t bars = call->bars;
        for (size_t bar = 0; bar < bars; bar += LANES)
            v_store(out + bar, point(v_load(a.at + (bar & a.mask)), v_load(b.at + (bar & b.mask))));
    }
}

TS_INLINE void spans(const ts_rows *call, ts_span span)
{
    for (size_t i = 0; i < call->count; i++) {
        const ts_row *row = &call->row[i];
        ts_operand a = row->in[0], b = row->in[1];
        double *out = row->out;
        size_t n = (size_t)row->parameter[0], bars = call->bars;
        for (size_t bar = 0; bar < bars; bar += LANES) v_store(out + bar, span(a.at + bar, b.at + (bar & b.mask), n));
    }
}

enum { NEST_MAX = 128 };

/* Rows from `begin` on that share their inputs, in the order of n; returns how many. */
static size_t nest_of(const ts_rows *call, size_t begin, const ts_row *nest[NEST_MAX])
{
    const ts_row *first = &call->row[begin];
    size_t count = 0;
    for (; count < NEST_MAX && begin + count < call->count; count++) {
        const ts_row *row = first + count;
        if (row->in[0].at != first->in[0].at || row->in[1].at != first->in[1].at) break;
        size_t at = count;
        for (; at > 0 && nest[at - 1]->parameter[0] > row->parameter[0]; at--) nest[at] = nest[at - 1];
        nest[at] = row;
    }
    return count;
}

TS_INLINE void nests(const ts_rows *call, ts_nest step)
{
    const ts_row *nest[NEST_MAX];
    for (size_t begin = 0, count; begin < call->count; begin += count) {
        count = nest_of(call, begin, nest);
        ts_operand a = call->row[begin].in[0], b = call->row[begin].in[1];
        for (size_t bar = 0; bar < call->bars; bar += LANES) step(a.at + bar, b.at + bar, nest, count, bar);
    }
}
