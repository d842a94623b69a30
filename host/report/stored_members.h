/* Members of a stored result: what the files that read one share. Errors name the member. */
#ifndef TS_HOST_STORED_MEMBERS_H
#define TS_HOST_STORED_MEMBERS_H

#include "common/json_members.h"
#include "host/report/stored_result.h"

/* A text member and what is made of it. */
typedef struct ts_stored_text {
    const char *name; /* NULL ends a table */
    bool wanted;
    int (*parse)(const char *text, size_t size, void *field, ts_error *error);
    size_t offset, size; /* of the field */
} ts_stored_text;

/* For the tables. */
int ts_stored_copy(const char *text, size_t size, void *field, ts_error *error); /* to a char[size], not empty */
int ts_stored_hash(const char *text, size_t size, void *field, ts_error *error); /* to a char[size], filling it */
int ts_stored_keep(const char *text, size_t size, void *field, ts_error *error); /* to a char *, to be freed */
int ts_stored_time(const char *text, size_t size, void *field, ts_error *error);
int ts_stored_interval(const char *text, size_t size, void *field, ts_error *error);
int ts_stored_direction(const char *text, size_t size, void *field, ts_error *error);
int ts_stored_fill(const char *text, size_t size, void *field, ts_error *error);
int ts_stored_kind(const char *text, size_t size, void *field, ts_error *error);
int ts_stored_objective(const char *text, size_t size, void *field, ts_error *error);
int ts_stored_windows(const char *text, size_t size, void *field, ts_error *error);

/* Fill `into` from the texts, or from texts and numbers, of an object. */
int ts_stored_texts(const json_t *object, const ts_stored_text *rows, void *into, ts_error *error);
int ts_stored_both(const json_t *object, const ts_stored_text *texts, const ts_json_member *numbers, void *into,
                   ts_error *error);

/* The members "metrics" and "parameters" of an object. */
int ts_stored_metrics(const json_t *object, ts_metrics *metrics, ts_error *error);
int ts_stored_parameters_read(const json_t *object, ts_stored_parameters *parameters, ts_error *error);

/* A member that must be an object; NULL with an error when it is not. */
const json_t *ts_stored_part(const json_t *object, const char *name, ts_error *error);

/* Always -1: what is refused as usage on a command line is bad data in a file. */
int ts_stored_refused(ts_error *error, const char *name);

/* The members "objectives" and "scores", in stored_front.c; nothing when both are missing. */
int ts_stored_front(const json_t *object, ts_stored_result *result, ts_error *error);

/* The member "walk_forward", in stored_folds.c. */
int ts_stored_walk_forward(const json_t *object, ts_stored_result *result, ts_error *error);

#endif
