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

/* Each distinct genome of the questions once; c->listed says for every asked one which it is. */
static int list_once(ts_course *c, const ts_question *questions, size_t count, const ts_genome **distinct_genomes,
                     size_t *distinct, ts_error *error)
{
    size_t asked = 0, at = 0;
    for (size_t q = 0; q < count; q++) asked += questions[q].count;
    if (make_room(c, asked, error)) return -1;
    for (size_t q = 0; q < count; q++)
        for (size_t i = 0; i < questions[q].count; i++) c->genomes[at++] = questions[q].genomes[i];
    for (size_t i = 0; i < asked; i++) c->place[i] = i;
    qsort_r(c->place, asked, sizeof *c->place, by_genome, c->genomes);
    ts_genome *once = c->genomes + asked;
    *distinct_genomes = once;
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
    if (c->watch && c->watch->evaluated) c->watch->evaluated(c->watch->context, question->out, question->count);
}

/* Where the answers of one evaluation go, all of which are doubles, and how many bytes they take. */
static size_t places_of(const ts_walks *walks, size_t count, void **place, size_t *size)
{
    size_t places = 0;
    for (size_t w = 0; w < count; w++) {
        if (walks[w].metrics) place[places] = walks[w].metrics, size[places++] = walks[w].count * sizeof(ts_metrics);
        if (walks[w].sums) place[places] = walks[w].sums, size[places++] = walks[w].count * sizeof(ts_sums);
    }
    return places;
}

static int recall(ts_course *c, size_t places, void *const *place, const size_t *size, ts_error *error)
{
    ts_reader answer = ts_take_sized(&c->earlier);
    for (size_t i = 0; i < places; i++) {
        const void *bytes = ts_take_bytes(&answer, size[i]);
        if (bytes && size[i]) memcpy(place[i], bytes, size[i]);
    }
    if (!c->earlier.failed && !answer.failed && !answer.left) return 0;
    return ts_fail(error, TS_BAD_DATA, "the answers kept of %s on %s are not those to its questions",
                   c->task->strategy->name, c->task->symbol);
}

static int keep(const ts_course *c, size_t places, void *const *place, const size_t *size, ts_error *error)
{
    ts_strbuf text = {0};
    size_t total = 0;
    for (size_t i = 0; i < places; i++) total += size[i];
    ts_put_u64(&text, total);
    for (size_t i = 0; i < places; i++) ts_strbuf_append(&text, place[i], size[i]);
    int status = ts_strbuf_failed(&text) ? ts_no_memory(error, "the answers of a search")
                                         : c->watch->answered(c->watch->context, text.text, text.length, error);
    ts_strbuf_clear(&text);
    return status;
}

/* Every evaluation of a search goes through here: told anew what is known of an earlier start, computed after that. */
static int evaluate(ts_course *c, const ts_genome *genomes, size_t count, size_t walks, ts_error *error)
{
    void *place[2 * (TS_TOGETHER_MAX + TS_BLOCKS_MOST)];
    size_t size[2 * (TS_TOGETHER_MAX + TS_BLOCKS_MOST)], places = places_of(c->walks, walks, place, size);
    if (c->earlier.left) return recall(c, places, place, size, error);
    const ts_question_set questions = {genomes, count, c->walks, walks};
    int status = c->watch && c->watch->evaluate
                     ? c->watch->evaluate(c->watch->context, c->task, &questions, error)
                     : ts_evaluate_walks(c->engine, c->task->strategy, genomes, count, c->walks, walks, error);
    if (status) return -1;
    return c->watch && c->watch->answered ? keep(c, places, place, size, error) : 0;
}

/* The window of a question and, where trials are booked, the blocks of its history. Returns how many walks these are.
 */
static int put_walks(ts_course *c, const ts_question *question, const uint32_t *listed, ts_walks *walks,
                     ts_error *error)
{
    ts_trial_book *book = c->book ? c->book[question->search] : NULL;
    int blocks = book ? ts_trial_book_ask(book, question->count, walks + 1, error) : 0;
    if (blocks < 0) return -1;
    walks[0] = (ts_walks){.market = c->window[question->search], .count = question->count, .metrics = question->out};
    for (int w = 0; w <= blocks; w++) walks[w].genome = listed;
    return 1 + blocks;
}

static int ask(ts_course *c, const ts_question *questions, size_t count, ts_error *error)
{
    const ts_genome *genomes = questions[0].genomes;
    size_t distinct = questions[0].count, asked = 0, walks = 0;
    if (count > 1 && list_once(c, questions, count, &genomes, &distinct, error)) return -1;
    for (size_t q = 0; q < count; asked += questions[q++].count) {
        int more = put_walks(c, &questions[q], count > 1 ? c->listed + asked : NULL, c->walks + walks, error);
        if (more < 0) return -1;
        walks += (size_t)more;
    }
    return evaluate(c, genomes, distinct, walks, error);
}

static int book(const ts_course *c, const ts_question *question, ts_error *error)
{
    ts_trial_book *book = c->book ? c->book[question->search] : NULL;
    return book ? ts_trial_book_keep(book, question->out, error) : 0;
}

int ts_course_answer(void *course, const ts_question *questions, size_t count, ts_error *error)
{
    ts_course *c = course;
    int status = ask(c, questions, count, error);
    for (size_t q = 0; !status && q < count; q++) {
        status = book(c, &questions[q], error);
        note(c, &questions[q]);
    }
    return status;
}
