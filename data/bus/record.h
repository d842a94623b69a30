/* A record of a Kafka topic. */
#ifndef TS_DATA_BUS_RECORD_H
#define TS_DATA_BUS_RECORD_H

#include <stddef.h>
#include <stdint.h>

enum { TS_HEADERS_MOST = 16 };

typedef struct ts_bus_header {
    const char *name;
    const void *value;
    size_t size;
} ts_bus_header;

/* Borrows what it points to. A value of NULL is a tombstone. */
typedef struct ts_bus_record {
    const char *topic;
    int32_t partition;    /* -1: chosen by the key */
    int64_t offset;       /* of what was received */
    int64_t timestamp_ms; /* 0: now */
    const void *key, *value;
    size_t key_size, value_size;
    ts_bus_header header[TS_HEADERS_MOST];
    size_t headers;
} ts_bus_record;

/* Append a header; one too many is left out. The text is borrowed. */
void ts_bus_record_header(ts_bus_record *record, const char *name, const char *text);

/* The header of that name, or NULL. */
const ts_bus_header *ts_bus_record_find_header(const ts_bus_record *record, const char *name);

#endif
