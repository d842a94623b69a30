/* Which strategies a command line means: of the catalogue, of files, or written on the line. */
#ifndef TS_SERVICES_TRADESTREAM_STRATEGY_CHOICE_H
#define TS_SERVICES_TRADESTREAM_STRATEGY_CHOICE_H

#include "host/language/catalogue.h"
#include "services/tradestream/options.h"

typedef struct ts_chosen {
    ts_strategy strategy; /* a copy that borrows from `catalogue` or `own`, with the direction asked for */
    const char *file;     /* the name of its file without folders; NULL: of the catalogue */
} ts_chosen;

typedef struct ts_choice {
    ts_chosen *chosen; /* in the order of the catalogue, then of the files; names are unique */
    size_t count;
    ts_catalogue catalogue;
    ts_strategy **own; /* loaded from files, or made of expressions */
    size_t owns;
} ts_choice;

/* --strategies of discover. */
int ts_choice_many(const ts_options *options, ts_choice *choice, ts_error *error);

/* --strategy, or --entry and --exit with --let, of backtest; `genome` gets the --param values or the defaults. */
int ts_choice_one(const ts_options *options, ts_choice *choice, ts_genome *genome, ts_error *error);

/* The same strategy on another side, -1 for its own: one that knows both sides keeps the half that is asked for. */
int ts_strategy_turn(ts_strategy *strategy, int direction, ts_error *error);

void ts_choice_clear(ts_choice *choice);

#endif
