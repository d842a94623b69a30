/* A verb of the `tradestream` command: one descriptor in its own file, one line in main.c. */
#ifndef TS_SERVICES_TRADESTREAM_VERB_H
#define TS_SERVICES_TRADESTREAM_VERB_H

#include "common/error.h"
#include "common/settings.h"

typedef struct ts_verb {
    const char *name;
    const char *words;                  /* what follows the name in the usage line: "FILE...", or NULL */
    const char *summary;                /* one line */
    const ts_setting *const *settings;  /* tables of its options, ended by NULL: they make its --help; NULL: none */
    const struct ts_verb *const *verbs; /* verbs below this one (`data import`), ended by NULL; then `run` is NULL */

    /* argv holds the words after the verb's name. Returns 0, or -1 with `error` filled: main prints it and exits with
     * its code. What main does: --help, the final flush of stdout, signals. */
    int (*run)(int argc, char **argv, ts_error *error);
} ts_verb;

extern const ts_verb ts_verb_data, ts_verb_strategies, ts_verb_series, ts_verb_backtest, ts_verb_discover,
    ts_verb_validate, ts_verb_verify, ts_verb_report, ts_verb_bench, ts_verb_devices, ts_verb_migrate, ts_verb_results;

/* The whole command as typed, quoted for a shell; for run.json. */
const char *ts_command_typed(void);

#endif
