/* The description of the API, openapi.json, which is part of the program. */
#ifndef TS_SERVICES_MARKET_DATA_SERVICE_OPENAPI_H
#define TS_SERVICES_MARKET_DATA_SERVICE_OPENAPI_H

extern const char market_openapi[];

#endif
