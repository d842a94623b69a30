/* A service is a descriptor; this is its frame: settings, secrets, logs, traces, metrics, signals, the admin listener
 * (/healthz, /readyz, /metrics, /version), an API listener for those that have one, and the exit code.
 *
 * A run ends with 0 when its work is done or SIGTERM or SIGINT asked for an end and the work in hand was finished; a
 * second signal ends it at once. Its errors are its exit codes (common/error.h). */
#ifndef TS_SERVICES_SERVICE_SERVICE_H
#define TS_SERVICES_SERVICE_SERVICE_H

#include "common/error.h"
#include "common/settings.h"
#include "services/service/http.h"
#include "services/service/meter.h"

#include <stdbool.h>
#include <stddef.h>

/* A value that is nobody's to see: from the environment (TRADESTREAM_ and the name) or a file (--NAME-file), never from
 * a flag. Both at once are an error. */
typedef struct ts_secret_value {
    const char *file;  /* first, so that the settings fill it */
    const char *value; /* NULL when not given; lives until the process ends */
} ts_secret_value;

/* What every service can be told; the first member of its own settings struct. */
typedef struct ts_service_settings {
    const char *admin, *admin_port_file, *api, *api_port_file, *run_id, *jwt_issuer, *jwt_audience, *jwt_algorithm;
    ts_secret_value jwt_key;
    int log_format, log_level, auth;
    bool once, daemon;
    double every, drain; /* seconds; every NaN: not given */
} ts_service_settings;

typedef struct ts_secret_setting {
    const char *name; /* "postgres-password"; NULL ends a table */
    size_t offset;    /* of the ts_secret_value in the settings struct */
    const char *help;
    const char *also; /* another variable that may say it, such as REDIS_URL; NULL: none */
} ts_secret_setting;

typedef struct ts_ready_check {
    const char *name;                              /* "postgres"; NULL ends a table */
    int (*check)(void *settings, ts_error *error); /* may take a moment; runs every second on a thread of its own */
} ts_ready_check;

typedef struct ts_service {
    const char *name, *summary;
    const ts_setting *const *settings; /* its own tables, ended by NULL; NULL: none */
    const ts_secret_setting *secrets;  /* NULL: none */
    void *into;                        /* the struct they fill, which begins with ts_service_settings */
    const ts_meter *meters;            /* NULL: none */
    const ts_ready_check *checks;      /* NULL: ready when open */
    const ts_http_route *routes;       /* its API; NULL: none. Their context is `into` */
    bool alone; /* refuses to be one of several ranks of a launcher, which would all do the same */

    /* Connect; called before anything else. `close` is called after `open` whatever that returned. Both may be NULL. */
    int (*open)(void *settings, ts_error *error);
    void (*close)(void *settings);

    /* One round of work, and work until ts_service_stopping. With both, --once or --daemon choose (the daemon when
     * nothing is said); a service without `daemon` repeats `once` when --every is given: a round that ends with
     * TS_UNAVAILABLE or TS_RUN_AGAIN is then logged, and any other error is the end, but for TS_BAD_DATA where that is
     * others' data, which may be good the next time (`patient`). */
    bool patient;
    int (*once)(void *settings, ts_error *error);
    int (*daemon)(void *settings, ts_error *error);
} ts_service;

/* Run the service as a program. Returns its exit code. */
int ts_service_main(const ts_service *service, int argc, char **argv);

/* For the service's own loops, from any thread. */
bool ts_service_stopping(void);
bool ts_service_wait(double seconds); /* until then, or until it is to stop: then true */
int ts_service_stop_file(void);       /* becomes readable when it is to stop; do not read from it */

/* Rounds of work on what comes in: each waits up to `seconds` for something and says whether anything came. Until the
 * service is to stop; with `idle` above 0 only until nothing came for so long. */
typedef int ts_service_round(void *settings, double seconds, bool *came, ts_error *error);
int ts_service_rounds(ts_service_round *round, void *settings, double idle, ts_error *error);

#endif
