/* The folders of runs in --work, one a group of requests, named after it: where they are, and when they go. */
#ifndef TS_SERVICES_BACKTEST_CONSUMER_RUN_FOLDER_H
#define TS_SERVICES_BACKTEST_CONSUMER_RUN_FOLDER_H

#include "common/error.h"

#include <stddef.h>

/* Remove the folder and the files in it. */
void ts_run_folder_remove(const char *path);

/* Remove what nobody will come back to: folders of runs, and their logs, in which nothing was written for `seconds` and
 * which no process holds locked. Anything that is not named as a run is left alone. Returns how many went. */
size_t ts_run_folders_sweep(const char *work, double seconds);

#endif
