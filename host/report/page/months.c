#include "host/report/page/months.h"

#include "common/memory.h"
#include "host/report/page/calendar.h"
#include "host/report/page/heat.h"
#include "host/report/page/html.h"

#include <math.h>
#include <stdlib.h>

static double change_of(double before, double after) { return before > 0 ? after / before - 1 : NAN; }

static ts_year *year_of(ts_months *months, int year)
{
    for (size_t i = months->years; i-- > 0;)
        if (months->year[i].year == year) return &months->year[i];
    ts_year *fresh = &months->year[months->years++];
    *fresh = (ts_year){.year = year};
    for (int i = 0; i <= TS_MONTHS; i++) fresh->change[i] = NAN;
    return fresh;
}

int ts_months_of(const int64_t *time, const double *equity, size_t count, ts_months *months, ts_error *error)
{
    *months = (ts_months){0};
    size_t room = count ? (size_t)(ts_date_of(time[count - 1]).year - ts_date_of(time[0]).year + 1) : 0;
    if (room && !(months->year = ts_alloc(room, sizeof *months->year))) return ts_no_memory(error, "the months");
    double before_month = 1, before_year = 1;
    for (size_t i = 0; i < count;) {
        ts_date date = ts_date_of(time[i]);
        int64_t end = ts_date_ms((ts_date){date.year, date.month + 1, 1});
        while (i < count && time[i] < end) i++;
        ts_year *year = year_of(months, date.year);
        year->change[date.month - 1] = change_of(before_month, equity[i - 1]);
        year->change[TS_MONTHS] = change_of(before_year, equity[i - 1]);
        before_month = equity[i - 1];
        if (i < count && ts_date_of(time[i]).year != date.year) before_year = equity[i - 1];
    }
    return 0;
}

void ts_months_clear(ts_months *months)
{
    free(months->year);
    *months = (ts_months){0};
}

static double largest(const ts_months *months)
{
    double most = 0;
    for (size_t i = 0; i < months->years; i++)
        for (int m = 0; m < TS_MONTHS; m++)
            if (fabs(months->year[i].change[m]) > most) most = fabs(months->year[i].change[m]);
    return most;
}

void ts_months_html(ts_strbuf *out, const ts_months *months)
{
    double most = largest(months);
    ts_html(out, "<div class=\"wide\" tabindex=\"0\"><table class=\"heat\"><thead><tr><th scope=\"col\">%%</th>");
    for (int m = 0; m < TS_MONTHS; m++) ts_html(out, "<th scope=\"col\">%s</th>", ts_month_names[m]);
    ts_html(out, "<th scope=\"col\">Year</th></tr></thead><tbody>");
    for (size_t i = 0; i < months->years; i++) {
        ts_html(out, "<tr><th scope=\"row\">%d</th>", months->year[i].year);
        for (int m = 0; m <= TS_MONTHS; m++) {
            double change = months->year[i].change[m];
            ts_heat_cell(out, m < TS_MONTHS ? change / (most > 0 ? most : 1) : 0, change * 100, 1,
                         m < TS_MONTHS ? "" : "sum");
        }
        ts_html(out, "</tr>");
    }
    ts_html(out, "</tbody></table></div>");
}
