#include "host/report/page/page.h"

#include "common/clock.h"
#include "common/version.h"
#include "host/report/page/html.h"
#include "host/report/page/sheets.h"

#include <string.h>

/* Nothing may be fetched: the page says so itself, to every browser. */
static void head(ts_strbuf *out, const char *title)
{
    ts_html(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\""
                 "Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src "
                 "'unsafe-inline'\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                 "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"generator\" content=\"tradestream ");
    ts_html_text(out, ts_version());
    ts_html(out, "\"><title>");
    ts_html_text(out, title);
    ts_html(out, "</title>\n<style>\n");
    ts_strbuf_puts(out, ts_page_style);
    ts_html(out, "</style></head>\n<body><main>\n");
}

/* "BTC-USDT, ETH-USDT and 3 more", each once. */
static void symbols(ts_strbuf *out, const ts_page *page)
{
    enum { NAMED = 3 };
    size_t distinct = 0;
    for (size_t i = 0; i < page->results; i++) {
        bool known = false;
        for (size_t j = 0; j < i && !known; j++) known = !strcmp(page->result[j].symbol, page->result[i].symbol);
        if (known) continue;
        if (++distinct <= NAMED) ts_strbuf_printf(out, "%s%s", distinct > 1 ? ", " : "", page->result[i].symbol);
    }
    if (distinct > NAMED) ts_strbuf_printf(out, " and %zu more", distinct - NAMED);
    if (!distinct) ts_strbuf_puts(out, "No result");
}

/* Each sentence begins with what it is in capitals, up to a colon. */
static void cautions(ts_strbuf *out, const char *text)
{
    ts_html(out, "<ul class=\"cautions\">");
    while (*text) {
        char line[1024];
        size_t length = strcspn(text, "\n"), kept = length < sizeof line ? length : sizeof line - 1;
        memcpy(line, text, kept);
        line[kept] = '\0';
        char *rest = strchr(line, ':');
        ts_html(out, "<li>");
        if (rest) *rest++ = '\0';
        ts_html(out, "<strong>");
        ts_html_text(out, line);
        ts_html(out, "</strong>");
        ts_html_text(out, rest ? rest : "");
        ts_html(out, "</li>");
        text += length + (text[length] == '\n');
    }
    ts_html(out, "</ul>");
}

static void masthead(ts_strbuf *out, const ts_page *page, const char *title)
{
    char from[TS_TIME_TEXT], to[TS_TIME_TEXT];
    ts_html(out, "<header><p class=\"kicker\">TradeStream \xc2\xb7 strategy discovery</p><h1>");
    ts_html_text(out, title);
    ts_html(out, "</h1>");
    if (page->results) {
        int64_t start = page->result[0].start_ms, end = page->result[0].end_ms;
        for (size_t i = 1; i < page->results; i++) {
            if (page->result[i].start_ms < start) start = page->result[i].start_ms;
            if (page->result[i].end_ms > end) end = page->result[i].end_ms;
        }
        ts_html(out, "<p class=\"sub\">%.10s to %.10s \xc2\xb7 %zu rows</p>", ts_time_text(start, from),
                ts_time_text(end, to), page->results);
    }
    cautions(out, page->cautions);
    ts_html(out, "</header>\n");
}

void ts_page_write(ts_strbuf *out, const ts_page *page)
{
    ts_strbuf title = {0};
    symbols(&title, page);
    out->failed = out->failed || title.failed || page->winners->failed;
    head(out, title.text ? title.text : "");
    masthead(out, page, title.text ? title.text : "");
    ts_page_board(out, page);
    if (page->undrawn && page->results) {
        ts_html(out,
                "<p class=\"missing\"><strong>Missing:</strong> curves, months, trades, histograms, plateaus and the "
                "scores around the winners: ");
        ts_html_text(out, page->undrawn);
        ts_html(out, "</p>");
    }
    if (page->winners->text) ts_strbuf_append(out, page->winners->text, page->winners->length);
    ts_page_run(out, page);
    ts_html(out,
            "<footer><p>The past is no promise. Orders fill as docs and README say; every figure is after fees and "
            "slippage, and each row holds the command that computes it again, bit for bit.</p></footer></main>\n"
            "<script>\n");
    ts_strbuf_puts(out, ts_page_script);
    ts_html(out, "</script></body></html>\n");
    ts_strbuf_clear(&title);
}
