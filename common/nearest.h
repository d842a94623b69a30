/* The name somebody probably meant: shown to ts_nearest_try one after the other, the closest spelling is kept. */
#ifndef TS_COMMON_NEAREST_H
#define TS_COMMON_NEAREST_H

#include <stddef.h>

typedef struct ts_nearest { /* start as {.word = "what was typed"} */
    const char *word;
    const char *best; /* borrowed from the candidates; NULL while none is close enough to be suggested */
    size_t distance;
} ts_nearest;

/* Letters inserted, deleted, replaced or swapped count 1 each; more than a third of the word is not close. */
void ts_nearest_try(ts_nearest *nearest, const char *candidate);

#endif
