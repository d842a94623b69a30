#include "services/tradestream/database.h"

#include <stddef.h>
#include <string.h>

const ts_setting ts_database_table[] = {
    {"database", TS_SETTING_TEXT, offsetof(ts_database_options, database), NULL, 0, 0, NULL, "URL",
     "postgresql://USER@HOST:PORT/DATABASE without a password (default: DATABASE_URL, or PGHOST, PGDATABASE, ...)"},
    {0}};

/* user:password@ of a URL, or password=... of a list of words. */
static bool holds_password(const char *url)
{
    const char *user = strstr(url, "://"), *end = user ? strpbrk(user + 3, "@/?") : NULL;
    const char *colon = user ? strchr(user + 3, ':') : NULL;
    return strstr(url, "password") || (end && *end == '@' && colon && colon < end);
}

ts_db *ts_database_open(const ts_database_options *options, ts_error *error)
{
    if (options->database && holds_password(options->database)) {
        ts_fail(error, TS_USAGE,
                "the database's URL: no password here, where others on this machine see it: expected it in "
                "DATABASE_URL, PGPASSWORD or a file that PGPASSFILE names");
        return NULL;
    }
    return ts_db_open(&(ts_db_settings){.url = options->database, .application = "tradestream"}, error);
}
