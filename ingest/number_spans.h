/* Which of consecutive numbers were seen, and when: the ids of a product's trades, the sequence of a connection's
 * messages. Kept as spans without holes; a hole is what lies between two of them. Memory is bounded. */
#ifndef TS_INGEST_NUMBER_SPANS_H
#define TS_INGEST_NUMBER_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TS_NUMBER_SPANS = 32 };

typedef struct ts_number_span {
    uint64_t first, last;
    int64_t first_us, last_us; /* the times of these two */
    bool told;                 /* for the user: the hole below it was dealt with */
} ts_number_span;

typedef struct ts_number_spans {          /* begins as all zero */
    ts_number_span span[TS_NUMBER_SPANS]; /* ascending, never touching */
    size_t count;
    bool forgetful; /* spans were given up: of numbers up to `forgotten` nothing is known */
    uint64_t forgotten;
} ts_number_spans;

typedef enum ts_seen {
    TS_SEEN_NEW,
    TS_SEEN_BEFORE,
    TS_SEEN_UNKNOWN, /* so old that it was forgotten; not added */
    TS_SEEN_CROWDED, /* new, and the lowest hole was given up for it: `hole` says the times on its two sides */
} ts_seen;

typedef struct ts_hole {
    int64_t from_us, to_us; /* in order */
} ts_hole;

ts_seen ts_number_spans_add(ts_number_spans *spans, uint64_t number, int64_t time_us, ts_hole *hole);

/* The hole below span[upper], upper > 0. */
ts_hole ts_number_spans_hole(const ts_number_spans *spans, size_t upper);

/* Keep the spans from span[lowest] on, and forget what is below. */
void ts_number_spans_forget(ts_number_spans *spans, size_t lowest);

#endif
