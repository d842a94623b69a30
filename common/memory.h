/* Allocation whose sizes are checked: count x size that overflows is refused like memory that cannot be had. */
#ifndef TS_COMMON_MEMORY_H
#define TS_COMMON_MEMORY_H

#include <stddef.h>

/* Zeroed memory aligned to 64 bytes (a cache line, an AVX-512 vector), freed with free(). NULL when it cannot be had.
 */
void *ts_alloc(size_t count, size_t size);

/* Grow `memory` (from malloc or NULL, not from ts_alloc) to `count` elements of `size` bytes; NULL leaves it as it was.
 */
void *ts_grow(void *memory, size_t count, size_t size);

#endif
