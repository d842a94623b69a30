#include "host/report/page/plot.h"

#include "host/report/page/html.h"

#include <math.h>
#include <string.h>

enum { Y_MARKS = 6 };

/* Half as many marks on a chart that has half the page. */
static size_t x_marks(const ts_plot *plot)
{
    if (!strcmp(plot->size, "half")) return 5;
    return plot->x.unit == TS_UNIT_TIME ? 9 : 12;
}

static double across(const ts_plot *plot, double value) { return ts_scale_at(&plot->x, value) * TS_PLOT_WIDTH; }
static double down(const ts_plot *plot, double value) { return (1 - ts_scale_at(&plot->y, value)) * TS_PLOT_HEIGHT; }

void ts_plot_begin(const ts_plot *plot)
{
    ts_mark mark[TS_MARKS_MOST];
    ts_html(plot->out, "<div class=\"plot %s\" data-x=\"%.0f %.0f\" data-y=\"%.10g %.10g %s %d\">", plot->size,
            plot->x.low, plot->x.high, plot->y.low, plot->y.high, plot->y.logarithmic ? "log" : "lin",
            (int)plot->y.unit);
    ts_html(plot->out, "<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"",
            TS_PLOT_WIDTH, TS_PLOT_HEIGHT);
    ts_html_text(plot->out, plot->label);
    ts_html(plot->out, "\"><path class=\"grid\" d=\"");
    size_t marks = ts_scale_marks(&plot->y, Y_MARKS, mark);
    for (size_t i = 0; i < marks; i++) ts_html(plot->out, "M0 %.1fH%d", down(plot, mark[i].at), TS_PLOT_WIDTH);
    ts_html(plot->out, "\"/>");
}

/* Labels at both ends stay within the chart; every other one is left out where there is no room for all. */
static void label_axes(const ts_plot *plot)
{
    ts_mark mark[TS_MARKS_MOST];
    size_t marks = ts_scale_marks(&plot->y, Y_MARKS, mark);
    for (size_t i = 0; i < marks; i++) {
        ts_html(plot->out, "<i class=\"y\" style=\"top:%.2f%%\">", down(plot, mark[i].at) * 100 / TS_PLOT_HEIGHT);
        ts_html_text(plot->out, mark[i].text);
        ts_html(plot->out, "</i>");
    }
    marks = ts_scale_marks(&plot->x, x_marks(plot), mark);
    for (size_t i = 0; i < marks; i++) {
        double at = across(plot, mark[i].at) * 100 / TS_PLOT_WIDTH;
        const char *side = at < 3 ? " first" : at > 97 ? " last" : "";
        ts_html(plot->out, "<i class=\"x%s%s\" style=\"left:%.2f%%\">", side, i % 2 ? " minor" : "", at);
        ts_html_text(plot->out, mark[i].text);
        ts_html(plot->out, "</i>");
    }
}

void ts_plot_end(const ts_plot *plot)
{
    ts_html(plot->out, "</svg>");
    label_axes(plot);
    ts_html(plot->out, "</div>");
}

static double x_of(const ts_points *points, size_t i) { return points->time ? (double)points->time[i] : points->x[i]; }

/* A line in the making: whether the pen is down, and what the present column of pixels has so far. */
typedef struct pen {
    const ts_plot *plot;
    ts_strbuf *out;
    bool down, drawn;
    double first_x, last_x;
    int column;
    bool thin;
    size_t low, high; /* points of the column, SIZE_MAX: none */
} pen;

static void point(pen *p, double x, double y)
{
    ts_html(p->out, p->down ? "L" : "M");
    if (p->thin) ts_html(p->out, "%.0f %.1f", x, down(p->plot, y));
    else ts_html(p->out, "%.1f %.1f", x, down(p->plot, y));
    if (!p->drawn) p->first_x = x;
    p->last_x = x;
    p->down = p->drawn = true;
}

static void end_column(pen *p, const ts_points *points)
{
    if (p->low == SIZE_MAX) return;
    size_t a = p->low < p->high ? p->low : p->high, b = p->low < p->high ? p->high : p->low;
    point(p, p->column, points->y[a]);
    if (b != a) point(p, p->column, points->y[b]);
    p->low = p->high = SIZE_MAX;
}

static void thin_point(pen *p, const ts_points *points, size_t i)
{
    int column = (int)across(p->plot, x_of(points, i));
    if (column != p->column) end_column(p, points);
    p->column = column;
    if (p->low == SIZE_MAX) p->low = p->high = i;
    if (points->y[i] < points->y[p->low]) p->low = i;
    if (points->y[i] > points->y[p->high]) p->high = i;
}

static pen draw(const ts_plot *plot, const ts_points *points)
{
    pen p = {.plot = plot, .out = plot->out, .thin = points->count > 2 * TS_PLOT_WIDTH, .column = -1, .low = SIZE_MAX};
    for (size_t i = 0; i < points->count; i++) {
        if (!isfinite(points->y[i])) {
            end_column(&p, points);
            p.down = false;
        } else if (p.thin) {
            thin_point(&p, points, i);
        } else {
            point(&p, across(plot, x_of(points, i)), points->y[i]);
        }
    }
    end_column(&p, points);
    return p;
}

static void begin_path(const ts_plot *plot, const char *style, const char *name)
{
    ts_html(plot->out, "<path class=\"%s\" data-name=\"", style);
    ts_html_text(plot->out, name);
    ts_html(plot->out, "\" d=\"");
}

void ts_plot_line(const ts_plot *plot, const char *style, const char *name, const ts_points *points)
{
    begin_path(plot, style, name);
    draw(plot, points);
    ts_html(plot->out, "\"/>");
}

void ts_plot_area(const ts_plot *plot, const char *style, const char *name, const ts_points *points, double base)
{
    begin_path(plot, style, name);
    pen p = draw(plot, points);
    if (p.drawn) ts_html(plot->out, "L%.1f %.1fL%.1f %.1fZ", p.last_x, down(plot, base), p.first_x, down(plot, base));
    ts_html(plot->out, "\"/>");
}

void ts_plot_bar(const ts_plot *plot, const char *style, const ts_bar_shape *bar, const char *title)
{
    double x0 = across(plot, bar->x0), x1 = across(plot, bar->x1), y0 = down(plot, bar->y0), y1 = down(plot, bar->y1);
    if (!isfinite(bar->y0) || !isfinite(bar->y1)) return;
    ts_html(plot->out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>", style, x0,
            y0 < y1 ? y0 : y1, x1 > x0 ? x1 - x0 : 0.0, fabs(y1 - y0));
    ts_html_text(plot->out, title);
    ts_html(plot->out, "</title></rect>");
}

void ts_plot_level(const ts_plot *plot, const char *style, double value)
{
    ts_html(plot->out, "<path class=\"%s\" d=\"M0 %.1fH%d\"/>", style, down(plot, value), TS_PLOT_WIDTH);
}

void ts_plot_caption(ts_strbuf *out, const char *name)
{
    ts_html(out, "<figure><figcaption><b>");
    ts_html_text(out, name);
    ts_html(out, "</b>");
}

static void key(ts_strbuf *out, const char *shape, const char *style, const char *name, const char *value)
{
    ts_html(out, " <span class=\"key\"><svg viewBox=\"0 0 20 8\" aria-hidden=\"true\"><%s class=\"%s\"/></svg>", shape,
            style);
    ts_html_text(out, name);
    if (value) {
        ts_html(out, " <span class=\"n\">");
        ts_html_text(out, value);
        ts_html(out, "</span>");
    }
    ts_html(out, "</span>");
}

void ts_plot_key(ts_strbuf *out, const char *style, const char *name, const char *value)
{
    key(out, "path d=\"M0 4H20\"", style, name, value);
}

void ts_plot_key_bar(ts_strbuf *out, const char *style, const char *name)
{
    key(out, "rect x=\"4\" y=\"0\" width=\"12\" height=\"8\"", style, name, NULL);
}

void ts_plot_caption_end(ts_strbuf *out) { ts_html(out, "<output></output></figcaption>"); }
