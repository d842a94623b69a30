#include "ingest/backoff.h"

ts_backoff ts_backoff_make(double first_s, double most_s, uint64_t seed, uint32_t which)
{
    return (ts_backoff){.first_s = first_s,
                        .most_s = most_s > first_s ? most_s : first_s,
                        .next_s = first_s,
                        .draws = ts_draws_at(seed, which, 0, 0)};
}

double ts_backoff_next(ts_backoff *backoff)
{
    double longest = backoff->next_s;
    backoff->next_s = 2 * longest < backoff->most_s ? 2 * longest : backoff->most_s;
    return longest * (0.5 + 0.5 * ts_draw_unit(&backoff->draws));
}

void ts_backoff_reset(ts_backoff *backoff) { backoff->next_s = backoff->first_s; }
