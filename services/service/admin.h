/* The admin listener's routes: is the process alive, is it ready, what does it measure, which build is it. No data. */
#ifndef TS_SERVICES_SERVICE_ADMIN_H
#define TS_SERVICES_SERVICE_ADMIN_H

#include "services/service/http.h"

/* Their context is the service (const ts_service *). */
extern const ts_http_route ts_admin_routes[];

#endif
