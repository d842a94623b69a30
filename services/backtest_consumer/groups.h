/* Requests that one search run answers together: the same candles, end, search and assumptions, and the same strategies
 * wanted on the same windows. Their rows are then shared, and their candles read once. */
#ifndef TS_SERVICES_BACKTEST_CONSUMER_GROUPS_H
#define TS_SERVICES_BACKTEST_CONSUMER_GROUPS_H

#include "services/messages/request.h"

enum { TS_GROUP_STARTS = 60 };

typedef struct ts_group {
    const ts_request **member; /* by strategy, then by start: strategies x starts of them */
    size_t count, starts, strategies;
    char id[TS_FINGERPRINT_TEXT]; /* of its members' ids: the same requests are the same group */
} ts_group;

typedef struct ts_groups {
    ts_group *group;
    size_t count;
    const ts_request **sorted; /* what the groups point into */
} ts_groups;

/* Sort requests, each of them in exactly one group; a request that is there twice is taken once. The requests must
 * outlive the groups. */
int ts_groups_make(const ts_request *const *requests, size_t count, ts_groups *groups, ts_error *error);

/* The strategies of `group` from number `from` on, `strategies` of them, as a group of its own, which borrows. */
int ts_group_part(const ts_group *group, size_t from, size_t strategies, ts_group *part, ts_error *error);

void ts_groups_clear(ts_groups *groups);

#endif
