/* Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3, SC11): random numbers as a
 * function of a key and a counter, so that a draw depends on what it is for and never on who asked first. */
#ifndef TS_COMMON_PHILOX_H
#define TS_COMMON_PHILOX_H

#include <stdint.h>

/* Ten rounds over one counter. */
void ts_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* A stream of draws for one purpose: key from the run, counter words 1..3 from the purpose, word 0 counts the blocks.
 */
typedef struct ts_draws {
    uint32_t key[2], counter[4], block[4];
    int used; /* words of `block` already handed out */
} ts_draws;

ts_draws ts_draws_at(uint64_t key, uint32_t a, uint32_t b, uint32_t c);
uint32_t ts_draw_u32(ts_draws *draws);
double ts_draw_unit(ts_draws *draws);                    /* uniform in [0, 1), 53 bits */
uint32_t ts_draw_below(ts_draws *draws, uint32_t bound); /* uniform in 0 .. bound-1 without bias (Lemire); bound > 0 */

#endif
