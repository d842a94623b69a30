/* Being asked to stop: TERM, INT and USR2 (which mpirun hands on at once) let the generation end, a checkpoint be
 * written, and the job be run again later. A second INT ends the process at once. */
#ifndef TS_CLUSTER_STOP_SIGNAL_H
#define TS_CLUSTER_STOP_SIGNAL_H

#include <stdbool.h>

/* To be called after MPI was opened, which has handlers of its own. */
void ts_stop_signal_watch(void);
bool ts_stop_signal_came(void);

#endif
