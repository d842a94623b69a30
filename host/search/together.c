/* A search runs in a thread and stops at every question until all that still run have asked: the last to ask, or to
 * end, has them all answered. Who that is changes nothing: the order of the questions is that of the searches. */
#include "host/search/together.h"

#include "common/memory.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct company company;

/* One search of the company. */
typedef struct member {
    company *company;
    const ts_search_task *task;
    ts_search_result *result;
    ts_question question;
    bool waits; /* has asked and is not answered */
    ts_error error;
    pthread_t thread;
} member;

struct company {
    const ts_search_settings *settings;
    const ts_answerer *answerer;
    member *members;
    size_t count, running, waiting;
    ts_question *asked; /* of one round */
    ts_error failure;   /* of an answer: ends all */
    pthread_mutex_t lock;
    pthread_cond_t answered;
};

/* With the lock held: if every running search waits, answer them all. */
static void answer_if_all_wait(company *c)
{
    if (!c->running || c->waiting < c->running) return;
    size_t questions = 0;
    for (size_t i = 0; i < c->count; i++)
        if (c->members[i].waits) c->asked[questions++] = c->members[i].question;
    if (!c->failure.code) c->answerer->answer(c->answerer->context, c->asked, questions, &c->failure);
    for (size_t i = 0; i < c->count; i++) c->members[i].waits = false;
    c->waiting = 0;
    pthread_cond_broadcast(&c->answered);
}

static int ask(void *context, const ts_genome *genomes, size_t count, ts_metrics *out, ts_error *error)
{
    member *m = context;
    company *c = m->company;
    pthread_mutex_lock(&c->lock);
    m->question = (ts_question){(size_t)(m - c->members), genomes, count, out};
    m->waits = true;
    c->waiting++;
    answer_if_all_wait(c);
    while (m->waits) pthread_cond_wait(&c->answered, &c->lock);
    int status = c->failure.code ? ts_fail(error, c->failure.code, "%s", c->failure.text) : 0;
    pthread_mutex_unlock(&c->lock);
    return status;
}

static void *search(void *context)
{
    member *m = context;
    company *c = m->company;
    ts_search_run(c->settings, m->task, &(ts_evaluator){ask, m}, m->result, &m->error);
    pthread_mutex_lock(&c->lock);
    c->running--;
    answer_if_all_wait(c);
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* Threads start when all have been made: `running` counts those that could be. */
static void run_members(company *c)
{
    size_t started = 0;
    pthread_mutex_lock(&c->lock);
    while (started < c->count && !pthread_create(&c->members[started].thread, NULL, search, &c->members[started]))
        started++;
    c->running = started;
    if (started < c->count)
        ts_fail(&c->failure, TS_FAILED, "no thread for search %zu of %zu side by side", started + 1, c->count);
    pthread_mutex_unlock(&c->lock);
    for (size_t i = 0; i < started; i++) pthread_join(c->members[i].thread, NULL);
}

static int run_company(company *c, const ts_search_task *tasks, ts_search_result *results, ts_error *error)
{
    for (size_t i = 0; i < c->count; i++) {
        results[i] = (ts_search_result){0};
        c->members[i] = (member){.company = c, .task = &tasks[i], .result = &results[i]};
    }
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->answered, NULL);
    run_members(c);
    pthread_cond_destroy(&c->answered);
    pthread_mutex_destroy(&c->lock);
    const ts_error *why = &c->failure;
    for (size_t i = 0; i < c->count && !why->code; i++) why = &c->members[i].error;
    if (!why->code) return 0;
    for (size_t i = 0; i < c->count; i++) ts_search_result_clear(&results[i]);
    return ts_fail(error, why->code, "%s", why->text);
}

int ts_search_together(const ts_search_settings *settings, const ts_search_task *tasks, size_t count,
                       const ts_answerer *answerer, ts_search_result *results, ts_error *error)
{
    if (!count || count > TS_TOGETHER_MAX)
        return ts_fail(error, TS_USAGE, "%zu windows: expected 1 to %d", count, TS_TOGETHER_MAX);
    company c = {.settings = settings,
                 .answerer = answerer,
                 .count = count,
                 .members = ts_alloc(count, sizeof *c.members),
                 .asked = ts_alloc(count, sizeof *c.asked)};
    int status = c.members && c.asked ? run_company(&c, tasks, results, error) : ts_no_memory(error, "the searches");
    free(c.members);
    free(c.asked);
    return status;
}
