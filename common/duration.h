/* Lengths of time as people write them: 90d, 12h, 30m, 2w. */
#ifndef TS_COMMON_DURATION_H
#define TS_COMMON_DURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TS_DURATION_EXAMPLES "a length such as 90d, 12h, 30m or 2w"

enum { TS_DURATION_TEXT = 24 };

/* The first `size` characters of `text`: digits and a unit of w, d, h, m; at most a hundred years. False otherwise. */
bool ts_duration_parse(const char *text, size_t size, int64_t *ms);

/* The same as text, in the largest unit that divides it; of whole minutes. Returns `text`. */
const char *ts_duration_text(int64_t ms, char text[TS_DURATION_TEXT]);

#endif
