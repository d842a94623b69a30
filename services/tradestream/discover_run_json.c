/* run.json: the machine, the timings and the course of a discovery; what is not determined by seed and data alone. */
#include "common/clock.h"
#include "common/interval.h"
#include "common/machine.h"
#include "common/threads.h"
#include "common/version.h"
#include "services/tradestream/discover_files.h"
#include "services/tradestream/verb.h"

static void json_time(ts_json *json, const char *key, int64_t time_ms)
{
    char text[TS_TIME_TEXT];
    ts_json_text(json, key, ts_time_text(time_ms, text));
}

static void json_machine(ts_json *json, const ts_discovery *discovery)
{
    char cpu[TS_MACHINE_TEXT];
    ts_json_object(json, "machine");
    ts_json_text(json, "cpu", ts_machine_cpu(cpu));
    ts_json_int(json, "cores", ts_threads_available());
    ts_json_object_end(json);
    ts_json_text(json, "backend", ts_engine_backend(discovery->engine));
    ts_json_int(json, "threads", ts_engine_threads(discovery->engine));
    ts_json_int(json, "ranks", ts_comm_size(discovery->comm));
    ts_json_int(json, "nodes", ts_comm_nodes(discovery->comm));
}

static void json_work(ts_json *json, const ts_discovery *discovery)
{
    const ts_effort *effort = &discovery->effort;
    double searching = discovery->searching;
    uint64_t genome_bars = 0;
    for (size_t i = 0; i < effort->shares; i++) genome_bars += effort->share[i].genome_bars;
    ts_json_real(json, "seconds", ts_clock_seconds() - discovery->started);
    ts_json_real(json, "search_seconds", searching);
    ts_json_int(json, "evaluations", (int64_t)discovery->totals.evaluations);
    ts_json_int(json, "genome_bars", (int64_t)genome_bars);
    ts_json_real(json, "genome_bars_per_s", searching > 0 ? (double)genome_bars / searching : 0);
    ts_json_object(json, "genome_bars_by_backend");
    for (size_t i = 0; i < effort->shares; i++)
        ts_json_int(json, effort->share[i].backend, (int64_t)effort->share[i].genome_bars);
    ts_json_object_end(json);
    ts_json_int(json, "kernel_launches", (int64_t)effort->launches);
    ts_json_int(json, "rows_on_host", (int64_t)effort->host_rows);
    double checkpoints = discovery->checkpoint ? ts_checkpoint_seconds(discovery->checkpoint) : 0;
    ts_json_real(json, "coordination_seconds", discovery->coordinating - checkpoints);
    if (discovery->checkpoint) {
        ts_json_int(json, "searches_resumed", (int64_t)discovery->resumed);
        ts_json_int(json, "checkpoints", (int64_t)ts_checkpoint_written(discovery->checkpoint));
        ts_json_real(json, "checkpoint_seconds", checkpoints);
    }
    ts_json_int(json, "peak_memory_bytes", (int64_t)ts_machine_peak_memory());
}

static void json_search(ts_json *json, const ts_search_settings *search)
{
    static const char *const crossovers[] = {"uniform", "single_point", "blend"};
    static const char *const mutations[] = {"mixed", "uniform", "step"};
    const ts_breeding *breeding = &search->breeding;
    ts_json_object(json, "search");
    ts_json_text(json, "kind", ts_search_kind_name(search->kind));
    ts_json_int(json, "evaluations", (int64_t)search->evaluations);
    ts_json_int(json, "top", (int64_t)search->top);
    ts_json_int(json, "seed", (int64_t)search->seed);
    ts_json_text(json, "objective", search->objective.name);
    if (search->also.count) ts_objectives_json(json, &search->objective, &search->also);
    ts_json_real(json, "min_trades", search->objective.min_trades);
    ts_json_real(json, "max_drawdown", search->objective.max_drawdown);
    ts_json_int(json, "population", breeding->population);
    ts_json_int(json, "generations", breeding->generations);
    ts_json_int(json, "islands", breeding->islands);
    ts_json_int(json, "tournament", breeding->tournament);
    ts_json_real(json, "elite", breeding->elite);
    ts_json_text(json, "crossover", crossovers[breeding->crossover]);
    ts_json_real(json, "crossover_rate", breeding->crossover_rate);
    ts_json_text(json, "mutation", mutations[breeding->mutation]);
    ts_json_real(json, "mutation_rate", breeding->mutation_rate);
    ts_json_object_end(json);
}

static void json_series(ts_json *json, const ts_loaded *loaded)
{
    ts_json_object(json, NULL);
    ts_json_text(json, "symbol", loaded->symbol);
    if (loaded->candles.length) ts_json_text(json, "candles", loaded->candles.text);
    if (loaded->bars) {
        ts_json_text(json, "exchange", loaded->exchange);
        ts_json_text(json, "interval", ts_interval_text(loaded->interval_ms));
        ts_json_int(json, "bars", (int64_t)loaded->bars);
        json_time(json, "first", loaded->first_ms);
        json_time(json, "last", loaded->last_ms);
        ts_json_object(json, "gaps");
        ts_json_int(json, "places", (int64_t)loaded->gaps.gaps);
        ts_json_int(json, "missing_bars", (int64_t)loaded->gaps.missing);
        ts_json_int(json, "longest_bars", (int64_t)loaded->gaps.longest);
        if (loaded->gaps.longest) json_time(json, "longest_after", loaded->gaps.longest_after_ms);
        ts_json_int(json, "zero_volume_bars", (int64_t)loaded->gaps.zero_volume);
        ts_json_object_end(json);
    }
    if (*loaded->skipped) ts_json_text(json, "skipped", loaded->skipped);
    ts_json_object_end(json);
}

/* Each step: distinct genomes so far, the best score so far, the median of the generation or batch,
 * how far a generation's genes lie apart. */
static void json_steps(ts_json *json, const ts_search_result *found)
{
    ts_json_array(json, "convergence");
    for (size_t i = 0; i < found->steps; i++) {
        const ts_search_step *step = &found->step[i];
        ts_json_object(json, NULL);
        ts_json_int(json, "evaluations", (int64_t)step->evaluations);
        ts_json_real(json, "best", step->best);
        ts_json_int(json, "feasible", (int64_t)step->feasible);
        ts_json_real(json, "median", step->median);
        ts_json_real(json, "diversity", step->diversity);
        ts_json_object_end(json);
    }
    ts_json_array_end(json);
}

static void json_outcome(ts_json *json, const ts_discovery_outcome *outcome)
{
    const ts_search_result *found = &outcome->study.found;
    ts_json_object(json, NULL);
    ts_json_text(json, "symbol", outcome->loaded->symbol);
    ts_json_text(json, "strategy", outcome->strategy->name);
    if (outcome->origin.bars) json_time(json, "start", outcome->origin.start_ms);
    if (*outcome->skipped) {
        ts_json_text(json, "skipped", outcome->skipped);
    } else {
        ts_json_text(json, "search", ts_search_kind_name(found->kind));
        ts_json_int(json, "evaluations", (int64_t)found->evaluations);
        ts_json_int(json, "feasible", (int64_t)found->feasible);
        ts_json_int(json, "profitable", (int64_t)found->profitable);
        if (found->front) ts_json_int(json, "front", (int64_t)found->front);
        ts_json_real(json, "seconds", outcome->seconds);
        ts_json_object(json, "trial_sharpes");
        ts_json_int(json, "count", (int64_t)found->sharpe.count);
        ts_json_real(json, "mean", found->sharpe.mean);
        ts_json_real(json, "variance", found->sharpe.variance);
        ts_json_object_end(json);
        json_steps(json, found);
    }
    ts_json_object_end(json);
}

void ts_discover_run_json(ts_strbuf *text, const ts_discovery *discovery)
{
    ts_json json = {.out = *text, .indent = 2, .first = true};
    ts_json_object(&json, NULL);
    ts_json_text(&json, "run_id", discovery->id);
    ts_json_text(&json, "command", ts_command_typed());
    ts_json_text(&json, "engine_version", ts_version());
    ts_json_text(&json, "commit", ts_commit());
    json_time(&json, "finished", ts_clock_now_ms());
    json_machine(&json, discovery);
    json_work(&json, discovery);
    json_search(&json, &discovery->search);
    ts_json_int(&json, "results", (int64_t)discovery->results);
    ts_json_int(&json, "skipped", (int64_t)discovery->skipped);
    ts_json_array(&json, "series");
    for (size_t i = 0; i < discovery->sources.count; i++) json_series(&json, &discovery->shelf.loaded[i]);
    ts_json_array_end(&json);
    ts_json_array(&json, "searches");
    for (size_t i = 0; i < discovery->outcomes; i++) json_outcome(&json, &discovery->outcome[i]);
    ts_json_array_end(&json);
    ts_json_object_end(&json);
    ts_strbuf_putc(&json.out, '\n');
    *text = json.out;
}
