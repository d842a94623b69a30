/* Questions of several windows as one evaluation: each distinct genome is planned once, whatever windows want it. */
#define _GNU_SOURCE /* qsort_r */
#include "host/study/study_internal.h"

#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

static int by_genome(const void *a, const void *b, void *genomes)
{
    const ts_genome *all = genomes;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int order = ts_genome_compare(&all[x], &all[y]);
    return order ? order : x < y ? -1 : x > y;
}

static int make_room(ts_course *c, size_t asked, ts_error *error)
{
    if (asked <= c->room) return 0;
    free(c->genomes), free(c->place), free(c->listed);
    c->room = 0;
    c->genomes = ts_alloc(2 * asked, sizeof *c->genomes); /* as asked, then each once */
    c->place = ts_alloc(asked, sizeof *c->place);
    c->listed = ts_alloc(asked, sizeof *c->listed);
    if (!c->genomes || !c->place || !c->listed) return ts_no_memory(error, "the genomes");
    c->room = asked;
    return 0;
}

/* Each distinct genome of the questions once, at c->genomes + asked; c->listed says for every asked one which it is. */
static int list_once(ts_course *c, const ts_question *questions, size_t count, size_t *distinct, ts_error *error)
{
    size_t asked = 0, at = 0;
    for (size_t q = 0; q < count; q++) asked += questions[q].count;
    if (make_room(c, asked, error)) return -1;
    for (size_t q = 0; q < count; q++)
        for (size_t i = 0; i < questions[q].count; i++) c->genomes[at++] = questions[q].genomes[i];
    for (size_t i = 0; i < asked; i++) c->place[i] = i;
    qsort_r(c->place, asked, sizeof *c->place, by_genome, c->genomes);
    ts_genome *once = c->genomes + asked;
    *distinct = 0;
    for (size_t i = 0; i < asked; i++) {
        const ts_genome *genome = &c->genomes[c->place[i]];
        if (!*distinct || ts_genome_compare(genome, &once[*distinct - 1])) once[(*distinct)++] = *genome;
        c->listed[c->place[i]] = (uint32_t)(*distinct - 1);
    }
    return 0;
}

static void note(ts_course *c, const ts_question *question)
{
    for (size_t i = 0; i < question->count; i++) {
        double warmup = question->out[i].value[TS_METRIC_warmup];
        if (warmup < c->least_warmup) c->least_warmup = warmup;
    }
    if (c->watch) c->watch->evaluated(c->watch->context, question->out, question->count);
}

/* One search, its trials booked. */
static int answer_one(ts_course *c, const ts_question *question, ts_error *error)
{
    int blocks = c->book ? ts_trial_book_ask(c->book, question->count, c->walks + 1, error) : 0;
    if (blocks < 0) return -1;
    c->walks[0] = (ts_walks){.market = c->window[question->search], .count = question->count, .metrics = question->out};
    if (ts_evaluate_walks(c->engine, c->task->strategy, question->genomes, question->count, c->walks,
                          1 + (size_t)blocks, error))
        return -1;
    return c->book ? ts_trial_book_keep(c->book, question->out, error) : 0;
}

static int answer_many(ts_course *c, const ts_question *questions, size_t count, ts_error *error)
{
    size_t distinct, asked = 0;
    if (list_once(c, questions, count, &distinct, error)) return -1;
    for (size_t q = 0; q < count; q++) {
        c->walks[q] = (ts_walks){.market = c->window[questions[q].search],
                                 .genome = c->listed + asked,
                                 .count = questions[q].count,
                                 .metrics = questions[q].out};
        asked += questions[q].count;
    }
    return ts_evaluate_walks(c->engine, c->task->strategy, c->genomes + asked, distinct, c->walks, count, error);
}

int ts_course_answer(void *course, const ts_question *questions, size_t count, ts_error *error)
{
    ts_course *c = course;
    int status = c->when ? answer_many(c, questions, count, error) : answer_one(c, questions, error);
    for (size_t q = 0; !status && q < count; q++) note(c, &questions[q]);
    return status;
}
