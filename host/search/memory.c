/* Remembered genomes in the balanced tree of the C library (tsearch). */
#define _GNU_SOURCE /* tdestroy */
#include "host/search/memory.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct ts_memory {
    void *root;
    size_t count;
};

/* The genome is a trial's first member, so that a bare genome serves as the key. Any total order will do. */
static int by_genome(const void *a, const void *b) { return memcmp(a, b, sizeof(ts_genome)); }

ts_memory *ts_memory_new(void) { return calloc(1, sizeof(ts_memory)); }

void ts_memory_free(ts_memory *memory)
{
    if (!memory) return;
    tdestroy(memory->root, free);
    free(memory);
}

ts_trial *ts_memory_find(const ts_memory *memory, const ts_genome *genome)
{
    ts_trial *const *node = tfind(genome, (void *const *)&memory->root, by_genome);
    return node ? *node : NULL;
}

ts_trial *ts_memory_add(ts_memory *memory, const ts_genome *genome)
{
    ts_trial *trial = calloc(1, sizeof *trial);
    if (!trial) return NULL;
    trial->genome = *genome;
    if (!tsearch(trial, &memory->root, by_genome)) {
        free(trial);
        return NULL;
    }
    memory->count++;
    return trial;
}

size_t ts_memory_count(const ts_memory *memory) { return memory->count; }
