/* A service's listeners: admin, and the API of those that have one. */
#ifndef TS_SERVICES_SERVICE_DOORS_H
#define TS_SERVICES_SERVICE_DOORS_H

#include "services/service/service.h"

typedef struct ts_doors {
    ts_http *admin, *api;
    ts_token_rules tokens;
    int admin_port, api_port; /* 0: not open */
} ts_doors;

/* Settings and secrets that only a service with an API has. */
extern const ts_setting ts_api_table[];
extern const ts_secret_setting ts_api_secrets[];

/* Before anything is opened: are the addresses right, and is an API that others can reach protected? */
int ts_doors_check(const ts_service *service, ts_error *error);

int ts_doors_open_admin(ts_doors *doors, const ts_service *service, ts_error *error);
int ts_doors_open_api(ts_doors *doors, const ts_service *service, ts_error *error); /* not with --once */
void ts_doors_drain(ts_doors *doors); /* the API takes no more and finishes what it has */
void ts_doors_close(ts_doors *doors);

#endif
