/* Starting other programs. */
#ifndef TS_COMMON_PROCESS_H
#define TS_COMMON_PROCESS_H

#include "common/error.h"

#include <stddef.h>
#include <sys/types.h>

/* Start word[0], looked for on the PATH, with the words up to the NULL. It reads nothing, and what it says goes to the
 * file `log`, made anew. It can be told to stop, whatever signals this process blocks or ignores. TS_UNAVAILABLE: there
 * is no such program. */
int ts_process_start(const char *const *word, const char *log, pid_t *child, ts_error *error);

/* What it said last, of one of ours the sentence that ended it; "" when nothing. */
void ts_process_last_words(const char *log, char *text, size_t size);

/* How it ended, as a shell reports it: its exit code, or 128 and the signal. */
int ts_process_code(int status);

#endif
