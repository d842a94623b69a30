#define _GNU_SOURCE
/* Transactions that are run again. */
#include "common/clock.h"
#include "common/philox.h"
#include "data/db/postgres_internal.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

static const double FIRST_PAUSE_S = 0.05, LONGEST_PAUSE_S = 5;

static bool curable(const char *state)
{
    static const char *const begins[] = {"08", "57P01", "57P02", "57P03", "40001", "40P01"};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (!strncmp(state, begins[i], strlen(begins[i]))) return true;
    return false;
}

/* COMMIT of a transaction that failed on the way is a ROLLBACK that succeeds. */
static int commit(ts_db *db, ts_error *error)
{
    ts_db_rows *rows = ts_db_ask(db, "COMMIT", 0, NULL, error);
    if (!rows) return -1;
    bool done = !strcmp(db->pq->PQcmdStatus(rows->result), "COMMIT");
    ts_db_rows_free(rows);
    return done ? 0 : ts_fail(error, TS_FAILED, "the transaction was rolled back: a statement of it had failed");
}

static int once(ts_db *db, ts_db_work *work, void *context, ts_error *error)
{
    db->state[0] = '\0';
    if (db->pq->PQstatus(db->conn) != CONNECTION_OK && ts_db_connect(db, error)) return -1;
    if (ts_db_do(db, "BEGIN", 0, NULL, error)) return -1;
    if (work(db, context, error)) return -1;
    return commit(db, error);
}

/* Back to a connection without a transaction; one in the middle of a COPY is given up, and a new one made when needed.
 * One to a server that takes no writes is given up, too: another of the same name may take them. */
static void roll_back(ts_db *db)
{
    char state[TS_DB_STATE];
    memcpy(state, db->state, sizeof state);
    switch (db->pq->PQtransactionStatus(db->conn)) {
    case PQTRANS_INTRANS:
    case PQTRANS_INERROR: {
        ts_error unsaid = {0};
        ts_db_do(db, "ROLLBACK", 0, NULL, &unsaid);
        break;
    }
    case PQTRANS_ACTIVE: {
        ts_error unsaid = {0};
        ts_db_connect(db, &unsaid);
        break;
    }
    default: break;
    }
    if (!strcmp(state, "25006")) {
        ts_error unsaid = {0};
        ts_db_connect(db, &unsaid);
    }
    memcpy(db->state, state, sizeof state);
}

/* Half of the time and a random part of the other half, so that those who failed together do not come back together. */
static void wait_for(double seconds, unsigned attempt)
{
    ts_draws draws = ts_draws_at((uint64_t)ts_clock_now_ms(), (uint32_t)getpid(), attempt, 0);
    double pause = seconds * (0.5 + 0.5 * ts_draw_unit(&draws));
    struct timespec time = {.tv_sec = (time_t)pause};
    time.tv_nsec = (long)((pause - (double)time.tv_sec) * 1e9);
    nanosleep(&time, NULL);
}

int ts_db_transaction(ts_db *db, ts_db_work *work, void *context, ts_error *error)
{
    double until = ts_clock_seconds() + db->patience_s, pause = FIRST_PAUSE_S;
    for (unsigned attempt = 1;; attempt++) {
        ts_error failure = {0};
        if (!once(db, work, context, &failure)) return 0;
        roll_back(db);
        bool again = curable(db->state) && ts_clock_seconds() < until && !(db->stopping && db->stopping());
        if (!again) {
            ts_fail(error, failure.code, "%s", failure.text);
            return attempt > 1 ? ts_error_context(error, "given up after %u tries", attempt) : -1;
        }
        wait_for(pause, attempt);
        pause = pause * 2 < LONGEST_PAUSE_S ? pause * 2 : LONGEST_PAUSE_S;
    }
}
