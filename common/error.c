#include "common/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int ts_fail(ts_error *error, int code, const char *format, ...)
{
    if (error->code != TS_OK) return -1;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    error->code = code;
    return -1;
}

int ts_error_context(ts_error *error, const char *format, ...)
{
    char context[sizeof error->text], text[sizeof error->text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(context, sizeof context, format, arguments);
    va_end(arguments);
    memcpy(text, error->text, sizeof text);
    size_t used = strlen(context);
    snprintf(error->text, sizeof error->text, "%s", context);
    if (used + 3 < sizeof error->text) snprintf(error->text + used, sizeof error->text - used, ": %s", text);
    return -1;
}

int ts_no_memory(ts_error *error, const char *what) { return ts_fail(error, TS_FAILED, "no memory for %s", what); }
