/* The report as one HTML page that needs nothing else: no network, no script to be whole, paper as well as a screen. */
#ifndef TS_HOST_PAGE_H
#define TS_HOST_PAGE_H

#include "host/report/portrait.h"
#include "host/report/stored_result.h"
#include "host/report/stored_run.h"

/* One row that is shown in detail. */
typedef struct ts_winner {
    const ts_stored_result *stored;
    size_t place;                /* on the leaderboard, from 1 */
    const ts_strategy *strategy; /* NULL without candles, like the others */
    const ts_portrait *portrait;
    const ts_examination *examination;
} ts_winner;

typedef struct ts_detail {
    bool shown; /* in a section of its own */
    bool examined;
    ts_verdict verdict;
    double plateau; /* the neighbours' median; NaN: not measured */
} ts_detail;

typedef struct ts_page {
    const ts_stored_result *result; /* the best first */
    size_t results;
    const ts_stored_run *run;
    const char *cautions;     /* ts_cautions */
    const char *undrawn;      /* why there are no curves; NULL: there are */
    const ts_detail *detail;  /* of each result */
    const ts_strbuf *winners; /* the sections of those that are shown, by ts_page_winner */
} ts_page;

/* The section of one winner. TS_FAILED: no memory. */
int ts_page_winner(ts_strbuf *out, const ts_winner *winner, ts_error *error);

/* The whole page. */
void ts_page_write(ts_strbuf *out, const ts_page *page);

/* Its parts. */
void ts_page_board(ts_strbuf *out, const ts_page *page);
void ts_page_run(ts_strbuf *out, const ts_page *page);
void ts_page_examination(ts_strbuf *out, const ts_winner *winner);
void ts_page_folds(ts_strbuf *out, const ts_stored_result *result);
void ts_page_surface(ts_strbuf *out, const ts_winner *winner);
void ts_page_trades(ts_strbuf *out, const ts_winner *winner);
void ts_page_histogram(ts_strbuf *out, const ts_portrait *portrait);

#endif
