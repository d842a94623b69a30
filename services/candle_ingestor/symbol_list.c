/* Which symbols are taken in: another list begins as another start would, while the program goes on. */
#include "common/log.h"
#include "services/candle_ingestor/ingestor.h"

#include <string.h>

int ts_ingestor_open_list(ingestor_settings *s, ts_error *error)
{
    s->keeper = ts_keeper_open(s->store, s->exchange, &s->list, &s->outlets, error);
    s->catch_up.keeper = s->keeper;
    return !s->keeper || ts_wanted_open(&s->wanted, s->list.count, error) ? -1 : 0;
}

void ts_ingestor_close_list(ingestor_settings *s)
{
    ts_wanted_close(&s->wanted);
    ts_keeper_close(s->keeper);
    s->keeper = s->catch_up.keeper = NULL;
    ts_symbols_clear(&s->list);
}

static bool has(const ts_symbols *list, const char *symbol)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(list->symbol[i], symbol)) return true;
    return false;
}

/* In whatever order. */
static bool same(const ts_symbols *a, const ts_symbols *b)
{
    bool equal = a->count == b->count;
    for (size_t i = 0; i < a->count && equal; i++) equal = has(b, a->symbol[i]);
    return equal;
}

bool ts_ingestor_look_at_list(ingestor_settings *s)
{
    ts_error why = {0};
    ts_symbols now;
    if (!s->redis.value) return false;
    if (ts_symbols_find(s->redis.value, NULL, &now, &why)) {
        ts_log_warning("the list of symbols stays as it is: %s", why.text);
        return false;
    }
    if (same(&now, &s->list)) {
        ts_symbols_clear(&now);
        return false;
    }
    s->next = now;
    s->renew = true;
    return true;
}

int ts_ingestor_change_list(ingestor_settings *s, ts_error *error)
{
    size_t before = s->list.count;
    ts_ingestor_close_list(s);
    s->list = s->next;
    s->next = (ts_symbols){0};
    s->renew = false;
    s->seen.kept = (ts_keeper_counts){0};
    s->seen.feed = (ts_feed_counts){0};
    ts_log_event(TS_LOG_INFO, "another list of symbols", TS_INT("symbols", (int64_t)s->list.count),
                 TS_INT("before", (int64_t)before));
    return ts_ingestor_open_list(s, error);
}
