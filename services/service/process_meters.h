/* What the kernel says of this process, under the names that every Prometheus client uses, and which build it is. */
#ifndef TS_SERVICES_SERVICE_PROCESS_METERS_H
#define TS_SERVICES_SERVICE_PROCESS_METERS_H

#include "common/error.h"

/* Make the metrics known; `service` is a label of tradestream_build_info. */
int ts_process_meters_add(const char *service, ts_error *error);

/* Look again: before each /metrics. A figure that cannot be had keeps its last value. */
void ts_process_meters_renew(void);

#endif
