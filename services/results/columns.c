#include "services/results/columns.h"

#include "common/bytes.h"
#include "common/interval.h"
#include "common/json.h"
#include "data/db/copy.h"

#include <math.h>
#include <stddef.h>

/* What a result has in another form than its column. */
typedef struct row {
    const ts_record *record;
    const ts_stored_result *result;
    char genome_id[TS_FINGERPRINT_TEXT], walk_forward_text[TS_WALK_FORWARD_TEXT];
    const char *interval, *direction, *fill, *search, *walk_forward;
    int64_t window_ms;
    ts_strbuf parameters;
    ts_luck luck;
    double in_sample_score;
} row;

typedef enum column_form { UUID, CHARS, TEXT, JSON, TIME, BIGINT, COUNT, REAL, TRUTH } column_form;
typedef enum column_base { OF_ROW, OF_RECORD, OF_RESULT } column_base;

typedef struct column {
    const char *name;
    column_form type;
    column_base base;
    size_t offset;
} column;

#define ROW(field)    OF_ROW, offsetof(row, field)
#define RECORD(field) OF_RECORD, offsetof(ts_record, field)
#define RESULT(field) OF_RESULT, offsetof(ts_stored_result, field)

static const column columns[] = {
    {"result_id", UUID, RECORD(result_id)},
    {"evaluation_id", UUID, RECORD(evaluation_id)},
    {"genome_id", UUID, ROW(genome_id)},
    {"request_id", UUID, RECORD(request_id)},
    {"run_id", UUID, RECORD(run_id)},
    {"exchange", CHARS, RESULT(exchange)},
    {"symbol", CHARS, RESULT(symbol)},
    {"interval", TEXT, ROW(interval)},
    {"load_from", TIME, RESULT(load_from_ms)},
    {"start_time", TIME, RESULT(start_ms)},
    {"end_time", TIME, RESULT(end_ms)},
    {"window_ms", BIGINT, ROW(window_ms)},
    {"strategy", CHARS, RESULT(strategy)},
    {"definition_hash", UUID, RESULT(definition_hash)},
    {"parameters", JSON, ROW(parameters)},
    {"direction", TEXT, ROW(direction)},
    {"fill", TEXT, ROW(fill)},
    {"fee", REAL, RESULT(simulation.fee)},
    {"slippage", REAL, RESULT(simulation.slippage)},
    {"bars_per_year", REAL, RESULT(simulation.bars_per_year)},
    {"risk_free", REAL, RESULT(simulation.risk_free)},
    {"fingerprint", UUID, RESULT(fingerprint)},
    {"synthetic", TRUTH, RESULT(synthetic)},
    {"fill_gaps", TRUTH, RESULT(fill_gaps)},
    {"engine_version", CHARS, RESULT(engine_version)},
    {"search", TEXT, ROW(search)},
    {"seed", COUNT, RESULT(seed)},
    {"objective", TEXT, RESULT(objective.name)},
    {"score", REAL, RESULT(score)},
    {"rank", COUNT, RESULT(rank)},
    {"evaluations", COUNT, RESULT(evaluations)},
    {"search_trials", COUNT, ROW(luck.search_trials)},
    {"run_trials", COUNT, ROW(luck.run_trials)},
    {"trial_spread", REAL, ROW(luck.spread)},
    {"overfitting", REAL, ROW(luck.overfitting)},
    {"deflated_sharpe", REAL, ROW(luck.deflated_sharpe)},
    {"walk_forward", TEXT, ROW(walk_forward)},
    {"in_sample_score", REAL, ROW(in_sample_score)},
    {"command", TEXT, RESULT(command)},
#define TS_METRIC(name, kind, better, description) {#name, REAL, RESULT(metrics.value[TS_METRIC_##name])},
#include "host/metrics/metrics.def"
#undef TS_METRIC
};
enum { COLUMNS = sizeof columns / sizeof *columns, FOLD_COLUMNS = 11 };

const char *ts_columns_name(size_t number) { return number < COLUMNS ? columns[number].name : NULL; }

void ts_columns_list(ts_strbuf *sql, const char *prefix)
{
    for (size_t i = 0; i < COLUMNS; i++) ts_strbuf_printf(sql, "%s%s%s", i ? ", " : "", prefix, columns[i].name);
}

void ts_columns_excluded(ts_strbuf *sql)
{
    for (size_t i = 0; i < COLUMNS; i++)
        ts_strbuf_printf(sql, "%s%s = EXCLUDED.%s", i ? ", " : "", columns[i].name, columns[i].name);
}

static void parameters_json(ts_strbuf *out, const ts_stored_parameters *parameters)
{
    ts_json json = {.out = *out, .first = true};
    ts_json_object(&json, NULL);
    for (size_t i = 0; i < parameters->count; i++)
        ts_json_real(&json, parameters->named[i].name, parameters->named[i].value);
    ts_json_object_end(&json);
    *out = json.out;
}

static void metrics_json(ts_strbuf *out, const ts_metrics *metrics)
{
    ts_json json = {.out = *out, .first = true};
    ts_json_object(&json, NULL);
    ts_metrics_json(&json, metrics);
    ts_json_object_end(&json);
    *out = json.out;
}

/* What is traded how, without when and on which candles: two results of one genome are an older and a newer one. */
static void genome_id(row *at)
{
    const ts_stored_result *result = at->result;
    const ts_simulation *simulation = &result->simulation;
    const char *const texts[] = {result->exchange,
                                 result->symbol,
                                 result->strategy,
                                 result->definition_hash,
                                 at->parameters.text ? at->parameters.text : "",
                                 at->walk_forward ? at->walk_forward : ""};
    ts_strbuf bytes = {0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) ts_put_text(&bytes, texts[i]);
    const uint64_t numbers[] = {(uint64_t)result->interval_ms, (uint64_t)at->window_ms, (uint64_t)result->direction,
                                (uint64_t)simulation->fill, result->fill_gaps};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) ts_put_u64(&bytes, numbers[i]);
    ts_put_real(&bytes, simulation->fee);
    ts_put_real(&bytes, simulation->slippage);
    ts_put_real(&bytes, simulation->bars_per_year);
    ts_put_real(&bytes, simulation->risk_free);
    if (bytes.text) ts_fingerprint_of(bytes.text, bytes.length, at->genome_id);
    ts_strbuf_clear(&bytes);
}

static void row_init(row *at, const ts_record *record)
{
    const ts_stored_result *result = record->result;
    *at = (row){.record = record,
                .result = result,
                .interval = ts_interval_text(result->interval_ms),
                .direction = ts_direction_names[result->direction],
                .fill = ts_fill_names[result->simulation.fill],
                .search = ts_search_kind_name(result->kind),
                .window_ms = result->end_ms - result->start_ms,
                .luck = result->luck,
                .in_sample_score = NAN};
    if (!result->counted) at->luck = (ts_luck){.spread = NAN, .overfitting = NAN, .deflated_sharpe = NAN};
    if (result->walk_forward.train_ms) {
        at->walk_forward = ts_walk_forward_text(&result->walk_forward, at->walk_forward_text);
        at->in_sample_score = result->in_sample_score;
    }
    parameters_json(&at->parameters, &result->parameters);
    genome_id(at);
}

static void value(ts_strbuf *out, const column *of, const void *field)
{
    switch (of->type) {
    case UUID: ts_copy_uuid(out, field); break;
    case CHARS: ts_copy_text(out, field); break;
    case TEXT: ts_copy_text(out, *(const char *const *)field); break;
    case JSON: ts_copy_jsonb(out, ((const ts_strbuf *)field)->text, ((const ts_strbuf *)field)->length); break;
    case TIME: ts_copy_time(out, *(const int64_t *)field); break;
    case BIGINT:
    case COUNT: ts_copy_bigint(out, *(const int64_t *)field); break; /* counts are below 2^63: json_members.h */
    case REAL: ts_copy_real(out, *(const double *)field); break;
    case TRUTH: ts_copy_truth(out, *(const bool *)field); break;
    }
}

void ts_columns_copy(ts_strbuf *out, const ts_record *record, const char *content, int32_t sequence)
{
    row at;
    row_init(&at, record);
    const void *const bases[] = {[OF_ROW] = &at, [OF_RECORD] = record, [OF_RESULT] = record->result};
    ts_copy_row(out, COLUMNS + 2);
    for (size_t i = 0; i < COLUMNS; i++)
        value(out, &columns[i], (const char *)bases[columns[i].base] + columns[i].offset);
    ts_copy_uuid(out, content);
    ts_copy_int(out, sequence);
    out->failed = out->failed || ts_strbuf_failed(&at.parameters);
    ts_strbuf_clear(&at.parameters);
}

static void copy_metrics(ts_strbuf *out, const ts_metrics *metrics)
{
    ts_strbuf text = {0};
    metrics_json(&text, metrics);
    ts_copy_jsonb(out, text.text, text.length);
    out->failed = out->failed || ts_strbuf_failed(&text);
    ts_strbuf_clear(&text);
}

static void copy_fold(ts_strbuf *out, const ts_record *record, size_t number)
{
    const ts_stored_fold *fold = &record->result->fold[number];
    ts_strbuf parameters = {0};
    ts_copy_row(out, FOLD_COLUMNS);
    ts_copy_uuid(out, record->result_id);
    ts_copy_int(out, (int32_t)number + 1);
    ts_copy_time(out, fold->when.train_from_ms);
    ts_copy_time(out, fold->when.train_to_ms);
    ts_copy_time(out, fold->when.test_from_ms);
    ts_copy_time(out, fold->when.test_to_ms);
    ts_copy_bigint(out, (int64_t)fold->evaluations);
    if (fold->chosen) {
        parameters_json(&parameters, &fold->parameters);
        ts_copy_jsonb(out, parameters.text, parameters.length);
        ts_copy_real(out, fold->score);
        copy_metrics(out, &fold->train);
        copy_metrics(out, &fold->test);
    } else
        for (int i = 0; i < 4; i++) ts_copy_null(out);
    out->failed = out->failed || ts_strbuf_failed(&parameters);
    ts_strbuf_clear(&parameters);
}

void ts_columns_copy_folds(ts_strbuf *out, const ts_record *record)
{
    for (size_t i = 0; i < record->result->folds && i < INT32_MAX; i++) copy_fold(out, record, i);
}
