/* The bytes of a file that is plain, gzip or zstd, told apart by its first bytes and decoded as a stream: memory does
 * not grow with the file. A stream that ends early, or whose checksum is wrong, is an error, never a shorter file. */
#ifndef TS_DATA_CANDLES_DECOMPRESS_H
#define TS_DATA_CANDLES_DECOMPRESS_H

#include "common/error.h"

#include <stddef.h>

typedef struct ts_source ts_source;

/* NULL with TS_BAD_DATA when the file is missing, a folder or unreadable. */
ts_source *ts_source_open(const char *path, ts_error *error);

/* Read up to `size` decoded bytes; 0 only at the end of a whole stream, -1 with TS_BAD_DATA naming the file. */
ptrdiff_t ts_source_read(ts_source *source, void *buffer, size_t size, ts_error *error);

void ts_source_close(ts_source *source);

#endif
