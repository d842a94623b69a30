#define _POSIX_C_SOURCE 200809L
#include "common/process.h"

#include "common/safe_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

enum { LOG_LIMIT = 1 << 28 };

/* What this process blocks or ignores is its own affair: a child that inherited it could not be told to stop. */
static int signals_as_new(posix_spawnattr_t *attributes)
{
    static const int changed[] = {SIGTERM, SIGINT, SIGPIPE, SIGUSR1, SIGUSR2};
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    for (size_t i = 0; i < sizeof changed / sizeof *changed; i++) sigaddset(&defaults, changed[i]);
    int failed = posix_spawnattr_setsigmask(attributes, &none);
    if (!failed) failed = posix_spawnattr_setsigdefault(attributes, &defaults);
    return failed ? failed : posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

int ts_process_start(const char *const *word, const char *log, pid_t *child, ts_error *error)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    union {
        const char *const *read;
        char *const *any;
    } words = {word}; /* posix_spawn only reads them */
    if (posix_spawn_file_actions_init(&actions)) return ts_no_memory(error, word[0]);
    if (posix_spawnattr_init(&attributes)) {
        posix_spawn_file_actions_destroy(&actions);
        return ts_no_memory(error, word[0]);
    }
    int failed = signals_as_new(&attributes);
    if (!failed) failed = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!failed) failed = posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (!failed) failed = posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (!failed) failed = posix_spawnp(child, word[0], &actions, &attributes, words.any, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failed == ENOENT) return ts_fail(error, TS_UNAVAILABLE, "there is no %s on the PATH", word[0]);
    return failed ? ts_fail(error, TS_FAILED, "%s cannot be started: %s", word[0], strerror(failed)) : 0;
}

void ts_process_last_words(const char *log, char *text, size_t size)
{
    ts_strbuf said = {0};
    ts_error ignored = {0};
    *text = '\0';
    if (!ts_file_read(log, LOG_LIMIT, &said, &ignored) && said.length) {
        const char *own = strstr(said.text, "tradestream: ");
        const char *from = own ? own : said.length >= size ? said.text + said.length - size + 1 : said.text;
        snprintf(text, size, "%s", from);
        text[strcspn(text, own ? "\n" : "")] = '\0';
    }
    ts_strbuf_clear(&said);
}

int ts_process_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }
