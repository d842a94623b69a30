#include "host/report/page/parameters.h"

#include "host/report/page/html.h"

void ts_page_parameters(ts_strbuf *out, const ts_stored_parameters *parameters)
{
    for (size_t i = 0; i < parameters->count; i++) {
        if (i) ts_html(out, ", ");
        ts_html_text(out, parameters->named[i].name);
        ts_html(out, "&nbsp;");
        ts_strbuf_real(out, parameters->named[i].value, "?");
    }
}
