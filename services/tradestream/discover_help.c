#include "services/tradestream/discover_help.h"

#include "services/tradestream/discover_market.h"

/* Genome-bars of a part below which asking takes longer than computing. */
static const double smallest_part = 2e6;

static size_t parts_of(const ts_question_set *questions, const ts_market *market, int spare)
{
    double bars = (double)ts_market_bars(market) * (double)questions->count;
    size_t parts = (size_t)spare + 1, most = bars < smallest_part ? 1 : (size_t)(bars / smallest_part);
    if (parts > questions->count) parts = questions->count;
    return parts < most ? parts : most;
}

/* Part number `part` begins at this genome. */
static size_t begin_of(size_t part, size_t parts, size_t count) { return count * part / parts; }

static int ask(ts_work *work, size_t task, const ts_question_set *questions, size_t part, size_t parts, ts_error *error)
{
    ts_strbuf text = {0};
    ts_put_u64(&text, task);
    ts_put_u64(&text, part);
    ts_part_put(&text, questions, begin_of(part, parts, questions->count), begin_of(part + 1, parts, questions->count));
    int status = ts_strbuf_failed(&text) ? ts_no_memory(error, "a part of a search")
                                         : ts_work_ask(work, text.text, text.length, error);
    ts_strbuf_clear(&text);
    return status;
}

/* The part that stays here, in the way of those that do not. */
static int compute_own(ts_discovery *discovery, const ts_strategy *strategy, const ts_question_set *questions,
                       size_t parts, ts_error *error)
{
    size_t to = begin_of(1, parts, questions->count);
    ts_strbuf question = {0}, answer = {0};
    ts_part_put(&question, questions, 0, to);
    ts_reader in = {.at = (const unsigned char *)question.text, .left = question.length};
    int status = ts_strbuf_failed(&question) ? ts_no_memory(error, "a part of a search")
                                             : ts_part_evaluate(&in, discovery->engine, discovery->market, strategy,
                                                                &discovery->windows, &answer, error);
    ts_reader out = {.at = (const unsigned char *)answer.text, .left = answer.length};
    if (!status) status = ts_part_take(&out, questions, 0, to, error);
    ts_strbuf_clear(&question);
    ts_strbuf_clear(&answer);
    return status;
}

static int collect(ts_discovery *discovery, ts_work *work, const ts_question_set *questions, size_t parts,
                   ts_error *error)
{
    ts_strbuf answer = {0};
    if (ts_work_collect(work, &answer, error)) return -1;
    ts_reader in = {.at = (const unsigned char *)answer.text, .left = answer.length};
    size_t part = (size_t)ts_take_u64(&in);
    ts_effort_take(&discovery->helped, &in);
    int status = part > 0 && part < parts ? ts_part_take(&in, questions, begin_of(part, parts, questions->count),
                                                         begin_of(part + 1, parts, questions->count), error)
                                          : ts_fail(error, TS_FAILED, "an answer to part %zu of %zu", part, parts);
    ts_strbuf_clear(&answer);
    return status;
}

int ts_discovery_evaluate(ts_discovery *discovery, ts_work *work, size_t task, const ts_strategy *strategy,
                          const ts_question_set *questions, ts_error *error)
{
    size_t parts = parts_of(questions, discovery->market, ts_work_spare(work));
    if (parts < 2)
        return ts_evaluate_walks(discovery->engine, strategy, questions->genomes, questions->count, questions->walks,
                                 questions->walks_count, error);
    for (size_t part = 1; part < parts; part++)
        if (ask(work, task, questions, part, parts, error)) return -1;
    if (compute_own(discovery, strategy, questions, parts, error)) return -1;
    for (size_t part = 1; part < parts; part++)
        if (collect(discovery, work, questions, parts, error)) return -1;
    return 0;
}

int ts_discovery_help(void *context, ts_reader part, ts_strbuf *answer, ts_error *error)
{
    ts_discovery *discovery = context;
    size_t task = (size_t)ts_take_u64(&part);
    const ts_series *series;
    if (part.failed || task / discovery->choice.count >= discovery->shelf.count)
        return ts_fail(error, TS_FAILED, "a part of task %zu was to be helped with", task);
    if (ts_discovery_market(discovery, task / discovery->choice.count, &series, error)) return -1;
    const ts_strategy *strategy = &discovery->choice.chosen[task % discovery->choice.count].strategy;
    ts_effort before = ts_effort_of(discovery->engine);
    ts_strbuf values = {0};
    ts_put_u64(answer, ts_take_u64(&part));
    int status =
        ts_part_evaluate(&part, discovery->engine, discovery->market, strategy, &discovery->windows, &values, error);
    ts_effort after = ts_effort_of(discovery->engine);
    ts_effort_put(answer, &before, &after);
    if (values.length) ts_strbuf_append(answer, values.text, values.length);
    ts_strbuf_clear(&values);
    if (!status && ts_strbuf_failed(answer)) return ts_no_memory(error, "an answer");
    return status;
}
