/* Walk-forward: where the windows lie. A genome is chosen on a train window and tested on the one that follows, which
 * the search has never seen; then both move on. */
#ifndef TS_HOST_WALK_FORWARD_H
#define TS_HOST_WALK_FORWARD_H

#include "common/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TS_WALK_FORWARD_TEXT = 128 };
#define TS_WALK_FORWARD_SPEC "train=90d,test=30d[,step=30d][,embargo=1d][,anchored]"

/* Lengths in milliseconds. */
typedef struct ts_walk_forward {
    int64_t train_ms, test_ms;
    int64_t step_ms;    /* from one test window to the next, at least test_ms */
    int64_t embargo_ms; /* between a train window's end and its test window */
    bool anchored;      /* train windows all begin with the first, and grow */
} ts_walk_forward;

/* Half-open windows of time. */
typedef struct ts_train_test {
    int64_t train_from_ms, train_to_ms, test_from_ms, test_to_ms;
} ts_train_test;

/* Lengths are whole numbers of m, h, d or w. TS_USAGE names the part that is wrong and what it may be. */
int ts_walk_forward_parse(const char *text, ts_walk_forward *spec, ts_error *error);

/* The same as text, in a fixed order, every length in the largest unit that divides it. Returns `text`. */
const char *ts_walk_forward_text(const ts_walk_forward *spec, char text[TS_WALK_FORWARD_TEXT]);

/* How many windows lie in [from, to) as a whole. */
uint64_t ts_walk_forward_count(const ts_walk_forward *spec, int64_t from_ms, int64_t to_ms);

/* The windows that lie in [from, to) as a whole, at most `most` of them; *windows is the caller's to free. TS_BAD_DATA
 * when not even one does. */
int ts_walk_forward_windows(const ts_walk_forward *spec, int64_t from_ms, int64_t to_ms, size_t most,
                            ts_train_test **windows, size_t *count, ts_error *error);

#endif
