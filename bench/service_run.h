/* One round of a service, as a process of its own: its time, its memory and what its log says. */
#ifndef TS_BENCH_SERVICE_RUN_H
#define TS_BENCH_SERVICE_RUN_H

#include "bench/scratch.h"

#include <stdint.h>

enum { TS_SERVICE_WORDS = 48 };

typedef struct ts_service_run {
    double wall;        /* seconds */
    double cpu;         /* seconds of its own, without those of programs it starts and of servers */
    double peak_memory; /* bytes */
    double total;       /* of the log lines counted: the sum of their number */
    double seconds;     /* from the start to the last of them */
    double rate; /* numbers a second from the first of them, which is left out, to the last; NaN of fewer than 3 */
    double said_seconds; /* the last one's "seconds"; NaN when it has none */
} ts_service_run;

/* Run word[0], a program beside this one, with the words up to the NULL, until it ends; its log goes to a file in
 * `folder`. Lines whose message is `message` are counted by their member `number`; NULL: none. TS_UNAVAILABLE: there is
 * no such program; TS_FAILED: it ended with an error, which is said. */
int ts_service_run_do(const char *const *word, const char *folder, const char *message, const char *number,
                      ts_service_run *run, ts_error *error);

#endif
