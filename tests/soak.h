/* How often a randomised test repeats: its usual number, times $TRADESTREAM_SOAK (tests/soak.sh sets it). */
#ifndef TS_TESTS_SOAK_H
#define TS_TESTS_SOAK_H

#include <stdint.h>
#include <stdlib.h>

/* For tests that need their usual number to meet every case. */
static inline uint32_t soak_whole(uint32_t usual)
{
    const char *text = getenv("TRADESTREAM_SOAK");
    unsigned long times = text ? strtoul(text, NULL, 10) : 1;
    return times >= 1 && times <= 100000 ? usual * (uint32_t)times : usual;
}

/* Half as often where the address sanitizer makes everything slow. */
static inline uint32_t soak(uint32_t usual)
{
#ifdef __SANITIZE_ADDRESS__
    usual = (usual + 1) / 2;
#endif
    return soak_whole(usual);
}

#endif
