#include "services/tradestream/expression_strategy.h"

#include "host/report/result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LETS_MAX = 64 };

int ts_assignment_read(const char *text, const char *option, ts_assignment *assignment, ts_error *error)
{
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : 0;
    if (!length || !equals[1]) return ts_fail(error, TS_USAGE, "%s %s: NAME=VALUE expected", option, text);
    if (length >= sizeof assignment->name)
        return ts_fail(error, TS_USAGE, "%s %.20s...: the name is longer than %zu letters", option, text,
                       sizeof assignment->name - 1);
    memcpy(assignment->name, text, length);
    assignment->name[length] = '\0';
    assignment->text = equals + 1;
    assignment->option = option;
    return 0;
}

int ts_assignment_number(const ts_assignment *assignment, double *value, ts_error *error)
{
    char *end;
    *value = strtod(assignment->text, &end);
    if (end != assignment->text && !*end && isfinite(*value)) return 0;
    return ts_fail(error, TS_USAGE, "%s %s=%s: a number expected", assignment->option, assignment->name,
                   assignment->text);
}

/* A parameter with one value; a whole number may stand where a period is wanted. */
static int fix_parameter(const char *text, ts_parameter *parameter, ts_error *error)
{
    ts_assignment said;
    double value;
    if (ts_assignment_read(text, "--param", &said, error) || ts_assignment_number(&said, &value, error)) return -1;
    *parameter = (ts_parameter){.integer = value == floor(value) && fabs(value) <= INT32_MAX,
                                .min = value,
                                .step = 1,
                                .fallback = value,
                                .steps = 1};
    memcpy(parameter->name, said.name, sizeof parameter->name);
    return 0;
}

ts_strategy *ts_expression_strategy(const ts_options *options, ts_error *error)
{
    ts_parameter parameter[TS_PARAMETERS_MAX];
    ts_assignment let[LETS_MAX];
    const char *let_name[LETS_MAX], *let_text[LETS_MAX];
    if (!options->entry || !options->exit) {
        ts_fail(error, TS_USAGE, "--entry and --exit are needed together");
        return NULL;
    }
    if (options->params.count > TS_PARAMETERS_MAX || options->lets.count > LETS_MAX) {
        ts_fail(error, TS_USAGE, "at most %d --param and %d --let expected", TS_PARAMETERS_MAX, LETS_MAX);
        return NULL;
    }
    for (size_t i = 0; i < options->params.count; i++)
        if (fix_parameter(options->params.text[i], &parameter[i], error)) return NULL;
    for (size_t i = 0; i < options->lets.count; i++) {
        if (ts_assignment_read(options->lets.text[i], "--let", &let[i], error)) return NULL;
        let_name[i] = let[i].name;
        let_text[i] = let[i].text;
    }
    return ts_strategy_new(
        &(ts_strategy_text){.name = "EXPRESSION",
                            .entry = options->entry,
                            .exit = options->exit,
                            .short_entry = options->short_entry,
                            .short_exit = options->short_exit,
                            .direction = options->direction < 0 ? NULL : ts_direction_names[options->direction],
                            .parameters = options->params.count,
                            .parameter = parameter,
                            .lets = options->lets.count,
                            .let_name = let_name,
                            .let_text = let_text},
        error);
}
