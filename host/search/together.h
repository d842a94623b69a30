/* Searches that go side by side and are evaluated together: what all of them want to know next is asked at once, so
 * that genomes of one strategy in several windows share their rows. Each finds what it finds alone. */
#ifndef TS_HOST_TOGETHER_H
#define TS_HOST_TOGETHER_H

#include "host/search/search.h"

enum { TS_TOGETHER_MAX = 1024 }; /* searches; each has a thread of its own, which mostly waits */

/* What search number `search` wants to know: fill out[i] with the metrics of genomes[i]. */
typedef struct ts_question {
    size_t search;
    const ts_genome *genomes;
    size_t count;
    ts_metrics *out;
} ts_question;

/* Answers questions of different searches, in the order of their numbers; is called by one thread at a time. */
typedef struct ts_answerer {
    int (*answer)(void *context, const ts_question *questions, size_t count, ts_error *error);
    void *context;
} ts_answerer;

/* Run `count` searches with the same settings; results[i] as ts_search_run on tasks[i]. All are cleared when one fails;
 * the error is that of the first by number. */
int ts_search_together(const ts_search_settings *settings, const ts_search_task *tasks, size_t count,
                       const ts_answerer *answerer, ts_search_result *results, ts_error *error);

#endif
