/* Trials compared over halves of a history. With s the sum of a trial's n returns in the half and q the sum of their
 * squares, the Sharpe ratio grows with s |s| / q whatever n: its square is (n - 1) / n^2 y / (1 - y / n) for y = s^2 /
 * q. The two parts s |s| and q are the score; two scores are compared crosswise, without a division, and equal trials
 * compare equal. A trial without returns in the half (q = 0) compares equal to everything: it never becomes the best,
 * and who counts takes it out again. */
#ifndef TS_KERNELS_HALVES_H
#define TS_KERNELS_HALVES_H

#include "kernels/cpu.h"
#include "kernels/vocabulary.h"

TS_INLINE void subsets(const double (*block)[TS_HALVES], int blocks, double (*sum)[TS_HALVES])
{
    for (size_t at = 0; at < TS_HALVES; at += LANES) {
        v_store(sum[0] + at, v_set(0));
        for (int b = 0; b < blocks; b++) {
            vd more = v_load(block[b] + at);
            for (size_t set = 0, with = (size_t)1 << b; set < (size_t)1 << b; set++, with++)
                v_store(sum[with] + at, v_load(sum[set] + at) + more);
        }
    }
}

TS_INLINE void spread(const double (*sum)[TS_HALVES], const uint8_t subset[TS_HALVES], double *low)
{
    for (size_t from = 0; from < TS_HALVES; from += LANES)
        for (size_t trial = 0; trial < TS_HALVES; trial += LANES) {
            vd row[LANES];
            for (size_t i = 0; i < LANES; i++) row[i] = v_load(sum[subset[from + i]] + trial);
            v_transpose(row);
            for (size_t i = 0; i < LANES; i++) v_store(low + (trial + i) * 2 * TS_HALVES + from, row[i]);
        }
}

/* The score of trial t in the halves from `at` on. */
TS_INLINE void half_score(const ts_halves *call, size_t t, size_t at, vd score[2])
{
    const double *low = call->low + t * 2 * TS_HALVES + at;
    vd sum = v_load(low) + v_set(call->high[0][t]);
    score[0] = sum * v_abs(sum);
    score[1] = v_load(low + TS_HALVES) + v_set(call->high[1][t]);
}

/* Does trial t beat the best in any of the halves? */
TS_INLINE void challenge(const ts_halves *call, size_t t, double score[2][TS_HALVES], double trial[TS_HALVES])
{
    for (size_t at = 0; at < TS_HALVES; at += LANES) {
        vd own[2], most[2] = {v_load(score[0] + at), v_load(score[1] + at)};
        half_score(call, t, at, own);
        vm better = v_gt(own[0] * most[1], most[0] * own[1]);
        if (usually(!m_any(better))) continue;
        for (int part = 0; part < 2; part++) v_store(score[part] + at, v_select(better, own[part], most[part]));
        v_store(trial + at, v_select(better, v_set((double)(call->first_trial + t)), v_load(trial + at)));
    }
}

/* What a trial must exceed in s |s| / q to beat the weakest of the best, a little less for the rounding. */
TS_INLINE double weakest(const ts_halves *call, double score[2][TS_HALVES])
{
    double least = TS_INFINITY;
    for (int half = 0; half < call->halves; half++) {
        if (!(score[0][half] > 0)) return -TS_INFINITY;
        double ratio = score[0][half] / score[1][half];
        if (ratio < least) least = ratio;
    }
    return least * (1 - 0x1p-40);
}

/* Most trials are nowhere near: one comparison of the largest sum and smallest squares that any of the halves could
 * have tells, LANES trials at a time. Rounding is monotonic, so that no trial is passed over that would have been
 * better. */
TS_INLINE void best(const ts_halves *call, double score[2][TS_HALVES], double trial[TS_HALVES])
{
    double bound = weakest(call, score);
    for (size_t from = 0; from < call->trials; from += LANES) {
        size_t left = call->trials - from;
        uint64_t there = left < LANES ? ((uint64_t)1 << left) - 1 : ((uint64_t)1 << LANES) - 1;
        if (bound > 0) {
            vd sum = v_load(call->most[0] + from) + v_load(call->high[0] + from);
            vd squares = v_load(call->most[1] + from) + v_load(call->high[1] + from);
            there &= m_bits(v_gt(sum * v_abs(sum), v_set(bound) * squares));
        }
        if (usually(!there)) continue;
        for (; there; there &= there - 1) challenge(call, from + first_bit(there), score, trial);
        bound = weakest(call, score);
    }
}

TS_INLINE void outdone(const ts_halves *call, const double score[2][TS_HALVES], double count[2][TS_HALVES])
{
    for (size_t at = 0; at < TS_HALVES; at += LANES) {
        const vd than[2] = {v_load(score[0] + at), v_load(score[1] + at)};
        vd less = v_load(count[0] + at), at_most = v_load(count[1] + at);
        for (size_t t = 0; t < call->trials; t++) {
            vd own[2];
            half_score(call, t, at, own);
            vd left = own[0] * than[1], right = than[0] * own[1];
            less = v_count(less, v_lt(left, right));
            at_most = v_count(at_most, v_le(left, right));
        }
        v_store(count[0] + at, less);
        v_store(count[1] + at, at_most);
    }
}

#endif
