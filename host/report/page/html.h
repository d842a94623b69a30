/* Text that comes from anywhere, made safe to stand in an HTML page. */
#ifndef TS_HOST_HTML_H
#define TS_HOST_HTML_H

#include "common/strbuf.h"

/* The text with & < > " ' escaped, between tags or within a quoted attribute; other control characters become '?'. */
void ts_html_text(ts_strbuf *into, const char *text);

/* A format of tags and numbers alone, no text from outside: that goes through ts_html_text. */
#define ts_html ts_strbuf_printf

#endif
