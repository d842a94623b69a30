#include "common/philox.h"

enum { ROUNDS = 10 };

static const uint32_t multiplier[2] = {0xD2511F53, 0xCD9E8D57};
static const uint32_t weyl[2] = {0x9E3779B9, 0xBB67AE85}; /* golden ratio, sqrt(3) - 1 */

void ts_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]};
    uint32_t k[2] = {key[0], key[1]};
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t a = (uint64_t)multiplier[0] * c[0], b = (uint64_t)multiplier[1] * c[2];
        c[0] = (uint32_t)(b >> 32) ^ c[1] ^ k[0];
        c[1] = (uint32_t)b;
        c[2] = (uint32_t)(a >> 32) ^ c[3] ^ k[1];
        c[3] = (uint32_t)a;
        k[0] += weyl[0];
        k[1] += weyl[1];
    }
    for (int i = 0; i < 4; i++) out[i] = c[i];
}

ts_draws ts_draws_at(uint64_t key, uint32_t a, uint32_t b, uint32_t c)
{
    return (ts_draws){.key = {(uint32_t)key, (uint32_t)(key >> 32)}, .counter = {0, a, b, c}, .used = 4};
}

uint32_t ts_draw_u32(ts_draws *draws)
{
    if (draws->used == 4) {
        ts_philox(draws->counter, draws->key, draws->block);
        draws->counter[0]++;
        draws->used = 0;
    }
    return draws->block[draws->used++];
}

double ts_draw_unit(ts_draws *draws)
{
    uint64_t high = ts_draw_u32(draws) >> 5, low = ts_draw_u32(draws) >> 6;
    return (double)(high << 26 | low) * 0x1p-53;
}

uint32_t ts_draw_below(ts_draws *draws, uint32_t bound)
{
    /* Lemire, Fast Random Integer Generation in an Interval, TOMACS 2019: only a product whose low word is below
     * 2^32 mod bound would make some results more likely, and is drawn again. */
    uint64_t product = (uint64_t)ts_draw_u32(draws) * bound;
    if ((uint32_t)product < bound) {
        uint32_t unfair = -bound % bound;
        while ((uint32_t)product < unfair) product = (uint64_t)ts_draw_u32(draws) * bound;
    }
    return (uint32_t)(product >> 32);
}
