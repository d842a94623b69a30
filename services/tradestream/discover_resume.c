#include "services/tradestream/discover_resume.h"

#include "common/version.h"

static void put_search(ts_strbuf *out, const ts_search_settings *search)
{
    const ts_breeding *b = &search->breeding;
    const uint64_t whole[] = {(uint64_t)search->kind, search->evaluations,          search->top,
                              search->seed,           (uint64_t)b->population,      (uint64_t)b->generations,
                              (uint64_t)b->islands,   (uint64_t)b->migration_every, (uint64_t)b->tournament,
                              (uint64_t)b->crossover, (uint64_t)b->mutation,        (uint64_t)b->retries};
    const double real[] = {b->migrants,
                           b->elite,
                           b->crossover_rate,
                           b->mutation_rate,
                           search->objective.min_trades,
                           search->objective.max_drawdown};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) ts_put_u64(out, whole[i]);
    for (size_t i = 0; i < sizeof real / sizeof *real; i++) ts_put_real(out, real[i]);
}

static void put_walk_forward(ts_strbuf *out, const ts_walk_forward *spec)
{
    char text[TS_WALK_FORWARD_TEXT] = "";
    ts_put_text(out, spec->train_ms ? ts_walk_forward_text(spec, text) : text);
}

static void put_origin(ts_strbuf *out, const ts_origin *origin)
{
    const ts_simulation *simulation = &origin->simulation;
    ts_put_text(out, origin->exchange);
    ts_put_text(out, origin->symbol);
    ts_put_text(out, origin->fingerprint);
    ts_put_u64(out, (uint64_t)origin->interval_ms);
    ts_put_u64(out, (uint64_t)origin->start_ms);
    ts_put_u64(out, (uint64_t)origin->end_ms);
    ts_put_u64(out, (uint64_t)simulation->fill);
    const double real[] = {simulation->fee, simulation->slippage, simulation->bars_per_year, simulation->risk_free};
    for (size_t i = 0; i < sizeof real / sizeof *real; i++) ts_put_real(out, real[i]);
}

/* Everything that the results depend on. */
static int fingerprint(const ts_discovery *discovery, char text[TS_FINGERPRINT_TEXT], ts_error *error)
{
    ts_strbuf all = {0};
    ts_put_text(&all, ts_version());
    put_search(&all, &discovery->search);
    ts_put_text(&all, discovery->options->objective);
    ts_put_u64(&all, discovery->options->statistics);
    ts_put_u64(&all, (uint64_t)discovery->options->trials);
    put_walk_forward(&all, &discovery->walk_forward);
    for (size_t i = 0; i < discovery->spans.count; i++) ts_put_u64(&all, (uint64_t)discovery->spans.ms[i]);
    ts_put_u64(&all, discovery->choice.count);
    for (size_t i = 0; i < discovery->choice.count; i++) {
        const ts_strategy *strategy = &discovery->choice.chosen[i].strategy;
        ts_put_text(&all, strategy->name);
        ts_put_text(&all, strategy->definition_hash);
        ts_put_u64(&all, ts_strategy_space(strategy));
        ts_put_u64(&all, (uint64_t)strategy->direction);
    }
    for (size_t i = 0; i < discovery->shelf.count; i++)
        put_origin(&all, &discovery->shelf.loaded[discovery->shelf.usable[i]].origin);
    int status = ts_strbuf_failed(&all) ? ts_no_memory(error, "a fingerprint") : 0;
    if (!status) ts_fingerprint_of(all.text, all.length, text);
    ts_strbuf_clear(&all);
    return status;
}

int ts_discovery_resume(ts_discovery *discovery, ts_ledger *ledger, size_t tasks, bool *found, ts_error *error)
{
    ts_resume how = discovery->options->fresh ? TS_RESUME_FRESH : TS_RESUME_AUTO;
    *found = false;
    if (ts_ledger_init(ledger, tasks, error)) return -1;
    if (fingerprint(discovery, discovery->id, error)) return -1;
    if (!discovery->checkpoint) return 0;
    return ts_checkpoint_read(discovery->checkpoint, discovery->id, how, ledger, found, error);
}
