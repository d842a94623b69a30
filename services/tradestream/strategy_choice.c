#include "services/tradestream/strategy_choice.h"

#include "common/memory.h"
#include "host/report/result.h"
#include "services/tradestream/expression_strategy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void ts_choice_clear(ts_choice *choice)
{
    for (size_t i = 0; i < choice->owns; i++) ts_strategy_free(choice->own[i]);
    free(choice->own);
    free(choice->chosen);
    ts_catalogue_clear(&choice->catalogue);
    *choice = (ts_choice){0};
}

int ts_strategy_turn(ts_strategy *strategy, int direction, ts_error *error)
{
    if (direction < 0 || direction == (int)strategy->direction) return 0;
    if (direction == TS_BOTH)
        return ts_fail(error, TS_USAGE, "--direction both: %s has no short_entry and short_exit", strategy->name);
    if (strategy->direction == TS_BOTH && direction == TS_SHORT) {
        strategy->entry = strategy->short_entry;
        strategy->exit = strategy->short_exit;
    }
    strategy->short_entry = strategy->short_exit = NULL;
    strategy->direction = (ts_direction)direction;
    return 0;
}

static int add(ts_choice *choice, const ts_strategy *strategy, const char *file, int direction, ts_error *error)
{
    for (size_t i = 0; i < choice->count; i++)
        if (!strcmp(choice->chosen[i].strategy.name, strategy->name)) {
            if (!file && !choice->chosen[i].file) return 0; /* named twice */
            return ts_fail(error, TS_USAGE, "two strategies are called %s", strategy->name);
        }
    ts_chosen *more = ts_grow(choice->chosen, choice->count + 1, sizeof *more);
    if (!more) return ts_no_memory(error, "strategies");
    choice->chosen = more;
    more[choice->count] = (ts_chosen){*strategy, file};
    return ts_strategy_turn(&more[choice->count++].strategy, direction, error);
}

/* Takes the strategy over; NULL is passed on as the failure it is. */
static int own(ts_choice *choice, ts_strategy *strategy, ts_error *error)
{
    if (!strategy) return -1;
    ts_strategy **more = ts_grow(choice->own, choice->owns + 1, sizeof(ts_strategy *));
    if (!more) {
        ts_strategy_free(strategy);
        return ts_no_memory(error, "strategies");
    }
    choice->own = more;
    more[choice->owns++] = strategy;
    return 0;
}

static bool is_file(const char *text)
{
    size_t length = strlen(text);
    return strchr(text, '/') || (length > 5 && !strcmp(text + length - 5, ".json"));
}

static int add_file(ts_choice *choice, const char *path, int direction, ts_error *error)
{
    const char *slash = strrchr(path, '/');
    if (own(choice, ts_strategy_load(path, error), error)) return -1;
    return add(choice, choice->own[choice->owns - 1], slash ? slash + 1 : path, direction, error);
}

static int add_names(ts_choice *choice, const char *names, int direction, ts_error *error)
{
    if (!choice->catalogue.count && ts_catalogue_load(NULL, &choice->catalogue, error)) return -1;
    const ts_strategy **found = ts_alloc(choice->catalogue.count + 1, sizeof *found);
    if (!found) return ts_no_memory(error, "strategies");
    size_t count = ts_catalogue_choose(&choice->catalogue, names, found, error);
    int rc = count ? 0 : -1;
    for (size_t i = 0; i < count && !rc; i++) rc = add(choice, found[i], NULL, direction, error);
    free(found);
    return rc;
}

static int compose(const ts_options *options, ts_choice *choice, ts_error *error)
{
    for (size_t i = 0; i < options->strategies.count; i++)
        if (!is_file(options->strategies.text[i]) &&
            add_names(choice, options->strategies.text[i], options->direction, error))
            return -1;
    for (size_t i = 0; i < options->strategies.count; i++)
        if (is_file(options->strategies.text[i]) &&
            add_file(choice, options->strategies.text[i], options->direction, error))
            return -1;
    return choice->count ? 0 : ts_fail(error, TS_USAGE, "--strategies names no strategy");
}

int ts_choice_many(const ts_options *options, ts_choice *choice, ts_error *error)
{
    *choice = (ts_choice){0};
    if (!compose(options, choice, error)) return 0;
    ts_choice_clear(choice);
    return -1;
}

/* "name=number" of --param. */
static int set_parameter(const ts_strategy *strategy, ts_genome *genome, const char *text, ts_error *error)
{
    ts_assignment parameter;
    double value;
    if (ts_assignment_read(text, "--param", &parameter, error) || ts_assignment_number(&parameter, &value, error))
        return -1;
    return ts_genome_set(strategy, genome, parameter.name, value, error);
}

static int name_one(const ts_options *options, ts_choice *choice, ts_genome *genome, ts_error *error)
{
    const char *name = options->strategy;
    int rc = is_file(name) ? add_file(choice, name, options->direction, error)
                           : add_names(choice, name, options->direction, error);
    if (rc) return -1;
    if (choice->count != 1) return ts_fail(error, TS_USAGE, "--strategy %s: one strategy expected", name);
    const ts_strategy *strategy = &choice->chosen[0].strategy;
    *genome = ts_genome_default(strategy);
    for (size_t i = 0; i < options->params.count; i++)
        if (set_parameter(strategy, genome, options->params.text[i], error)) return -1;
    if (ts_genome_valid(strategy, genome)) return 0;
    return ts_fail(error, TS_USAGE, "%s: these parameters do not satisfy its \"require\"", strategy->name);
}

static int express_one(const ts_options *options, ts_choice *choice, ts_genome *genome, ts_error *error)
{
    if (own(choice, ts_expression_strategy(options, error), error)) return -1;
    *genome = (ts_genome){{0}};
    return add(choice, choice->own[0], NULL, -1, error);
}

int ts_choice_one(const ts_options *options, ts_choice *choice, ts_genome *genome, ts_error *error)
{
    *choice = (ts_choice){0};
    bool expressed = options->entry || options->exit || options->short_entry || options->short_exit;
    int rc;
    if (expressed == (options->strategy != NULL))
        rc =
            ts_fail(error, TS_USAGE, "one strategy is needed: say either --strategy NAME or --entry EXPR --exit EXPR%s",
                    expressed ? ", not both" : "");
    else if (!expressed && options->lets.count) rc = ts_fail(error, TS_USAGE, "--let belongs to --entry and --exit");
    else rc = expressed ? express_one(options, choice, genome, error) : name_one(options, choice, genome, error);
    if (rc) ts_choice_clear(choice);
    return rc;
}
