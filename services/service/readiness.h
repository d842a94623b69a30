/* Is the service ready? Its checks run on a thread of their own, so that a dependency that hangs does not hang the
 * answer: a check that says nothing for a while counts as failed. */
#ifndef TS_SERVICES_SERVICE_READINESS_H
#define TS_SERVICES_SERVICE_READINESS_H

#include "common/json.h"
#include "services/service/service.h"

int ts_readiness_open(const ts_ready_check *checks, void *settings, ts_error *error);
bool ts_readiness_close(void); /* false: a check hangs and may still use the settings */

/* Before this is called the service is not ready and nothing is checked. */
void ts_readiness_opened(void);

/* {"status": "ok"|"fail", "checks": {"postgres": {"status": "fail", "error": "..."}}}. True when all is well. */
bool ts_readiness_json(ts_json *json);

#endif
