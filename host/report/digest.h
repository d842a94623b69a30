/* A report without drawings: for other programs, and for pages that are written in Markdown. */
#ifndef TS_HOST_DIGEST_H
#define TS_HOST_DIGEST_H

#include "host/report/page/page.h"

/* Of the page's rows; page->winners is not looked at. */
void ts_digest_csv(ts_strbuf *text, const ts_page *page);
void ts_digest_json(ts_strbuf *text, const ts_page *page);
void ts_digest_markdown(ts_strbuf *text, const ts_page *page);

#endif
