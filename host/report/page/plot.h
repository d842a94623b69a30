/* A chart as HTML: the drawing is an SVG that stretches to its place, the labels of the axes are text beside it, so
 * that they have one size on a wall, a phone and on paper. Nothing is drawn by a script. */
#ifndef TS_HOST_PLOT_H
#define TS_HOST_PLOT_H

#include "common/strbuf.h"
#include "host/report/page/scale.h"

enum { TS_PLOT_WIDTH = 1000, TS_PLOT_HEIGHT = 400 }; /* units of the drawing */

typedef struct ts_plot {
    ts_strbuf *out;
    ts_scale x, y;
    const char *size;  /* "tall", "low", "middle" or "half" (of the width): a class of the style sheet */
    const char *label; /* for those who hear the page */
} ts_plot;

/* Points by time, or by x where `time` is NULL. An undefined y breaks the line. */
typedef struct ts_points {
    const int64_t *time;
    const double *x, *y;
    size_t count;
} ts_points;

void ts_plot_begin(const ts_plot *plot); /* and the lines of the grid */
void ts_plot_end(const ts_plot *plot);   /* and the labels of the axes */

/* A line of the style sheet's `class`, its name shown by the pointer. Many points are thinned to the smallest and the
 * largest of each column of pixels: no peak is lost. */
void ts_plot_line(const ts_plot *plot, const char *style, const char *name, const ts_points *points);

/* The same, filled to the value `base`. */
void ts_plot_area(const ts_plot *plot, const char *style, const char *name, const ts_points *points, double base);

/* A rectangle from x0 to x1 and y0 to y1, with a text for the pointer. */
typedef struct ts_bar_shape {
    double x0, x1, y0, y1;
} ts_bar_shape;
void ts_plot_bar(const ts_plot *plot, const char *style, const ts_bar_shape *bar, const char *title);

/* A horizontal line of the style `class` at a value. */
void ts_plot_level(const ts_plot *plot, const char *style, double value);

/* The line above a chart: its name; then ts_plot_key for each line of it, then ts_plot_caption_end. */
void ts_plot_caption(ts_strbuf *out, const char *name);
void ts_plot_key(ts_strbuf *out, const char *style, const char *name, const char *value);
void ts_plot_key_bar(ts_strbuf *out, const char *style, const char *name); /* for bars */
void ts_plot_caption_end(ts_strbuf *out);

#endif
