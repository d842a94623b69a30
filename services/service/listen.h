/* Where a listener listens: "HOST:PORT" or "[IPv6]:PORT" with a numeric host (or localhost); port 0 takes a free one.
 */
#ifndef TS_SERVICES_SERVICE_LISTEN_H
#define TS_SERVICES_SERVICE_LISTEN_H

#include "common/error.h"

#include <stdbool.h>
#include <sys/socket.h>

typedef struct ts_address {
    struct sockaddr_storage socket;
    socklen_t length;
    bool loopback; /* only this machine can reach it */
} ts_address;

/* TS_BAD_CONFIG says what was expected; `what` names the setting. */
int ts_address_read(const char *text, const char *what, ts_address *address, ts_error *error);

/* Listen there. Returns the socket, or -1 with TS_UNAVAILABLE. `port` receives the port. */
int ts_address_listen(const ts_address *address, int *port, ts_error *error);

#endif
