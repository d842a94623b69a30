/* The `tradestream` command: one binary, one file a verb. */
#define _GNU_SOURCE
#include "common/log.h"
#include "common/nearest.h"
#include "common/version.h"
#include "services/tradestream/command.h"
#include "services/tradestream/verb.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { INTERRUPTED = 130 }; /* what a shell reports for a program ended by Ctrl-C */

static const ts_verb *const verbs[] = {&ts_verb_data,
                                       &ts_verb_strategies,
                                       &ts_verb_series,
                                       &ts_verb_backtest,
                                       &ts_verb_discover,
                                       &ts_verb_validate,
                                       &ts_verb_verify,
                                       &ts_verb_report,
                                       &ts_verb_bench,
                                       &ts_verb_devices,
                                       &ts_verb_migrate,
                                       &ts_verb_results,
                                       NULL};

/* The program itself is described like a verb. */
static const ts_verb program = {
    .name = "tradestream",
    .summary = "Discovers trading strategies in candles, and says honestly what they would have earned.",
    .verbs = verbs,
};

static void interrupted(int signal)
{
    (void)signal;
    _exit(INTERRUPTED);
}

/* Ctrl-C ends the program at once; a pipe whose reader has gone ends it quietly, as other commands do. */
static void set_signals(void)
{
    struct sigaction old, action = {.sa_handler = interrupted};
    sigemptyset(&action.sa_mask);
    if (!sigaction(SIGINT, NULL, &old) && old.sa_handler != SIG_IGN) sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_DFL);
}

static void usage(const char *path, const ts_verb *verb, FILE *out)
{
    fprintf(out, "usage: %s%s%s%s%s\n\n%s\n", path, verb->verbs ? " COMMAND" : "", verb->settings ? " [OPTION...]" : "",
            verb->words ? " " : "", verb->words ? verb->words : "", verb->summary);
    if (verb->verbs) fprintf(out, "\nCommands:\n");
    for (const ts_verb *const *below = verb->verbs; below && *below; below++)
        fprintf(out, "  %-14s %s\n", (*below)->name, (*below)->summary);
    if (verb->settings) fprintf(out, "\nOptions:\n");
    if (verb->settings) ts_settings_help(verb->settings, out);
    if (verb->verbs) fprintf(out, "\n'%s COMMAND --help' lists the options of a command.\n", path);
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--"); i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) return true;
    return false;
}

static const ts_verb *find_verb(const ts_verb *above, const char *name, const char *path, ts_error *error)
{
    ts_nearest nearest = {.word = name};
    for (const ts_verb *const *verb = above->verbs; *verb; verb++) {
        if (!strcmp((*verb)->name, name)) return *verb;
        ts_nearest_try(&nearest, (*verb)->name);
    }
    if (nearest.best) ts_fail(error, TS_USAGE, "unknown command '%.60s': did you mean %s?", name, nearest.best);
    else ts_fail(error, TS_USAGE, "unknown command '%.60s' ('%s --help' lists the commands)", name, path);
    return NULL;
}

/* Walk down the commands that argv names, then print help or run the last. */
static int dispatch(int argc, char **argv, ts_error *error)
{
    char path[256] = "tradestream";
    const ts_verb *verb = &program;
    while (verb->verbs && argc > 0 && argv[0][0] != '-') {
        verb = find_verb(verb, argv[0], path, error);
        if (!verb) return -1;
        size_t used = strlen(path);
        snprintf(path + used, sizeof path - used, " %s", verb->name);
        argc--, argv++;
    }
    bool help = asks_for_help(argc, argv);
    if (help) usage(path, verb, stdout);
    if (help) return 0;
    if (!verb->verbs) return verb->run(argc, argv, error);
    if (argc > 0)
        return ts_fail(error, TS_USAGE, "unknown option %.60s ('%s --help' lists what there is)", argv[0], path);
    return ts_fail(error, TS_USAGE, "which command? '%s --help' lists them", path);
}

static int finish(int status, ts_error *error)
{
    errno = 0;
    if ((fflush(stdout) || ferror(stdout)) && !status)
        status = ts_fail(error, TS_FAILED, "stdout: cannot be written: %s", strerror(errno));
    if (!status) return TS_OK;
    if (error->code == TS_OK) ts_fail(error, TS_FAILED, "failed");
    ts_log_error("%s", error->text);
    return error->code;
}

int main(int argc, char **argv)
{
    ts_error error = {0};
    set_signals();
    ts_command_remember(argc, argv);
    if (argc > 1 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))) {
        printf("tradestream %s (%s)\n", ts_version(), ts_commit());
        return finish(0, &error);
    }
    return finish(dispatch(argc - 1, argv + 1, &error), &error);
}
