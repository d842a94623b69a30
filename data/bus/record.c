#include "data/bus/record.h"

#include <string.h>

void ts_bus_record_header(ts_bus_record *record, const char *name, const char *text)
{
    if (record->headers == TS_HEADERS_MOST) return;
    record->header[record->headers++] = (ts_bus_header){name, text, strlen(text)};
}

const ts_bus_header *ts_bus_record_find_header(const ts_bus_record *record, const char *name)
{
    for (size_t i = 0; i < record->headers; i++)
        if (!strcmp(record->header[i].name, name)) return &record->header[i];
    return NULL;
}
