#define _GNU_SOURCE
#include "common/log.h"

#include "common/clock.h"
#include "common/log_line.h"

#include <errno.h>
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
    bool opened, json;
    ts_log_setup setup;
    char host[64], run_id[64];
    ts_strbuf text; /* of the line that is written */
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .setup = {.level = TS_LOG_INFO}};

static void look_at_terminal(void)
{
    if (state.asked) return;
    const char *no_color = getenv("NO_COLOR");
    state.asked = true;
    state.terminal = isatty(STDERR_FILENO) == 1;
    state.coloured = state.terminal && !(no_color && *no_color);
    state.next = state.terminal ? 0 : ts_clock_seconds() + log_period;
}

void ts_log_open(const ts_log_setup *setup)
{
    pthread_mutex_lock(&state.lock);
    look_at_terminal();
    state.opened = true;
    state.setup = *setup;
    state.json = setup->format == TS_LOG_JSON || (setup->format == TS_LOG_AUTO && !state.terminal);
    if (gethostname(state.host, sizeof state.host - 1)) state.host[0] = '\0';
    pthread_mutex_unlock(&state.lock);
}

void ts_log_run_id(const char *run_id)
{
    pthread_mutex_lock(&state.lock);
    snprintf(state.run_id, sizeof state.run_id, "%s", run_id ? run_id : "");
    pthread_mutex_unlock(&state.lock);
}

void ts_log_silence(bool silent)
{
    pthread_mutex_lock(&state.lock);
    state.silent = silent;
    pthread_mutex_unlock(&state.lock);
}

/* One write, so that lines of several processes do not mix; the rest of a short one follows. */
static void write_out(void)
{
    size_t done = 0;
    while (!state.text.failed && done < state.text.length) {
        ssize_t wrote = write(STDERR_FILENO, state.text.text + done, state.text.length - done);
        if (wrote < 0 && errno != EINTR) break;
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    if (state.text.failed) ts_strbuf_clear(&state.text);
    ts_strbuf_reset(&state.text);
}

/* "warning: " in its colour; a service's lines have the time before it. */
static void put_prefix(ts_log_level level)
{
    const char *kind = level == TS_LOG_WARNING ? "warning: " : "", *colour = level == TS_LOG_WARNING ? "\033[33m" : "";
    char now[TS_TIME_TEXT];
    if (state.opened) ts_strbuf_printf(&state.text, "%.19s ", ts_time_text(ts_clock_now_ms(), now));
    if (level == TS_LOG_ERROR) kind = state.opened ? "error: " : "tradestream: ";
    ts_strbuf_printf(&state.text, "%s%s%s", state.coloured ? colour : "", kind,
                     state.coloured && *colour ? "\033[0m" : "");
}

void ts_log_fields(ts_log_level level, const char *message, const ts_log_field *fields)
{
    ts_log_line line = {&state.setup, state.host, state.run_id, level, message, fields};
    pthread_mutex_lock(&state.lock);
    look_at_terminal();
    if (!state.silent && level >= state.setup.level) {
        if (state.line_open) ts_strbuf_puts(&state.text, renew);
        state.line_open = false;
        if (state.json) {
            ts_log_json(&line, &state.text);
        } else {
            put_prefix(level);
            ts_log_plain(&line, &state.text);
            ts_strbuf_putc(&state.text, '\n');
        }
        write_out();
    }
    pthread_mutex_unlock(&state.lock);
}

static void print_line(ts_log_level level, const char *format, va_list arguments)
{
    char *message = NULL;
    if (vasprintf(&message, format, arguments) < 0) message = NULL;
    ts_log_fields(level, message ? message : format, NULL);
    free(message);
}

void ts_log_info(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_line(TS_LOG_INFO, format, arguments);
    va_end(arguments);
}

void ts_log_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_line(TS_LOG_ERROR, format, arguments);
    va_end(arguments);
}

void ts_log_warning(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_line(TS_LOG_WARNING, format, arguments);
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

static void show_progress(bool final, const char *text)
{
    ts_log_line line = {&state.setup, state.host, state.run_id, TS_LOG_INFO, text, NULL};
    state.next = ts_clock_seconds() + (state.terminal ? terminal_period : log_period);
    if (state.json) {
        ts_log_json(&line, &state.text);
    } else {
        if (state.terminal) ts_strbuf_puts(&state.text, renew);
        ts_log_plain(&line, &state.text);
        if (final || !state.terminal) ts_strbuf_putc(&state.text, '\n');
        state.line_open = state.terminal && !final;
    }
    write_out();
}

void ts_progress(bool final, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    pthread_mutex_lock(&state.lock);
    if (due() || (final && !state.silent)) {
        va_start(arguments, format);
        if (vasprintf(&text, format, arguments) < 0) text = NULL;
        va_end(arguments);
        show_progress(final, text ? text : format);
        free(text);
    }
    pthread_mutex_unlock(&state.lock);
}
