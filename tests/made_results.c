#include "tests/made_results.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { OF_ONE_REQUEST = 5, OF_ONE_SYMBOL = 10 };

void made_id(char id[TS_FINGERPRINT_TEXT], char kind, uint64_t number)
{
    char text[40];
    int length = snprintf(text, sizeof text, "%c%" PRIu64, kind, number);
    ts_fingerprint_of(text, (size_t)length, id);
}

void made_result_init(made_result *made, uint64_t number)
{
    ts_stored_result *result = &made->result;
    uint64_t request = number / OF_ONE_REQUEST;
    ts_error error = {0};
    *result =
        (ts_stored_result){.number = 1,
                           .direction = TS_LONG,
                           .interval_ms = 60000,
                           .load_from_ms = 1700000000000,
                           .start_ms = 1700000000000 + 6000000,
                           .end_ms = 1700000000000 + 6000000 + 60000 * (int64_t)(100 + request % 7),
                           .simulation = {.fee = 0.001, .slippage = 0.0001, .bars_per_year = 525600},
                           .searched = true,
                           .score = (double)(number % 1000) / 100,
                           .kind = TS_SEARCH_GA,
                           .rank = number % OF_ONE_REQUEST + 1,
                           .seed = number,
                           .evaluations = 1000,
                           .command = "tradestream backtest",
                           .counted = true,
                           .luck = {.search_trials = 900, .run_trials = 900, .spread = 1, .deflated_sharpe = 0.5}};
    snprintf(result->strategy, sizeof result->strategy, "STRATEGY_%d", (int)(request % 60));
    snprintf(result->exchange, sizeof result->exchange, "local");
    snprintf(result->engine_version, sizeof result->engine_version, "0.1.0");
    snprintf(result->symbol, sizeof result->symbol, "S%d-USD", (int)(number / OF_ONE_SYMBOL % 20));
    made_id(result->definition_hash, 'd', request % 60);
    made_id(result->fingerprint, 'f', number);
    result->parameters.count = 3;
    for (size_t i = 0; i < result->parameters.count; i++) {
        snprintf(result->parameters.named[i].name, sizeof result->parameters.named[i].name, "period%d", (int)i);
        result->parameters.named[i].value = (double)(number % 1000) + (double)i / 8;
    }
    for (int i = 0; i < TS_METRICS; i++) result->metrics.value[i] = (double)(number % 97) / 7 + i;
    ts_objective_parse("sharpe", &result->objective, &error);
    snprintf(made->text, sizeof made->text, "{\"schema\": \"discovered-strategy/1\", \"number\": %" PRIu64 "}", number);
}

ts_record made_record(const made_result *made, uint64_t number, const char *topic, int64_t offset)
{
    ts_record record = {.topic = topic,
                        .offset = offset,
                        .kind = TS_RECORD_RESULT,
                        .text = made->text,
                        .length = strlen(made->text),
                        .result = &made->result};
    made_id(record.result_id, 'r', number);
    made_id(record.evaluation_id, 'e', number);
    made_id(record.request_id, 'q', number / OF_ONE_REQUEST);
    return record;
}

ts_record made_outcome(uint64_t number, uint64_t winners, const char *topic, int64_t offset, char text[160])
{
    int length = snprintf(text, 160, "{\"request\": %" PRIu64 ", \"winners\": %" PRIu64 "}", number, winners);
    ts_record record = {.topic = topic,
                        .offset = offset,
                        .kind = TS_RECORD_OUTCOME,
                        .text = text,
                        .length = (size_t)length,
                        .status = winners ? "done" : "no_winner",
                        .winners = winners,
                        .evaluations = 1000};
    made_id(record.request_id, 'q', number);
    return record;
}
