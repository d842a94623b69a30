/* How the search goes. Options of the genetic search that are not given come from the preset. */
#include "services/tradestream/options.h"

#include <math.h>
#include <stddef.h>

#define AT(field) offsetof(ts_options, field)

const ts_setting ts_options_search[] = {
    {"strategies", TS_SETTING_MANY, AT(strategies), "all", 0, 0, NULL, "all|A,B|FILE.json...",
     "strategies of the catalogue, and files of your own"},
    {"search", TS_SETTING_CHOICE, AT(search), "auto", 0, 0, TS_SEARCH_KINDS, NULL,
     "auto: every genome when there are no more than --evaluations, else ga; nsga2 for several objectives"},
    {"evaluations", TS_SETTING_INT, AT(evaluations), "20000", 1, 1e9, NULL, "N",
     "distinct genomes to try for each strategy and symbol"},
    {"objective", TS_SETTING_TEXT, AT(objective), "sharpe", 0, 0, NULL, "K[,K]",
     "any metric's key, or tradestream; up to 4: search for the front, the genomes that no other beats in all of them"},
    {"min-trades", TS_SETTING_INT, AT(min_trades), "30", 0, 1e9, NULL, "N", "a genome with fewer is no result"},
    {"max-drawdown", TS_SETTING_REAL, AT(max_drawdown), "1", 0, 1, NULL, "X",
     "a genome with a larger one is no result"},
    {"top", TS_SETTING_INT, AT(top), "5", 1, 10000, NULL, "N",
     "winners, or genomes of the front, to keep of each strategy and symbol"},
    {"seed", TS_SETTING_INT, AT(seed), "1", 0, INFINITY, NULL, "N", "the same seed finds the same winners"},
    {"walk-forward", TS_SETTING_TEXT, AT(walk_forward), NULL, 0, 0, NULL, "SPEC",
     "train=90d,test=30d[,step=30d][,embargo=1d][,anchored]: search every train window anew, trade what was found in "
     "the test window after it, and rank by the test windows"},
    {"windows", TS_SETTING_TEXT, AT(windows), NULL, 0, 0, NULL, "7d,30d,...",
     "search the last 7 days, the last 30 days and so on, or from several times on, each window for itself"},
    {"statistics", TS_SETTING_FLAG, AT(statistics), "true", 0, 0, NULL, NULL,
     "book every trial's returns before costs, for the deflated Sharpe ratio and the probability of overfitting"},
    {"trials", TS_SETTING_CHOICE, AT(trials), "run", 0, 0, "run|search", NULL,
     "the deflated Sharpe ratio takes a winner for the best of all trials of the run, or of its own search: then it "
     "does "
     "not depend on what else was searched"},
    {"preset", TS_SETTING_CHOICE, AT(preset), "default", 0, 0, TS_PRESETS, NULL,
     "settings of ga: ours (population 512, as many generations as the budget allows), or the original platform's"},
    {"population", TS_SETTING_INT, AT(population), NULL, 2, 100000, NULL, "N",
     "ga: individuals on all islands together"},
    {"generations", TS_SETTING_INT, AT(generations), NULL, 1, 1e6, NULL, "N", "ga: after the first one"},
    {"islands", TS_SETTING_INT, AT(islands), NULL, 1, 1000, NULL, "N", "ga: populations that breed apart"},
    {"tournament", TS_SETTING_INT, AT(tournament), NULL, 1, 1000, NULL, "N", "ga: of so many, the best is a parent"},
    {"elite", TS_SETTING_REAL, AT(elite), NULL, 0, 1, NULL, "X", "ga: share that survives unchanged"},
    {"crossover", TS_SETTING_CHOICE, AT(crossover), NULL, 0, 0, TS_CROSSOVERS, NULL, "ga: how two parents mix"},
    {"crossover-rate", TS_SETTING_REAL, AT(crossover_rate), NULL, 0, 1, NULL, "X", "ga: chance of two parents"},
    {"mutation", TS_SETTING_CHOICE, AT(mutation), NULL, 0, 0, TS_MUTATIONS, NULL,
     "ga: to any value, a step away, or either"},
    {"mutation-rate", TS_SETTING_REAL, AT(mutation_rate), NULL, 0, 1, NULL, "X", "ga: chance of each parameter"},
    {0}};

/* An island needs company: as many islands as leave it 16 individuals, unless their number was said. */
enum { SMALLEST_ISLAND = 16 };

static void set_int(int *field, int64_t said)
{
    if (said) *field = (int)said;
}

static void set_real(double *field, double said)
{
    if (!isnan(said)) *field = said;
}

static ts_breeding breeding_of(const ts_options *options)
{
    ts_breeding breeding = ts_breeding_preset(options->preset);
    set_int(&breeding.population, options->population);
    set_int(&breeding.generations, options->generations);
    set_int(&breeding.tournament, options->tournament);
    set_real(&breeding.elite, options->elite);
    set_real(&breeding.crossover_rate, options->crossover_rate);
    set_real(&breeding.mutation_rate, options->mutation_rate);
    if (options->crossover >= 0) breeding.crossover = (ts_crossover)options->crossover;
    if (options->mutation >= 0) breeding.mutation = (ts_mutation)options->mutation;
    int room = breeding.population / SMALLEST_ISLAND;
    if (breeding.islands > room) breeding.islands = room > 1 ? room : 1;
    set_int(&breeding.islands, options->islands);
    return breeding;
}

int ts_options_search_settings(const ts_options *options, ts_search_settings *settings, ts_error *error)
{
    *settings = (ts_search_settings){
        .kind = (ts_search_kind)options->search,
        .evaluations = (uint64_t)options->evaluations,
        .top = (size_t)options->top,
        .seed = (uint64_t)options->seed,
        .objective = {.min_trades = (double)options->min_trades, .max_drawdown = options->max_drawdown},
        .breeding = breeding_of(options)};
    if (ts_objectives_parse(options->objective, &settings->objective, &settings->also, error))
        return ts_error_context(error, "--objective");
    if (settings->also.count && options->walk_forward)
        return ts_fail(error, TS_USAGE,
                       "--walk-forward: a test window trades the best of its train window, and of %zu objectives there "
                       "is no best: say one --objective",
                       1 + settings->also.count);
    if (options->windows && options->walk_forward)
        return ts_fail(error, TS_USAGE, "--windows: with --walk-forward the windows are those of its SPEC: say one");
    return ts_search_check(settings, error);
}
