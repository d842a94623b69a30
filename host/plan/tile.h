/* How many bars a tile has. */
#ifndef TS_HOST_TILE_H
#define TS_HOST_TILE_H

#include <stddef.h>

/* The longest tile whose `slots` rows, with `history` earlier values in all, fit in most of the L2 cache; a multiple of
 * TS_TILE_MULTIPLE, bounded. TS_TILE in the environment overrides it (for tests). Results do not depend on it. */
size_t ts_tile_for(size_t slots, size_t history);

/* The tile that TS_TILE asks for; 0: it asks for none. */
size_t ts_tile_forced(void);

/* Bytes of this machine's L2 cache of one core. */
size_t ts_tile_cache(void);

#endif
