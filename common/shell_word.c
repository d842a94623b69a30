#include "common/shell_word.h"

#include <string.h>

void ts_shell_word(ts_strbuf *text, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
    if (text->length) ts_strbuf_putc(text, ' ');
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
