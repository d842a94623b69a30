#include "host/report/page/html.h"

#include <string.h>

static const char *escaped(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

void ts_html_text(ts_strbuf *into, const char *text)
{
    for (const char *c = text; *c; c++) {
        const char *instead = escaped(*c);
        bool control = (unsigned char)*c < ' ' && *c != '\n';
        if (instead) ts_strbuf_puts(into, instead);
        else ts_strbuf_putc(into, control ? '?' : *c);
    }
}
