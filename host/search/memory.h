/* The genomes that a search has met, with how they did. */
#ifndef TS_HOST_MEMORY_H
#define TS_HOST_MEMORY_H

#include "host/metrics/objective.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct ts_trial {
    ts_genome genome;
    ts_standing standing;
} ts_trial;

typedef struct ts_memory ts_memory;

ts_memory *ts_memory_new(void); /* NULL: no memory */
void ts_memory_free(ts_memory *memory);

/* The trial of a genome, NULL when it was never met. */
ts_trial *ts_memory_find(const ts_memory *memory, const ts_genome *genome);

/* Add a genome that is not there; its standing is zero until its owner fills it. Stays where it is. NULL: no memory. */
ts_trial *ts_memory_add(ts_memory *memory, const ts_genome *genome);

size_t ts_memory_count(const ts_memory *memory);

#endif
