#define _GNU_SOURCE
#include "services/service/secret_settings.h"

#include "common/safe_file.h"
#include "common/secret.h"
#include "common/setting_value.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 160 };

static struct {
    char name[TEXT], help[TEXT];
} texts[TS_SECRET_SETTINGS];
static ts_setting rows[TS_SECRET_SETTINGS + 1];

static void variable_of(const ts_secret_setting *secret, char text[TEXT])
{
    int used = snprintf(text, TEXT, "TRADESTREAM_%s", secret->name);
    for (int i = 0; i < used && i < TEXT - 1; i++)
        text[i] = text[i] == '-' ? '_' : (char)toupper((unsigned char)text[i]);
}

const ts_setting *ts_secret_rows(const ts_secret_setting *own, const ts_secret_setting *common, ts_error *error)
{
    const ts_secret_setting *const tables[] = {own, common};
    char variable[TEXT];
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        for (const ts_secret_setting *secret = tables[i]; secret && secret->name; secret++, count++) {
            if (count == TS_SECRET_SETTINGS) {
                ts_fail(error, TS_FAILED, "more than %d secrets", TS_SECRET_SETTINGS);
                return NULL;
            }
            variable_of(secret, variable);
            snprintf(texts[count].name, TEXT, "%s-file", secret->name);
            snprintf(texts[count].help, TEXT, "%.60s; or %.50s%s%.30s", secret->help, variable,
                     secret->also ? ", " : "", secret->also ? secret->also : "");
            rows[count] = (ts_setting){.name = texts[count].name,
                                       .type = TS_SETTING_TEXT,
                                       .offset = secret->offset + offsetof(ts_secret_value, file),
                                       .value = "FILE",
                                       .help = texts[count].help};
        }
    }
    rows[count] = (ts_setting){0};
    return rows;
}

/* The variable's text in new memory, and nothing left where ps and /proc look. */
static char *from_environment(const char *variable)
{
    char *text = getenv(variable), *copy = text && *text ? strdup(text) : NULL;
    if (!copy) return NULL;
    memset(text, 0, strlen(text));
    unsetenv(variable);
    return copy;
}

static char *from_file(const char *path, ts_error *error)
{
    ts_strbuf text = {0};
    if (ts_file_read(path, TS_SECRET_MOST, &text, error)) {
        error->code = TS_BAD_CONFIG;
    } else if (!text.text || strlen(text.text) != text.length) {
        ts_fail(error, TS_BAD_CONFIG, "%s: expected a text, found %s", path, text.text ? "a 0 byte" : "nothing");
    } else {
        while (text.length && strchr("\r\n", text.text[text.length - 1])) text.text[--text.length] = '\0';
        return text.text;
    }
    ts_strbuf_clear(&text);
    return NULL;
}

static int read_one(const ts_secret_setting *secret, ts_secret_value *into, ts_error *error)
{
    char variable[TEXT];
    variable_of(secret, variable);
    char *text = from_environment(variable);
    if (!text && !into->file && secret->also) text = from_environment(secret->also);
    bool both = text && into->file;
    if (!text && into->file && !(text = from_file(into->file, error))) return -1;
    into->value = ts_setting_keep(text);
    if (!into->value) return 0;
    if (ts_secret_add(secret->name, into->value, error)) return -1;
    if (!both) return 0;
    return ts_fail(error, TS_BAD_CONFIG, "%s and --%s-file are both given: expected one", variable, secret->name);
}

int ts_secrets_read(const ts_secret_setting *table, void *into, ts_error *error)
{
    for (const ts_secret_setting *secret = table; secret && secret->name; secret++)
        if (read_one(secret, (ts_secret_value *)((char *)into + secret->offset), error)) return -1;
    return 0;
}
