/* Drivers of the row kernels: they bring values to the lanes and results back; the functions know one step only. */
#include "kernels/cpu.h"
#include "kernels/vocabulary.h"

typedef vd (*ts_step)(vd *state, const vd *parameter, vd x, vd second);
typedef vd (*ts_point)(vd a, vd b);
typedef vd (*ts_span)(const double *row, const double *second, size_t n);

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

/* Instances in the lanes; the last group repeats its last instance, which computes the same twice. */
TS_INLINE void recurrence(const ts_rows *call, ts_step step, bool window, int inputs, int parameters, int states)
{
    for (size_t group = 0; group < call->count; group += LANES) {
        const ts_row *lane[LANES];
        const double *at[LANES];
        size_t none[LANES] = {0}, period[LANES];
        vd parameter[TS_KERNEL_PARAMETERS], state[TS_KERNEL_STATE];
        bool shared = true;
        for (int i = 0; i < LANES; i++) {
            size_t instance = group + (size_t)i < call->count ? group + (size_t)i : call->count - 1;
            lane[i] = &call->row[instance];
            period[i] = (size_t)lane[i]->parameter[0];
            shared = shared && lane[i]->in[0].at == lane[0]->in[0].at;
        }
        for (int k = 0; k < parameters; k++) {
            for (int i = 0; i < LANES; i++) at[i] = &lane[i]->parameter[k];
            parameter[k] = gather(at);
        }
        for (int k = 0; k < states; k++) {
            for (int i = 0; i < LANES; i++) at[i] = &lane[i]->state[k];
            state[k] = gather(at);
        }
        if (call->first) step(state, parameter, v_nan(), v_nan());
        for (size_t bar = 0; bar < call->bars; bar += LANES) {
            vd x[LANES], second[LANES], out[LANES];
            read_block(x, lane, 0, bar, none, shared);
            if (window) read_block(second, lane, 0, bar, period, false);
            else if (inputs > 1) read_block(second, lane, 1, bar, none, false);
#pragma GCC unroll 8
            for (int i = 0; i < LANES; i++)
                out[i] = step(state, parameter, x[i], window || inputs > 1 ? second[i] : x[i]);
            v_transpose(out);
#pragma GCC unroll 8
            for (int i = 0; i < LANES; i++) v_store(lane[i]->out + bar, out[i]);
        }
        for (int k = 0; k < states; k++) {
            double value[LANES];
            v_store(value, state[k]);
            for (int i = 0; i < LANES; i++) lane[i]->state[k] = value[i];
        }
    }
}

TS_INLINE void elementwise(const ts_rows *call, ts_point point)
{
    for (size_t i = 0; i < call->count; i++) {
        const ts_row *row = &call->row[i];
        ts_operand a = row->in[0], b = row->in[1];
        for (size_t bar = 0; bar < call->bars; bar += LANES)
            v_store(row->out + bar, point(v_load(a.at + (bar & a.mask)), v_load(b.at + (bar & b.mask))));
    }
}

TS_INLINE void spans(const ts_rows *call, ts_span span)
{
    for (size_t i = 0; i < call->count; i++) {
        const ts_row *row = &call->row[i];
        ts_operand a = row->in[0], b = row->in[1];
        for (size_t bar = 0; bar < call->bars; bar += LANES)
            v_store(row->out + bar, span(a.at + bar, b.at + (bar & b.mask), (size_t)row->parameter[0]));
    }
}
