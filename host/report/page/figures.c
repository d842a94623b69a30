#include "host/report/page/figures.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MINUS  "\xe2\x88\x92"
#define DASH   "\xe2\x80\x93"
#define NARROW "\xe2\x80\xaf" /* a narrow blank at which no line breaks */

static const char *dash(char text[TS_FIGURE_TEXT])
{
    snprintf(text, TS_FIGURE_TEXT, "%s", DASH);
    return text;
}

/* `value` with so many digits after the point; a number that rounds to 0 has no sign. */
static const char *decimal(double value, int digits, const char *plus, const char *unit, char text[TS_FIGURE_TEXT])
{
    char size[TS_FIGURE_TEXT];
    if (!isfinite(value)) return dash(text);
    if (fabs(value) < 1e7) snprintf(size, sizeof size, "%.*f", digits, fabs(value));
    else snprintf(size, sizeof size, "%.2e", fabs(value));
    bool zero = strspn(size, "0.") == strlen(size);
    snprintf(text, TS_FIGURE_TEXT, "%s%s%s", zero ? "" : value < 0 ? MINUS : plus, size, unit);
    return text;
}

/* Three digits or so that count. */
static int digits_of(double value) { return fabs(value) < 9.995 ? 2 : fabs(value) < 99.95 ? 1 : 0; }

const char *ts_figure_ratio(double value, char text[TS_FIGURE_TEXT])
{
    return decimal(value, digits_of(value), "", "", text);
}

const char *ts_figure_percent(double share, char text[TS_FIGURE_TEXT])
{
    return decimal(share * 100, digits_of(share * 100), "", NARROW "%", text);
}

const char *ts_figure_change(double share, char text[TS_FIGURE_TEXT])
{
    return decimal(share * 100, digits_of(share * 100), "+", NARROW "%", text);
}

const char *ts_figure_count(double count, char text[TS_FIGURE_TEXT])
{
    char plain[32];
    if (!(fabs(count) < 1e15)) return dash(text);
    snprintf(plain, sizeof plain, "%.0f", fabs(count));
    size_t length = strlen(plain), at = 0;
    at += (size_t)snprintf(text, TS_FIGURE_TEXT, "%s", count <= -0.5 ? MINUS : "");
    for (size_t i = 0; i < length; i++) {
        bool apart = i && (length - i) % 3 == 0 && length > 4;
        at += (size_t)snprintf(text + at, TS_FIGURE_TEXT - at, "%s%c", apart ? NARROW : "", plain[i]);
    }
    return text;
}

const char *ts_figure_large(double value, char text[TS_FIGURE_TEXT])
{
    static const struct {
        double size;
        const char *unit;
    } units[] = {{1e12, NARROW "trillion"}, {1e9, NARROW "billion"}, {1e6, NARROW "million"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (fabs(value) >= units[i].size)
            return decimal(value / units[i].size, digits_of(value / units[i].size), "", units[i].unit, text);
    return ts_figure_count(value, text);
}

const char *ts_figure_price(double value, char text[TS_FIGURE_TEXT])
{
    if (!isfinite(value)) return dash(text);
    double size = fabs(value);
    snprintf(text, TS_FIGURE_TEXT, "%.*f", size >= 1000 ? 2 : size >= 1 ? 4 : size >= 0.001 ? 6 : 10, value);
    return text;
}
