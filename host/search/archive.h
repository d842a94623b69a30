/* The front of everything that a search has tried: the feasible genomes that no other one beats. It does not depend on
 * the order in which they come. Of genomes that score the same in every objective the smallest stands for all. */
#ifndef TS_HOST_ARCHIVE_H
#define TS_HOST_ARCHIVE_H

#include "host/search/search.h"

typedef struct ts_archive ts_archive;

/* The settings are borrowed. NULL: no memory. */
ts_archive *ts_archive_new(const ts_search_settings *settings);
void ts_archive_free(ts_archive *archive);

/* Show it a feasible candidate. */
int ts_archive_show(ts_archive *archive, const ts_candidate *candidate, ts_error *error);

/* The best score in the first objective; NaN while there is none. */
double ts_archive_best(const ts_archive *archive);

/* The loneliest `settings->top` of the front (ties by genome) into result->top, which has room for them, the best in
 * the first objective first; and how many the front has. */
int ts_archive_take(ts_archive *archive, ts_search_result *result, ts_error *error);

#endif
