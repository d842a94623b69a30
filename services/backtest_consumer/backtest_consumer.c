/* backtest_consumer: takes requests from Kafka, has them searched and publishes winners and outcomes. */
#define _GNU_SOURCE
#include "services/backtest_consumer/answering.h"

#include "common/log.h"
#include "common/safe_file.h"
#include "data/bus/harvest.h"
#include "services/backtest_consumer/run_folder.h"
#include "services/service/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH = 4096 };

typedef struct consumer_settings {
    ts_service_settings service;
    ts_texts kafka;
    const char *requests, *answers, *group, *program;
    int64_t batch;
    double linger, idle;
    ts_run_settings run;
    /* opened */
    ts_bus_config config;
    ts_catalogue catalogue;
    ts_consumer *consumer;
    ts_producer *producer;
    char beside[PATH];
} consumer_settings;

#define AT(field) offsetof(consumer_settings, field)

static const ts_setting table[] = {
    {"kafka", TS_SETTING_LIST, AT(kafka), NULL, 0, 0, NULL, "NAME=VALUE",
     "a property of librdkafka, such as bootstrap.servers=host:9092; again for more. KAFKA_BOOTSTRAP_SERVERS and so on "
     "in the environment say the same"},
    {"requests-topic", TS_SETTING_TEXT, AT(requests), "strategy-discovery-requests", 0, 0, NULL, "TOPIC",
     "where requests come from"},
    {"answers-topic", TS_SETTING_TEXT, AT(answers), "discovered-strategies", 0, 0, NULL, "TOPIC",
     "where winners and outcomes go"},
    {"group,KAFKA_GROUP_ID", TS_SETTING_TEXT, AT(group), "backtest-consumer", 0, 0, NULL, "NAME", "consumer group"},
    {"store", TS_SETTING_TEXT, AT(run.store), NULL, 0, 0, NULL, "DIR", "the candle store"},
    {"work", TS_SETTING_TEXT, AT(run.work), NULL, 0, 0, NULL, "DIR",
     "folder for runs under way; a run that is broken off goes on from there"},
    {"program", TS_SETTING_TEXT, AT(program), NULL, 0, 0, NULL, "FILE", "tradestream (default: beside this program)"},
    {"ranks", TS_SETTING_INT, AT(run.ranks), "1", 1, 65536, NULL, "N", "more than 1: search with so many under mpirun"},
    {"hostfile", TS_SETTING_TEXT, AT(run.hostfile), NULL, 0, 0, NULL, "FILE", "of mpirun"},
    {"threads", TS_SETTING_INT, AT(run.threads), NULL, 1, 4096, NULL, "N",
     "of each rank (default: the cores it may use)"},
    {"backend", TS_SETTING_TEXT, AT(run.backend), "auto", 0, 0, NULL, "B", "auto, scalar, avx2, avx512 or opencl"},
    {"statistics", TS_SETTING_FLAG, AT(run.statistics), "true", 0, 0, NULL, NULL,
     "deflated Sharpe ratio and probability of overfitting of every winner"},
    {"batch,BATCH_SIZE", TS_SETTING_INT, AT(batch), "1200", 1, 100000, NULL, "N",
     "most requests at once: those of one symbol share their candles and rows"},
    {"linger", TS_SETTING_REAL, AT(linger), "1", 0, 3600, NULL, "S", "how long to wait for more of a batch"},
    {"idle,IDLE_TIMEOUT_SECONDS", TS_SETTING_REAL, AT(idle), "10", 0.1, 3600, NULL, "S",
     "with --once: end when no request came for so long"},
    {0}};
static const ts_setting *const tables[] = {table, NULL};

static int find_program(consumer_settings *s, ts_error *error)
{
    ssize_t length = readlink("/proc/self/exe", s->beside, sizeof s->beside - 16);
    if (s->program || length < 1) {
        s->run.program = s->program ? s->program : "tradestream";
        return 0;
    }
    s->beside[length] = '\0';
    snprintf(strrchr(s->beside, '/'), 16, "/tradestream");
    s->run.program = s->beside;
    return access(s->beside, X_OK) ? ts_fail(error, TS_BAD_CONFIG, "%s is not there: say --program", s->beside) : 0;
}

/* No request comes again after so long: its topic keeps it for a day (data/bus/topic_list.c). */
static const double left_over_seconds = 86400;

static void sweep(const char *work)
{
    size_t gone = ts_run_folders_sweep(work, left_over_seconds);
    if (gone) ts_log_event(TS_LOG_INFO, "folders of old runs removed", TS_INT("folders", (int64_t)gone));
}

static int open_all(void *settings, ts_error *error)
{
    consumer_settings *s = settings;
    if (!s->run.store) return ts_fail(error, TS_BAD_CONFIG, "--store DIR is needed: the candle store");
    if (!s->run.work) return ts_fail(error, TS_BAD_CONFIG, "--work DIR is needed: a folder for runs under way");
    if (find_program(s, error) || ts_folder_make(s->run.work, error) || ts_catalogue_load(NULL, &s->catalogue, error) ||
        ts_bus_config_read(&s->kafka, &s->config, error))
        return -1;
    sweep(s->run.work);
    s->producer = ts_producer_open(&s->config, "backtest_consumer", error);
    if (!s->producer) return -1;
    const ts_consumer_settings consuming = {
        .name = "backtest_consumer", .group = s->group, .topics = &s->requests, .topics_count = 1, .waiting = 1000};
    s->consumer = ts_consumer_open(&s->config, &consuming, error);
    return s->consumer ? 0 : -1;
}

static void close_all(void *settings)
{
    consumer_settings *s = settings;
    ts_consumer_close(s->consumer);
    ts_producer_close(s->producer);
    ts_bus_config_clear(&s->config);
    ts_catalogue_clear(&s->catalogue);
}

typedef struct under_way {
    ts_consumer *consumer;
    const ts_bus_harvest *harvest;
    size_t whole; /* batches that are committed to their ends */
} under_way;

/* Commit the first `records` of the harvest. Records of one partition are in order in it, so nothing is skipped. */
static int commit_first(void *context, size_t records, ts_error *error)
{
    under_way *u = context;
    for (size_t i = 0; i < u->harvest->batches && records; i++) {
        ts_bus_batch part = u->harvest->batch[i];
        bool whole = part.count <= records;
        if (!whole) part.count = records;
        records -= part.count;
        if (i < u->whole) continue;
        if (ts_consumer_commit(u->consumer, &part, NULL, error)) return -1;
        u->whole += whole;
    }
    return 0;
}

/* One batch of requests; *came: whether there were any. What was begun when the service is to stop is not committed. */
static int round_of_answers(void *settings, double seconds, bool *came, ts_error *error)
{
    consumer_settings *s = settings;
    ts_bus_harvest h;
    under_way u = {s->consumer, &h, 0};
    const ts_answering answering = {.run = &s->run,
                                    .catalogue = &s->catalogue,
                                    .producer = s->producer,
                                    .answers = s->answers,
                                    .service = "backtest_consumer",
                                    .answered = commit_first,
                                    .context = &u};
    const ts_bus_patience patience = {(size_t)s->batch, seconds, s->linger, ts_service_stopping};
    int status = ts_bus_harvest_gather(s->consumer, &patience, &h, error);
    *came = h.records > 0;
    if (!status && *came) status = ts_answer_records(&answering, h.record, h.records, error);
    ts_bus_harvest_clear(&h);
    if (status && error->code == TS_RUN_AGAIN && ts_service_stopping()) {
        *error = (ts_error){0};
        return 0;
    }
    return status;
}

static int once(void *settings, ts_error *error)
{
    const consumer_settings *s = settings;
    if (ts_service_rounds(round_of_answers, settings, s->idle, error)) return -1;
    return ts_service_stopping() ? 0 : ts_consumer_ready(s->consumer, error); /* or nothing could have come */
}

/* An error ends the program, which is then started again and receives what was not committed. */
static int forever(void *settings, ts_error *error) { return ts_service_rounds(round_of_answers, settings, 0, error); }

static int is_member(void *settings, ts_error *error)
{
    const consumer_settings *s = settings;
    return ts_consumer_ready(s->consumer, error);
}

static const ts_ready_check checks[] = {{"kafka", is_member}, {0}};

int main(int argc, char **argv)
{
    static consumer_settings settings;
    static const ts_service service = {
        .name = "backtest_consumer",
        .summary = "Answers discovery requests from Kafka: searches strategies and publishes the winners.",
        .settings = tables,
        .into = &settings,
        .alone = true,
        .meters = ts_answering_meters,
        .checks = checks,
        .open = open_all,
        .close = close_all,
        .once = once,
        .daemon = forever};
    return ts_service_main(&service, argc, argv);
}
