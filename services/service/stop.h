/* When to stop: the signals of a service. */
#ifndef TS_SERVICES_SERVICE_STOP_H
#define TS_SERVICES_SERVICE_STOP_H

#include "common/error.h"

#include <stdbool.h>

/* From now on SIGTERM and SIGINT ask for an end, SIGPIPE is ignored. Call before any thread is started. The work in
 * hand has `drain_seconds`; then, or at a second signal, the process ends at once. */
int ts_stop_open(double drain_seconds, ts_error *error);

/* Ask for an end from inside. */
void ts_stop_ask(void);

#endif
