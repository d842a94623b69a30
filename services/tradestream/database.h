/* The database that the commands of `tradestream` work with. */
#ifndef TS_SERVICES_TRADESTREAM_DATABASE_H
#define TS_SERVICES_TRADESTREAM_DATABASE_H

#include "common/settings.h"
#include "data/db/postgres.h"

typedef struct ts_database_options {
    const char *database, *keep;
    int format;
} ts_database_options;

extern const ts_setting ts_database_table[]; /* --database */

/* Open it. TS_USAGE when --database holds a password: what is on a command line is seen by everybody on the machine. */
ts_db *ts_database_open(const ts_database_options *options, ts_error *error);

#endif
