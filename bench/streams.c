/* The discovery loop through real servers: the requests of a cycle (16 symbols x 10 windows x 60 strategies) from the
 * factory to Kafka, through backtest_consumer beside a direct `discover` of the same work, into PostgreSQL.
 *
 * KAFKA_BOOTSTRAP_SERVERS and DATABASE_URL say where the servers are (tests/stack/up starts some). Each repeat makes
 * topics and a database of its own names; the database is dropped again, topics stay as long as their broker keeps
 * them. --genomes 1550 is the original platform's search, population 50 and 30 generations; else it is 10 and 3. */
#define _GNU_SOURCE
#include "bench/bench.h"
#include "bench/cycle.h"
#include "bench/scratch.h"
#include "bench/service_run.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/module.h"
#include "data/bus/module.h"
#include "data/db/postgres.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SYMBOLS = 16, BARS = 130000, WARMUP = 1000, NAME = 64, DAY_MS = 86400000, PARTITIONS = 12, MIB = 1 << 20 };
static const int64_t LONGEST_MIN = 121393;

typedef struct streams {
    char folder[TS_SCRATCH_FOLDER], store[TS_SCRATCH_PATH], out[TS_SCRATCH_PATH];
    char symbols[SYMBOLS * 16], load_from[TS_TIME_TEXT];
    const char *population, *generations;
    int repeat;
    char requests[NAME], answers[NAME], database[NAME]; /* of the repeat */
    char *server_url;                                   /* DATABASE_URL as it was */
    double factory_seconds;
} streams;

static void drop_database(streams *s)
{
    ts_error ignored = {0};
    char sql[NAME + 64];
    if (!*s->database) return;
    setenv("DATABASE_URL", s->server_url, 1);
    ts_db *db = ts_db_open(&(ts_db_settings){.url = s->server_url}, &ignored);
    snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS %s WITH (FORCE)", s->database);
    if (db) ts_db_do(db, sql, 0, NULL, &ignored);
    ts_db_close(db);
    *s->database = '\0';
}

static void free_streams(void *state)
{
    streams *s = state;
    drop_database(s);
    ts_scratch_remove(s->folder);
    free(s->server_url);
    free(s);
}

/* A database of its own on the same server, which DATABASE_URL names from now on. */
static int make_database(streams *s, ts_error *error)
{
    char sql[NAME + 32], url[1024];
    const char *scheme = strstr(s->server_url, "://"), *slash = scheme ? strchr(scheme + 3, '/') : NULL;
    if (!slash) return ts_fail(error, TS_BAD_CONFIG, "DATABASE_URL: expected postgresql://USER@HOST:PORT/DATABASE");
    ts_db *db = ts_db_open(&(ts_db_settings){.url = s->server_url}, error);
    if (!db) return -1;
    snprintf(s->database, sizeof s->database, "tradestream_bench_%ld_%d", (long)getpid(), s->repeat);
    snprintf(sql, sizeof sql, "CREATE DATABASE %s", s->database);
    int status = ts_db_do(db, sql, 0, NULL, error);
    ts_db_close(db);
    snprintf(url, sizeof url, "%.*s/%s", (int)(slash - s->server_url), s->server_url, s->database);
    if (status || setenv("DATABASE_URL", url, 1)) return -1;
    ts_service_run run;
    return ts_service_run_do((const char *const[]){"tradestream", "migrate", "up", NULL}, s->folder, NULL, NULL, &run,
                             error);
}

static int make_topics(streams *s, ts_error *error)
{
    const ts_bus_module *bus = ts_module_load(TS_BUS_MODULE, TS_BUS_SYMBOL, false, error);
    ts_bus_config config;
    bool existed[2];
    snprintf(s->requests, sizeof s->requests, "bench-%ld-%d-requests", (long)getpid(), s->repeat);
    snprintf(s->answers, sizeof s->answers, "bench-%ld-%d-answers", (long)getpid(), s->repeat);
    const ts_topic topics[] = {{s->requests, PARTITIONS, DAY_MS, 4 * MIB}, {s->answers, PARTITIONS, DAY_MS, 4 * MIB}};
    if (!bus || bus->config_read(&(ts_texts){0}, &config, error)) return -1;
    int status = bus->topics_create(&config, topics, 2, existed, error);
    bus->config_clear(&config);
    return status;
}

static int measure_factory(void *state, double seconds, ts_bench_line *line, ts_error *error)
{
    streams *s = state;
    ts_service_run run;
    (void)seconds;
    drop_database(s);
    s->repeat++;
    if (make_topics(s, error) || make_database(s, error)) return -1;
    const char *const word[] = {"strategy_discovery_request_factory",
                                "--once",
                                "--store",
                                s->store,
                                "--topic",
                                s->requests,
                                "--symbols",
                                s->symbols,
                                "--population",
                                s->population,
                                "--generations",
                                s->generations,
                                "--cycles",
                                "0",
                                "--expires-seconds",
                                "86400",
                                NULL};
    if (ts_service_run_do(word, s->folder, "requests sent", "requests", &run, error)) return -1;
    line->value[TS_FIELD_records] = run.total;
    line->value[TS_FIELD_seconds] = run.said_seconds;
    line->value[TS_FIELD_records_per_s] = run.total / run.said_seconds;
    line->value[TS_FIELD_cpu_seconds] = run.cpu;
    line->value[TS_FIELD_peak_memory] = run.peak_memory;
    return 0;
}

static int measure_direct(streams *s, double *seconds, ts_error *error)
{
    ts_service_run run;
    const char *const word[] = {"tradestream",
                                "discover",
                                "--store",
                                s->store,
                                "--symbols",
                                "all",
                                "--interval",
                                "1m",
                                "--strategies",
                                "all",
                                "--windows",
                                ts_cycle_windows,
                                "--load-from",
                                s->load_from,
                                "--search",
                                "ga",
                                "--population",
                                s->population,
                                "--generations",
                                s->generations,
                                "--top",
                                "5",
                                "--min-trades",
                                "30",
                                "--trials",
                                "search",
                                "--format",
                                "csv",
                                "--out",
                                s->out,
                                NULL};
    ts_scratch_remove(s->out);
    if (ts_service_run_do(word, s->folder, NULL, NULL, &run, error)) return -1;
    *seconds = run.wall;
    return 0;
}

/* To the last answer; joining the group and the wait for the first batch are part of it. */
static int measure_backtests(void *state, double seconds, ts_bench_line *line, ts_error *error)
{
    streams *s = state;
    ts_service_run run;
    double direct;
    char work[TS_SCRATCH_PATH];
    (void)seconds;
    snprintf(work, sizeof work, "%s/work", s->folder);
    const char *const word[] = {"backtest_consumer",
                                "--once",
                                "--store",
                                s->store,
                                "--work",
                                work,
                                "--requests-topic",
                                s->requests,
                                "--answers-topic",
                                s->answers,
                                "--group",
                                s->requests,
                                "--idle",
                                "5",
                                NULL};
    if (measure_direct(s, &direct, error) ||
        ts_service_run_do(word, s->folder, "requests answered", "requests", &run, error))
        return -1;
    line->value[TS_FIELD_records] = run.total;
    line->value[TS_FIELD_seconds] = run.seconds;
    line->value[TS_FIELD_direct_seconds] = direct;
    line->value[TS_FIELD_to_direct] = run.seconds / direct;
    line->value[TS_FIELD_cpu_seconds] = run.cpu;
    line->value[TS_FIELD_peak_memory] = run.peak_memory;
    return 0;
}

static int measure_storing(void *state, double seconds, ts_bench_line *line, ts_error *error)
{
    const streams *s = state;
    ts_service_run run;
    (void)seconds;
    const char *const word[] = {
        "strategy_consumer", "--once", "--topic", s->answers, "--requests-topic", "none", "--group",
        s->requests,         "--idle", "5",       NULL};
    if (ts_service_run_do(word, s->folder, "records stored", "stored", &run, error)) return -1;
    line->value[TS_FIELD_records] = run.total;
    line->value[TS_FIELD_seconds] = run.seconds;
    line->value[TS_FIELD_records_per_s] = run.rate;
    line->value[TS_FIELD_cpu_seconds] = run.cpu;
    line->value[TS_FIELD_peak_memory] = run.peak_memory;
    return 0;
}

static int make_store(streams *s, size_t bars, ts_error *error)
{
    char number[24], seed[24], symbol[16], time[TS_TIME_TEXT];
    int64_t start_ms;
    size_t used = 0;
    snprintf(number, sizeof number, "%zu", bars);
    for (int i = 1; i <= SYMBOLS; i++) {
        ts_service_run run;
        snprintf(seed, sizeof seed, "%d", i);
        snprintf(symbol, sizeof symbol, "SYN%d-USD", i);
        used += (size_t)snprintf(s->symbols + used, sizeof s->symbols - used, "%s%s", i > 1 ? "," : "", symbol);
        const char *const word[] = {"tradestream", "data", "generate", "--interval", "1m",      "--seed", seed,
                                    "--bars",      number, "--symbol", symbol,       "--store", s->store, NULL};
        if (ts_service_run_do(word, s->folder, NULL, NULL, &run, error)) return -1;
    }
    if (ts_time_parse("2020-01-01", &start_ms, error)) return -1; /* where `data generate` begins */
    int64_t before = (int64_t)bars - LONGEST_MIN - WARMUP;
    memcpy(s->load_from, ts_time_text(start_ms + (before > 0 ? before * 60000 : 0), time), sizeof s->load_from);
    return 0;
}

static int check_servers(streams *s, ts_error *error)
{
    const char *url = getenv("DATABASE_URL");
    if (!url || !getenv("KAFKA_BOOTSTRAP_SERVERS"))
        return ts_fail(error, TS_UNAVAILABLE,
                       "DATABASE_URL and KAFKA_BOOTSTRAP_SERVERS: expected in the environment, such as from "
                       "tests/stack/up DIR");
    s->server_url = strdup(url);
    return s->server_url ? 0 : ts_no_memory(error, "a benchmark");
}

int ts_bench_add_streams(ts_bench *bench, const char *name, const char *const *backend, size_t backends,
                         ts_error *error)
{
    const ts_bench_settings *settings = bench->settings;
    bool original = settings->genomes >= 1550;
    (void)backend, (void)backends;
    streams *s = ts_alloc(1, sizeof *s);
    if (!s) return ts_no_memory(error, "a benchmark");
    s->population = original ? "50" : "10";
    s->generations = original ? "30" : "3";
    int status = check_servers(s, error);
    if (!status) status = ts_scratch_make(s->folder, error);
    snprintf(s->store, sizeof s->store, "%s/store", s->folder);
    snprintf(s->out, sizeof s->out, "%s/out", s->folder);
    if (!status) status = make_store(s, settings->bars ? settings->bars : BARS, error);
    if (status) {
        free_streams(s);
        return -1;
    }
    const ts_job jobs[] = {{name, "request factory", "auto", s, measure_factory, free_streams},
                           {name, "backtest_consumer", "auto", s, measure_backtests, NULL},
                           {name, "strategy_consumer", "auto", s, measure_storing, NULL}};
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
        if (ts_bench_add(bench, jobs[i], error)) return -1;
    return 0;
}
