#include "host/language/definition_hash.h"

#include "common/strbuf.h"
#include "host/language/expression_text.h"

static void add_parameter(const ts_parameter *parameter, ts_strbuf *text)
{
    ts_strbuf_printf(text, "parameter %s %s ", parameter->name, parameter->integer ? "int" : "double");
    ts_strbuf_real(text, parameter->min, "?");
    ts_strbuf_putc(text, ' ');
    ts_strbuf_real(text, parameter->step, "?");
    ts_strbuf_printf(text, " %d\n", (int)parameter->steps);
}

int ts_definition_hash(ts_strategy *strategy, ts_error *error)
{
    const struct {
        const char *field;
        const ts_expression *tree;
    } trees[] = {{"require", strategy->require},
                 {"entry", strategy->entry},
                 {"exit", strategy->exit},
                 {"short_entry", strategy->short_entry},
                 {"short_exit", strategy->short_exit}};
    ts_strbuf text = {0};
    ts_strbuf_printf(&text, "strategy %s\ndirection %d\n", strategy->name, (int)strategy->direction);
    for (int i = 0; i < strategy->parameters; i++) add_parameter(&strategy->parameter[i], &text);
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++) {
        if (!trees[i].tree) continue;
        ts_strbuf_printf(&text, "%s ", trees[i].field);
        ts_expression_text(trees[i].tree, strategy, &text);
        ts_strbuf_putc(&text, '\n');
    }
    int result = ts_strbuf_failed(&text) ? ts_no_memory(error, "a strategy") : 0;
    if (!result) ts_fingerprint_of(text.text, text.length, strategy->definition_hash);
    ts_strbuf_clear(&text);
    return result;
}
