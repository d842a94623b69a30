/* Numbers as people read them: few digits, a true minus sign, thousands apart, a dash for what is undefined. UTF-8. */
#ifndef TS_HOST_FIGURES_H
#define TS_HOST_FIGURES_H

#include "common/strbuf.h"

#include <stdint.h>

enum { TS_FIGURE_TEXT = 40 };

/* Each writes to `text` and returns it. */
const char *ts_figure_ratio(double value, char text[TS_FIGURE_TEXT]);   /* 1.23 */
const char *ts_figure_percent(double share, char text[TS_FIGURE_TEXT]); /* 12.3 % */
const char *ts_figure_change(double share, char text[TS_FIGURE_TEXT]);  /* +12.3 %, always with a sign */
const char *ts_figure_count(double count, char text[TS_FIGURE_TEXT]);   /* 1 234 567 */
const char *ts_figure_large(double value, char text[TS_FIGURE_TEXT]);   /* 3.2 billion */
const char *ts_figure_price(double value, char text[TS_FIGURE_TEXT]);   /* as many digits as prices of its size have */

#endif
