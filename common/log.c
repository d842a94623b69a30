#define _GNU_SOURCE
#include "common/log.h"

#include "common/clock.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const double terminal_period = 0.2, log_period = 10; /* seconds between two progress texts */
static const char *const renew = "\r\033[K";                /* to the line's start, and empty it */

static struct {
    pthread_mutex_t lock;
    bool silent, asked, terminal, coloured;
    bool line_open; /* a progress line without its newline is on the terminal */
    double next;    /* when the next progress text is due */
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void look_at_terminal(void)
{
    if (state.asked) return;
    const char *no_color = getenv("NO_COLOR");
    state.asked = true;
    state.terminal = isatty(STDERR_FILENO) == 1;
    state.coloured = state.terminal && !(no_color && *no_color);
    state.next = state.terminal ? 0 : ts_clock_seconds() + log_period;
}

void ts_log_silence(bool silent)
{
    pthread_mutex_lock(&state.lock);
    state.silent = silent;
    pthread_mutex_unlock(&state.lock);
}

static void print_line(const char *colour, const char *kind, const char *format, va_list arguments)
{
    pthread_mutex_lock(&state.lock);
    look_at_terminal();
    if (!state.silent) {
        if (state.line_open) fputs(renew, stderr);
        state.line_open = false;
        fprintf(stderr, "%s%s%s", state.coloured ? colour : "", kind, state.coloured && *colour ? "\033[0m" : "");
        vfprintf(stderr, format, arguments);
        fputc('\n', stderr);
    }
    pthread_mutex_unlock(&state.lock);
}

void ts_log_info(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_line("", "", format, arguments);
    va_end(arguments);
}

void ts_log_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_line("", "tradestream: ", format, arguments);
    va_end(arguments);
}

void ts_log_warning(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_line("\033[33m", "warning: ", format, arguments);
    va_end(arguments);
}

static bool due(void)
{
    look_at_terminal();
    return !state.silent && ts_clock_seconds() >= state.next;
}

bool ts_progress_due(void)
{
    pthread_mutex_lock(&state.lock);
    bool is_due = due();
    pthread_mutex_unlock(&state.lock);
    return is_due;
}

void ts_progress(bool final, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    pthread_mutex_lock(&state.lock);
    if (due() || (final && !state.silent)) {
        state.next = ts_clock_seconds() + (state.terminal ? terminal_period : log_period);
        if (state.terminal) fputs(renew, stderr);
        vfprintf(stderr, format, arguments);
        if (final || !state.terminal) fputc('\n', stderr);
        state.line_open = state.terminal && !final;
        fflush(stderr);
    }
    pthread_mutex_unlock(&state.lock);
    va_end(arguments);
}
