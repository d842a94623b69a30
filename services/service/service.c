#define _GNU_SOURCE
#include "services/service/service.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/version.h"
#include "services/service/doors.h"
#include "services/service/process_meters.h"
#include "services/service/readiness.h"
#include "services/service/secret_settings.h"
#include "services/service/span.h"
#include "services/service/stop.h"

#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TABLES = 16 };

#define AT(field) offsetof(ts_service_settings, field)

static const ts_setting common_table[] = {
    {"once", TS_SETTING_FLAG, AT(once), NULL, 0, 0, NULL, NULL, "one round of work, then end (as a CronJob does)"},
    {"daemon", TS_SETTING_FLAG, AT(daemon), NULL, 0, 0, NULL, NULL, "work until SIGTERM or SIGINT"},
    {"every", TS_SETTING_REAL, AT(every), NULL, 0.01, 31536000, NULL, "S", "seconds between two rounds"},
    {"drain-seconds", TS_SETTING_REAL, AT(drain), "25", 0.1, 86400, NULL, "S",
     "time that the work in hand has after SIGTERM"},
    {"admin", TS_SETTING_TEXT, AT(admin), NULL, 0, 0, NULL, "HOST:PORT",
     "/healthz, /readyz, /metrics, /version (default 127.0.0.1:9464; with --once none)"},
    {"admin-port-file", TS_SETTING_TEXT, AT(admin_port_file), NULL, 0, 0, NULL, "FILE", "write the port there"},
    {"run-id", TS_SETTING_TEXT, AT(run_id), NULL, 0, 0, NULL, "ID", "run_id of the log lines"},
    {"log-format", TS_SETTING_CHOICE, AT(log_format), "auto", 0, 0, "auto|json|text", NULL,
     "auto: text on a terminal, else JSON"},
    {"log-level", TS_SETTING_CHOICE, AT(log_level), "info", 0, 0, "debug|info|warning|error", NULL,
     "the lowest level that is written"},
    {0}};

enum { ROUNDS };
static const ts_meter meters[] = {
    [ROUNDS] = {"tradestream_service_rounds_total", TS_COUNTER, "outcome", NULL, "Rounds of work, done or failed."},
    {0}};

static ts_service_settings *settings_of(const ts_service *service) { return service->into; }

/* All tables of the service: its own, the secrets', the frame's. */
static int collect_tables(const ts_service *service, const ts_setting *tables[TABLES], ts_error *error)
{
    size_t count = 0;
    for (const ts_setting *const *own = service->settings; own && *own; own++) {
        if (count == TABLES - 4) return ts_fail(error, TS_FAILED, "more than %d tables of settings", TABLES - 4);
        tables[count++] = *own;
    }
    const ts_setting *secrets = ts_secret_rows(service->secrets, service->routes ? ts_api_secrets : NULL, error);
    if (!secrets) return -1;
    tables[count++] = secrets;
    if (service->routes) tables[count++] = ts_api_table;
    tables[count++] = common_table;
    tables[count] = NULL;
    return 0;
}

static bool asks(int argc, char **argv, const char *what, const char *letter)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
        if (!strcmp(argv[i], what) || !strcmp(argv[i], letter)) return true;
    return false;
}

static int help(const ts_service *service, const ts_setting *const *tables)
{
    printf("usage: %s [OPTION...]\n\n%s\n\nOptions:\n", service->name, service->summary);
    ts_settings_help(tables, stdout);
    printf(
        "\nEach option is an environment variable as well (--log-level is TRADESTREAM_LOG_LEVEL) and a key of the\n"
        "--config file (log_level). Traces go to OTEL_EXPORTER_OTLP_ENDPOINT when that is set.\n"
        "SIGTERM and SIGINT finish the work in hand and end with 0; a second one ends at once. Exit codes: 0 done,\n"
        "1 failed, 2 wrong usage, 65 bad data, 69 something is not available, 75 run again, 78 bad configuration.\n");
    return fflush(stdout) ? TS_FAILED : TS_OK;
}

/* The first of the variables that says a number. */
static int number_of(const char *const *variables, int fallback)
{
    for (; *variables; variables++) {
        const char *text = getenv(*variables);
        if (text && *text) return (int)strtol(text, NULL, 10);
    }
    return fallback;
}

/* The rank that a launcher such as mpirun or srun gave this process. */
static int rank(void)
{
    static const char *const variables[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID", NULL};
    return number_of(variables, 0);
}

/* Not SLURM_NTASKS, which a batch script has, too. */
static int check_alone(const ts_service *service, ts_error *error)
{
    static const char *const variables[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS", NULL};
    int ranks = number_of(variables, 1);
    if (!service->alone || (ranks <= 1 && rank() == 0)) return 0;
    return ts_fail(
        error, TS_BAD_CONFIG,
        "%s is one process, and this is rank %d of several: start it without mpirun and srun (what it starts "
        "itself under mpirun is a setting, see --help)",
        service->name, rank());
}

static void open_log(const ts_service *service, const ts_service_settings *settings)
{
    ts_log_setup setup = {.format = settings ? (ts_log_format)settings->log_format : TS_LOG_AUTO,
                          .level = settings ? (ts_log_level)settings->log_level : TS_LOG_INFO,
                          .service = service->name,
                          .version = ts_version(),
                          .rank = rank()};
    ts_log_open(&setup);
    if (settings) ts_log_run_id(settings->run_id);
}

/* Once, or until asked to stop? */
static int choose_mode(const ts_service *service, ts_service_settings *settings, ts_error *error)
{
    bool repeats = !isnan(settings->every), lasts = service->daemon || !service->once || repeats;
    if (settings->once && (settings->daemon || repeats))
        return ts_fail(error, TS_USAGE, "--once does not go with %s", repeats ? "--every" : "--daemon");
    if (settings->once && !service->once) return ts_fail(error, TS_USAGE, "%s has no --once", service->name);
    if (repeats && (service->daemon || !service->once))
        return ts_fail(error, TS_USAGE, "--every is not for %s, which works all the time", service->name);
    if (settings->daemon && !lasts) return ts_fail(error, TS_USAGE, "--daemon needs --every");
    settings->daemon = lasts && !settings->once;
    settings->once = !settings->daemon;
    return 0;
}

static int read_settings(const ts_service *service, const ts_setting *const *tables, int argc, char **argv,
                         ts_error *error)
{
    if (ts_settings_read_all(tables, service->into, argc - 1, argv + 1, NULL, error)) return -1;
    if (ts_secrets_read(service->secrets, service->into, error)) return -1;
    if (service->routes && ts_secrets_read(ts_api_secrets, service->into, error)) return -1;
    return choose_mode(service, settings_of(service), error);
}

static int round_of_work(const ts_service *service, ts_error *error)
{
    ts_span span;
    ts_span_begin(&span, service->name, TS_SPAN_INTERNAL, NULL);
    int status = service->once(service->into, error);
    ts_span_end(&span, error);
    ts_meter_count(&meters[ROUNDS], 1, status ? "failed" : "done", NULL);
    return status;
}

/* What is not available now, or bad where others say it, may be there or good at the next round. */
static bool may_pass(const ts_service *service, const ts_error *failure)
{
    return failure->code == TS_UNAVAILABLE || failure->code == TS_RUN_AGAIN ||
           (failure->code == TS_BAD_DATA && service->patient);
}

/* Round after round; an error that cannot pass is the end. */
static int repeat(const ts_service *service, double every, ts_error *error)
{
    while (!ts_service_stopping()) {
        ts_error failure = {0};
        if (round_of_work(service, &failure)) {
            if (!may_pass(service, &failure)) {
                *error = failure;
                return -1;
            }
            ts_log_warning("this round failed: %s", failure.text);
        }
        ts_service_wait(every);
    }
    return 0;
}

static int work(const ts_service *service, ts_error *error)
{
    const ts_service_settings *settings = settings_of(service);
    if (settings->once) return round_of_work(service, error);
    if (service->daemon) return service->daemon(service->into, error);
    if (service->once) return repeat(service, settings->every, error);
    while (!ts_service_wait(3600)) continue;
    return 0;
}

static int open_and_work(const ts_service *service, ts_doors *doors, ts_error *error)
{
    int status = service->open ? service->open(service->into, error) : 0;
    if (!status && rank() == 0) status = ts_doors_open_api(doors, service, error);
    if (!status) ts_readiness_opened();
    if (!status) status = work(service, error);
    ts_stop_ask(); /* done, too, is a reason not to be ready */
    ts_doors_drain(doors);
    bool quiet = ts_readiness_close();
    if (quiet && service->close) service->close(service->into);
    return status;
}

static int run(const ts_service *service, ts_error *error)
{
    ts_service_settings *settings = settings_of(service);
    ts_doors doors = {0};
    int status = -1;
    double began = ts_clock_seconds();
    if (check_alone(service, error) || ts_doors_check(service, error) || ts_stop_open(settings->drain, error))
        return -1;
    if (ts_meters_add(meters, error) || ts_http_meters_add(error) || ts_meters_add(service->meters, error)) return -1;
    if (ts_process_meters_add(service->name, error) || ts_spans_open(service->name, error)) return -1;
    /* Of a job of many processes the first speaks; the others would want the same ports. */
    int opened = ts_readiness_open(service->checks, service->into, error);
    if (!opened && rank() == 0) opened = ts_doors_open_admin(&doors, service, error);
    if (!opened) {
        ts_log_event(TS_LOG_INFO, "started", TS_TEXT("commit", ts_commit()),
                     TS_TEXT("mode", settings->once ? "once" : "daemon"), TS_INT("admin_port", doors.admin_port));
        status = open_and_work(service, &doors, error);
    }
    ts_doors_close(&doors);
    ts_spans_close();
    if (!status) ts_log_event(TS_LOG_INFO, "stopped", TS_REAL("seconds", ts_clock_seconds() - began));
    return status;
}

/* Batches are read by threads that come and go: glibc would keep what they freed in an arena for each. */
static void give_memory_back(void)
{
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_TRIM_THRESHOLD, 1 << 20);
#endif
}

int ts_service_main(const ts_service *service, int argc, char **argv)
{
    give_memory_back();
    const ts_setting *tables[TABLES];
    ts_error error = {0};
    open_log(service, NULL);
    int status = collect_tables(service, tables, &error);
    if (!status && asks(argc, argv, "--help", "-h")) return help(service, tables);
    if (!status && asks(argc, argv, "--version", "-V"))
        return printf("%s %s (%s)\n", service->name, ts_version(), ts_commit()) < 0 || fflush(stdout) ? TS_FAILED
                                                                                                      : TS_OK;
    if (!status) status = read_settings(service, tables, argc, argv, &error);
    if (!status) open_log(service, settings_of(service));
    if (!status) status = run(service, &error);
    if (!status) return TS_OK;
    if (error.code == TS_OK) ts_fail(&error, TS_FAILED, "failed");
    ts_log_error("%s", error.text);
    return error.code;
}

int ts_service_rounds(ts_service_round *round, void *settings, double idle, ts_error *error)
{
    for (bool came = true; (came || idle <= 0) && !ts_service_stopping();)
        if (round(settings, idle > 0 ? idle : 1, &came, error)) return -1;
    return 0;
}
