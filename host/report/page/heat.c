#include "host/report/page/heat.h"

#include "host/report/page/html.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void ts_heat_cell(ts_strbuf *out, double share, double value, int digits, const char *style)
{
    char size[32];
    if (isnan(value)) {
        ts_html(out, "<td class=\"none\"></td>");
        return;
    }
    snprintf(size, sizeof size, fabs(value) < 1e5 ? "%.*f" : "%.*e", digits, fabs(value));
    const char *sign = strspn(size, "0.") == strlen(size) ? "" : value < 0 ? "\xe2\x88\x92" : "+";
    double strength = fabs(share) < 1 ? fabs(share) : 1;
    ts_html(out, "<td class=\"%s %s\" style=\"--v:%.2f\">%s%s</td>", share < 0 ? "down" : "up", style,
            isnan(share) ? 0 : strength, sign, size);
}
