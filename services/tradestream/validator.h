/* Validating a file of results: each is examined on the candles that it was found on. */
#ifndef TS_SERVICES_TRADESTREAM_VALIDATOR_H
#define TS_SERVICES_TRADESTREAM_VALIDATOR_H

#include "host/validation/examination.h"
#include "services/tradestream/recall.h"

typedef struct ts_validator {
    const ts_options *options;
    ts_examination_settings settings;
    ts_stored_file file;
    ts_recall recall;
    ts_engine *engine;
    const ts_stored_result **order; /* in which they are examined */
    ts_examination *found;          /* of the first `count` results of the file */
    size_t count;
} ts_validator;

extern const ts_setting ts_options_validation[]; /* the thresholds */
ts_examination_settings ts_options_examine(const ts_options *options);

/* Read the results; options of ts_options_recall, _engine, _opencl and _validation. Freed with ts_validator_close. */
int ts_validator_open(ts_validator *validator, const char *path, const ts_options *options, ts_error *error);
void ts_validator_close(ts_validator *validator);

/* Examine them all. TS_BAD_DATA names the first result that cannot be. */
int ts_validator_run(ts_validator *validator, ts_error *error);

#endif
