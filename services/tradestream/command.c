#include "services/tradestream/command.h"

#include "common/strbuf.h"
#include "services/tradestream/verb.h"

#include <string.h>

static struct {
    int argc;
    char **argv;
    ts_strbuf text;
} typed;

void ts_command_remember(int argc, char **argv)
{
    typed.argc = argc;
    typed.argv = argv;
}

/* A word as a POSIX shell would read it back: in single quotes unless it is plain. */
static void append_word(ts_strbuf *text, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
    if (*word && word[strspn(word, plain)] == '\0') {
        ts_strbuf_puts(text, word);
        return;
    }
    ts_strbuf_putc(text, '\'');
    for (; *word; word++) {
        if (*word == '\'') ts_strbuf_puts(text, "'\\''");
        else ts_strbuf_putc(text, *word);
    }
    ts_strbuf_putc(text, '\'');
}

const char *ts_command_typed(void)
{
    if (!typed.text.length) {
        for (int i = 0; i < typed.argc; i++) {
            if (i) ts_strbuf_putc(&typed.text, ' ');
            append_word(&typed.text, typed.argv[i]);
        }
    }
    return typed.text.text ? typed.text.text : "";
}
