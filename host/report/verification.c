#define _GNU_SOURCE
#include "host/report/verification.h"

#include "host/report/recount.h"
#include "host/report/verification_folds.h"

#include <stdlib.h>
#include <string.h>

void ts_verification_clear(ts_verification *verification)
{
    for (size_t i = 0; i < verification->differences; i++) {
        free(verification->difference[i].stored_text);
        free(verification->difference[i].computed_text);
    }
    free(verification->difference);
    *verification = (ts_verification){0};
}

static int one_window(ts_recount *e)
{
    ts_backtest backtest;
    const ts_market *market = e->of->market;
    if (ts_backtest_run(e->engine, market, e->of->strategy, e->of->genome, &backtest, e->error)) return -1;
    int status = ts_recount_equity(e, &backtest.metrics, backtest.equity, ts_market_bars(market));
    ts_backtest_clear(&backtest);
    return status;
}

/* The text between a word of the stored command and the next option that may follow; "" when it is not there. */
static char *name_in(const char *command, const char *option, const char *const *ends)
{
    const char *at = strstr(command, option), *end = NULL;
    if (!at) return strdup("");
    at += strlen(option);
    for (size_t i = 0; ends[i]; i++) {
        const char *found = strstr(at, ends[i]);
        if (found && (!end || found < end)) end = found;
    }
    return end ? strndup(at, (size_t)(end - at)) : strdup("");
}

/* Names of files are as in the stored command: those of today's files are nobody's business. */
static int command(ts_recount *e)
{
    static const char *const after_candles[] = {" --exchange ", " --symbol ", NULL};
    static const char *const after_strategy[] = {" --param ", " --direction ", NULL};
    ts_origin origin = *e->of->origin;
    origin.strategy = e->of->strategy;
    ts_strbuf made = {0};
    const char *stored = e->of->result->command;
    char *candles = name_in(stored, " --candles ", after_candles),
         *file = name_in(stored, " --strategy ", after_strategy);
    int status = candles && file ? 0 : ts_no_memory(e->error, "a command");
    if (!status) {
        size_t length = strlen(file);
        bool quoted = length > 1 && file[0] == '\'' && file[length - 1] == '\'';
        if (quoted) file[length - 1] = '\0';
        if (strstr(file, ".json")) origin.strategy_file = file + quoted;
        if (*candles) origin.candles = candles;
        ts_origin_command(&made, &origin, e->of->genome);
        status = ts_strbuf_failed(&made) ? ts_no_memory(e->error, "a command")
                                         : ts_recount_text(e, "command", stored, made.text);
    }
    ts_strbuf_clear(&made);
    free(candles);
    free(file);
    return status;
}

int ts_verify(ts_engine *engine, const ts_evidence *evidence, ts_verification *verification, ts_error *error)
{
    ts_recount e = {engine, evidence, verification, error};
    const ts_stored_result *stored = evidence->result;
    const ts_origin *origin = evidence->origin;
    if (ts_recount_time(&e, "load_from", stored->load_from_ms, origin->load_from_ms) ||
        ts_recount_time(&e, "start", stored->start_ms, origin->start_ms) ||
        ts_recount_time(&e, "end", stored->end_ms, origin->end_ms) ||
        ts_recount_number(&e, "", "synthetic", stored->synthetic, origin->synthetic))
        return -1;
    bool folded = stored->walk_forward.train_ms > 0;
    if (folded ? ts_recount_folds(&e) : one_window(&e)) return -1;
    return !folded && stored->command ? command(&e) : 0;
}
