/* Members of messages, for tables of host/report/stored_members.h. They are stricter than those of files: a value has
 * one spelling, as ids are made of it. */
#ifndef TS_SERVICES_FIELDS_H
#define TS_SERVICES_FIELDS_H

#include "host/report/stored_members.h"

int ts_field_time(const char *text, size_t size, void *field, ts_error *error);   /* int64_t: as ts_time_text writes */
int ts_field_symbol(const char *text, size_t size, void *field, ts_error *error); /* BASE-QUOTE */
int ts_field_exchange(const char *text, size_t size, void *field, ts_error *error); /* as in the store */
int ts_field_strategy(const char *text, size_t size, void *field, ts_error *error); /* capitals, digits and _ */

/* A number that must lie within bounds, inclusive. */
typedef struct ts_field_bound {
    const char *name;  /* NULL ends a table */
    ts_json_type type; /* TS_JSON_COUNT or TS_JSON_NUMBER */
    size_t offset;
    double min, max;
} ts_field_bound;

/* Fill `into` from the members that the rows name, all of which must be there. */
int ts_field_numbers(const json_t *object, const ts_field_bound *table, void *into, ts_error *error);

/* The member `name`, an id, must be this one. */
int ts_field_same_id(const char *name, const char *said, const char *right, ts_error *error);

#endif
