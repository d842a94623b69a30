/* Results that nobody found: for tests of where results are kept. A result is a function of its number. */
#ifndef TS_TESTS_MADE_RESULTS_H
#define TS_TESTS_MADE_RESULTS_H

#include "services/results/store.h"

typedef struct made_result {
    ts_stored_result result;
    char text[160];
} made_result;

/* A winner of a search; five of them belong to one request, ten to one symbol. */
void made_result_init(made_result *made, uint64_t number);

/* Its record, at an offset of a topic's partition 0 (NULL: of no topic). */
ts_record made_record(const made_result *made, uint64_t number, const char *topic, int64_t offset);

/* The outcome of request `number`, which had `winners`. `text` is room for its message. */
ts_record made_outcome(uint64_t number, uint64_t winners, const char *topic, int64_t offset, char text[160]);

/* 32 digits that are different for every kind and number. */
void made_id(char id[TS_FINGERPRINT_TEXT], char kind, uint64_t number);

#endif
