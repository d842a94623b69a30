#include "host/plan/tile.h"

#include "kernels/cpu.h"

#include <stdlib.h>
#include <unistd.h>

enum { SHORTEST = 256, LONGEST = 4096, USUAL_CACHE = 1 << 20 };

size_t ts_tile_cache(void)
{
    long size = sysconf(_SC_LEVEL2_CACHE_SIZE);
    return size > 0 ? (size_t)size : USUAL_CACHE;
}

size_t ts_tile_forced(void)
{
    const char *text = getenv("TS_TILE");
    long tile = text ? strtol(text, NULL, 10) : 0;
    return tile > 0 && tile <= 1 << 20 ? ((size_t)tile + TS_TILE_MULTIPLE - 1) / TS_TILE_MULTIPLE * TS_TILE_MULTIPLE
                                       : 0;
}

size_t ts_tile_for(size_t slots, size_t history)
{
    if (ts_tile_forced()) return ts_tile_forced();
    size_t budget = ts_tile_cache() / 4 * 3 / sizeof(double), left = budget > history ? budget - history : 0;
    size_t tile = left / (slots ? slots : 1) / TS_TILE_MULTIPLE * TS_TILE_MULTIPLE;
    if (tile < SHORTEST) tile = SHORTEST;
    return tile < LONGEST ? tile : LONGEST;
}
