/* The names in a folder, sorted. */
#ifndef TS_DATA_CANDLES_FOLDER_H
#define TS_DATA_CANDLES_FOLDER_H

#include "common/error.h"

#include <stddef.h>

enum { TS_NAME = 256 };

typedef struct ts_names {
    char (*name)[TS_NAME]; /* freed with free() */
    size_t count;
} ts_names;

/* The entries whose name ends with `ending` and does not begin with a dot. A missing folder has none. */
int ts_folder_list(const char *path, const char *ending, ts_names *into, ts_error *error);

#endif
