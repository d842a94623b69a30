#include "common/secret.h"

#include "common/json.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 192 }; /* texts to blank: up to three for a secret */

static const char *const redacted = "[redacted]";

static struct {
    pthread_mutex_t lock;
    char *text[MOST]; /* the longest first, so that a secret within another leaves nothing of it */
    size_t count;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int insert(const char *text, size_t length, ts_error *error)
{
    for (size_t i = 0; i < kept.count; i++)
        if (!strcmp(kept.text[i], text)) return 0;
    if (kept.count == MOST) return ts_fail(error, TS_BAD_CONFIG, "more than %d secrets", MOST / 3);
    char *copy = malloc(length + 1);
    if (!copy) return ts_no_memory(error, "a secret");
    memcpy(copy, text, length + 1);
    size_t at = kept.count++;
    for (; at > 0 && strlen(kept.text[at - 1]) < length; at--) kept.text[at] = kept.text[at - 1];
    kept.text[at] = copy;
    return 0;
}

/* As a JSON text has it between its quotes. */
static void json_form(const char *value, ts_strbuf *into)
{
    ts_json json = {0};
    ts_json_text(&json, NULL, value);
    if (!ts_strbuf_failed(&json.out)) ts_strbuf_append(into, json.out.text + 1, json.out.length - 2);
    else into->failed = true;
    ts_strbuf_clear(&json.out);
}

static void url_form(const char *value, ts_strbuf *into)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
        if (strchr(plain, *c)) ts_strbuf_putc(into, (char)*c);
        else ts_strbuf_printf(into, "%%%02X", *c);
    }
}

static void as_it_is(const char *value, ts_strbuf *into) { ts_strbuf_puts(into, value); }

int ts_secret_add(const char *name, const char *value, ts_error *error)
{
    static void (*const forms[])(const char *, ts_strbuf *) = {as_it_is, json_form, url_form};
    size_t length = strlen(value);
    int status = 0;
    if (length < TS_SECRET_LEAST || length > TS_SECRET_MOST)
        return ts_fail(error, TS_BAD_CONFIG, "%s: has %zu characters; expected %d to %d", name, length, TS_SECRET_LEAST,
                       TS_SECRET_MOST);
    pthread_mutex_lock(&kept.lock);
    for (size_t i = 0; i < sizeof forms / sizeof *forms && !status; i++) {
        ts_strbuf text = {0};
        forms[i](value, &text);
        status = ts_strbuf_failed(&text) ? ts_no_memory(error, "a secret") : insert(text.text, text.length, error);
        ts_strbuf_clear(&text);
    }
    pthread_mutex_unlock(&kept.lock);
    return status ? ts_error_context(error, "%s", name) : 0;
}

/* The first place at or after `from` where a secret stands, and which; NULL when there is none. */
static char *find(char *from, const char **which)
{
    char *first = NULL;
    for (size_t i = 0; i < kept.count; i++) {
        char *at = strstr(from, kept.text[i]);
        if (!at || (first && at >= first)) continue;
        first = at;
        *which = kept.text[i];
    }
    return first;
}

/* Returns the text without secrets, or NULL in `out->text` when it had none. */
static void blanked(char *text, ts_strbuf *out)
{
    const char *secret = NULL;
    char *from = text, *at;
    pthread_mutex_lock(&kept.lock);
    for (; (at = find(from, &secret)); from = at + strlen(secret)) {
        ts_strbuf_append(out, from, (size_t)(at - from));
        ts_strbuf_puts(out, redacted);
    }
    pthread_mutex_unlock(&kept.lock);
    if (from != text) ts_strbuf_puts(out, from);
}

void ts_secret_blank(ts_strbuf *text)
{
    ts_strbuf out = {0};
    if (!text->text) return;
    blanked(text->text, &out);
    if (!out.text && !out.failed) return;
    bool failed = out.failed;
    ts_strbuf_reset(text);
    if (!failed) ts_strbuf_append(text, out.text, out.length);
    ts_strbuf_clear(&out);
}

void ts_secret_blank_text(char *text, size_t size)
{
    ts_strbuf out = {0};
    if (size == 0) return;
    blanked(text, &out);
    if (out.failed) text[0] = '\0';
    else if (out.text) snprintf(text, size, "%s", out.text);
    ts_strbuf_clear(&out);
}

void ts_secret_forget(void)
{
    pthread_mutex_lock(&kept.lock);
    for (size_t i = 0; i < kept.count; i++) free(kept.text[i]);
    kept.count = 0;
    pthread_mutex_unlock(&kept.lock);
}
