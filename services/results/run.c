#include "services/results/run.h"

#include "common/clock.h"
#include "common/strbuf.h"

#include <inttypes.h>
#include <stdio.h>

static const char insert_run[] = "INSERT INTO runs (run_id, run) VALUES ($1, $2) ON CONFLICT DO NOTHING";

/* The row may be there already: storing results has made it, to count them. */
static const char insert_answer[] =
    "INSERT INTO answers AS a (id, of_request, status, winners, evaluations, answered_at) "
    "VALUES ($1, false, $2, $3, $4, now()) ON CONFLICT (id) DO UPDATE SET status = EXCLUDED.status, "
    "winners = EXCLUDED.winners, evaluations = EXCLUDED.evaluations, answered_at = EXCLUDED.answered_at "
    "WHERE a.status IS NULL";

static const char insert_days[] =
    "INSERT INTO equity_days (result_id, date, equity, drawdown) SELECT $1, d.date, d.equity, d.drawdown "
    "FROM unnest($2::date[], $3::double precision[], $4::double precision[]) AS d (date, equity, drawdown) "
    "ON CONFLICT DO NOTHING";

static int store_run(ts_db *db, void *context, ts_error *error)
{
    const ts_run_record *run = context;
    char winners[24], evaluations[24];
    snprintf(winners, sizeof winners, "%" PRIu64, run->winners);
    snprintf(evaluations, sizeof evaluations, "%" PRIu64, run->evaluations);
    const char *const answer[] = {run->run_id, run->winners ? "done" : "no_winner", winners, evaluations};
    if (ts_db_do(db, insert_run, 2, (const char *const[]){run->run_id, run->json}, error)) return -1;
    return ts_db_do(db, insert_answer, sizeof answer / sizeof *answer, answer, error);
}

int ts_results_store_run(ts_db *db, const ts_run_record *run, ts_error *error)
{
    return ts_db_transaction(db, store_run, (void *)run, error);
}

typedef struct curve {
    const char *result_id;
    ts_strbuf date, equity, drawdown; /* as PostgreSQL writes arrays */
} curve;

static int store_days(ts_db *db, void *context, ts_error *error)
{
    const curve *c = context;
    return ts_db_do(db, insert_days, 4,
                    (const char *const[]){c->result_id, c->date.text, c->equity.text, c->drawdown.text}, error);
}

static void put_day(curve *c, const ts_equity_day *day, char before)
{
    char time[TS_TIME_TEXT];
    ts_strbuf_printf(&c->date, "%c%.10s", before, ts_time_text(day->date_ms, time));
    ts_strbuf_putc(&c->equity, before);
    ts_strbuf_real(&c->equity, day->equity, "NaN");
    ts_strbuf_putc(&c->drawdown, before);
    ts_strbuf_real(&c->drawdown, day->drawdown, "NaN");
}

int ts_results_store_equity(ts_db *db, const char *result_id, const ts_equity_days *days, ts_error *error)
{
    curve c = {.result_id = result_id};
    ts_strbuf *const all[] = {&c.date, &c.equity, &c.drawdown};
    int status = 0;
    if (!days->count) return 0;
    for (size_t i = 0; i < days->count; i++) put_day(&c, &days->day[i], i ? ',' : '{');
    for (size_t i = 0; i < 3; i++) {
        ts_strbuf_putc(all[i], '}');
        if (ts_strbuf_failed(all[i])) status = ts_no_memory(error, "a curve");
    }
    if (!status) status = ts_db_transaction(db, store_days, &c, error);
    for (size_t i = 0; i < 3; i++) ts_strbuf_clear(all[i]);
    return status;
}
