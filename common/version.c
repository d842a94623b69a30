#include "common/version.h"

#include "commit.h"

const char *ts_version(void) { return TS_VERSION; }

const char *ts_commit(void) { return TS_COMMIT; }
