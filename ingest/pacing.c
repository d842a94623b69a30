#include "ingest/pacing.h"

#include <math.h>

static double most(const ts_pacing *pacing) { return pacing->per_second > 2 ? pacing->per_second / 2 : 1; }

ts_pacing ts_pacing_make(double per_second, double now)
{
    ts_pacing pacing = {.per_second = per_second, .at = now};
    pacing.tokens = most(&pacing);
    return pacing;
}

double ts_pacing_take(ts_pacing *pacing, double now)
{
    if (now < pacing->not_before) return pacing->not_before - now;
    if (isinf(pacing->per_second)) return 0;
    pacing->tokens += (now - pacing->at) * pacing->per_second;
    pacing->at = now;
    if (pacing->tokens > most(pacing)) pacing->tokens = most(pacing);
    if (pacing->tokens < 1) return (1 - pacing->tokens) / pacing->per_second;
    pacing->tokens -= 1;
    return 0;
}

void ts_pacing_pause(ts_pacing *pacing, double seconds, double now)
{
    if (now + seconds > pacing->not_before) pacing->not_before = now + seconds;
}
