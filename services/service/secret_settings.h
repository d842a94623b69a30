/* Secrets of a service, from the environment or from files. */
#ifndef TS_SERVICES_SERVICE_SECRET_SETTINGS_H
#define TS_SERVICES_SERVICE_SECRET_SETTINGS_H

#include "services/service/service.h"

enum { TS_SECRET_SETTINGS = 16 };

/* A --NAME-file row for each secret of both tables (either may be NULL), as a table that lives until the next call. */
const ts_setting *ts_secret_rows(const ts_secret_setting *own, const ts_secret_setting *common, ts_error *error);

/* Read the values: the environment's are wiped from it, a file's may end with a newline. All become secrets of
 * common/secret.h. TS_BAD_CONFIG names the setting, never the value. */
int ts_secrets_read(const ts_secret_setting *table, void *into, ts_error *error);

#endif
