#include "services/tradestream/command.h"

#include "common/shell_word.h"
#include "services/tradestream/verb.h"

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

const char *ts_command_typed(void)
{
    for (int i = 0; i < typed.argc && i < 1 << 20; i++) ts_shell_word(&typed.text, typed.argv[i]);
    typed.argc = 0;
    return typed.text.text ? typed.text.text : "";
}
