/* The genetic search: islands that breed apart and send their best round a ring.
 *
 * All islands go through a generation together, so that its new genomes are evaluated as one batch; what a generation
 * holds depends on the seed alone. */
#define _GNU_SOURCE /* qsort_r */
#include "host/search/methods.h"

#include "common/memory.h"

#include <stdlib.h>

/* STAGNANT: generations without one new genome after which nothing more is to be expected. */
enum { STAGNANT = 20 };

typedef struct island {
    ts_trial **member; /* of the evaluated generation, the best first */
    ts_trial **child;  /* of the one under way */
    size_t size;
} island;

typedef struct genetic {
    ts_trials *trials;
    const ts_breeding *breeding;
    const ts_strategy *strategy;
    ts_trial **members, **children; /* of all islands, one after the other */
    island *islands;
    size_t count;
} genetic;

static void genetic_clear(genetic *ga)
{
    free(ga->members);
    free(ga->children);
    free(ga->islands);
}

static int genetic_init(genetic *ga, ts_trials *trials, ts_error *error)
{
    const ts_breeding *breeding = &trials->settings->breeding;
    size_t population = (size_t)breeding->population;
    *ga = (genetic){.trials = trials,
                    .breeding = breeding,
                    .strategy = trials->strategy,
                    .members = ts_alloc(population, sizeof(ts_trial *)),
                    .children = ts_alloc(population, sizeof(ts_trial *)),
                    .islands = ts_alloc((size_t)breeding->islands, sizeof(island)),
                    .count = (size_t)breeding->islands};
    if (!ga->members || !ga->children || !ga->islands) return ts_no_memory(error, "a population");
    for (size_t i = 0; i < ga->count; i++) {
        size_t from = population * i / ga->count, to = population * (i + 1) / ga->count;
        ga->islands[i] = (island){.member = ga->members + from, .child = ga->children + from, .size = to - from};
    }
    return 0;
}

/* The best of a few members drawn at random; members stand in order, so that is the smallest index. */
static const ts_trial *tournament(const genetic *ga, const island *home, ts_draws *draws)
{
    uint32_t best = (uint32_t)home->size;
    for (int i = 0; i < ga->breeding->tournament; i++) {
        uint32_t drawn = ts_draw_below(draws, (uint32_t)home->size);
        if (drawn < best) best = drawn;
    }
    return home->member[best];
}

static ts_genome breed(const genetic *ga, const island *home, ts_draws *draws)
{
    const ts_genome *a = &tournament(ga, home, draws)->genome, *b = &tournament(ga, home, draws)->genome;
    return ts_breed_child(ga->trials, a, b, draws);
}

/* The first generation: random genomes, and the defaults as the first of the first island. */
static int settle(genetic *ga, ts_error *error)
{
    for (size_t k = 0; k < ga->count; k++)
        for (size_t j = 0; j < ga->islands[k].size; j++) {
            ts_draws draws = ts_draws_at(ga->trials->key, (uint32_t)k, 0, (uint32_t)j);
            ts_genome genome = ts_genome_default(ga->strategy);
            bool defaults = k == 0 && j == 0 && ts_genome_valid(ga->strategy, &genome);
            if (!defaults && !ts_draw_genome(ga->strategy, &draws, &genome))
                return ts_search_no_genome(ga->strategy, error);
            if (ts_trials_look(ga->trials, &genome, &ga->islands[k].child[j], error)) return -1;
        }
    return 0;
}

static size_t elite(const genetic *ga, const island *home)
{
    size_t count = (size_t)(ga->breeding->elite * (double)home->size);
    return count < home->size ? count : home->size - 1;
}

static int next_generation(genetic *ga, uint32_t generation, ts_error *error)
{
    for (size_t k = 0; k < ga->count; k++) {
        island *home = &ga->islands[k];
        size_t survivors = elite(ga, home);
        for (size_t j = 0; j < home->size; j++) {
            ts_draws draws = ts_draws_at(ga->trials->key, (uint32_t)k, generation, (uint32_t)j);
            ts_genome genome = j < survivors ? home->member[j]->genome : breed(ga, home, &draws);
            if (ts_trials_look(ga->trials, &genome, &home->child[j], error)) return -1;
        }
    }
    return 0;
}

static int by_standing(const void *a, const void *b, void *objective)
{
    const ts_trial *x = *(ts_trial *const *)a, *y = *(ts_trial *const *)b;
    return ts_objective_compare(objective, &x->standing, &x->genome, &y->standing, &y->genome);
}

static void put_in_order(genetic *ga, island *home)
{
    ts_objective objective = ga->trials->settings->objective;
    qsort_r(home->member, home->size, sizeof *home->member, by_standing, &objective);
}

/* The children become the members, in order. Children beyond the budget are NULL: the island of the last generation
 * shrinks. */
static void grow_up(genetic *ga)
{
    for (size_t k = 0; k < ga->count; k++) {
        island *home = &ga->islands[k];
        size_t grown = 0;
        for (size_t j = 0; j < home->size; j++)
            if (home->child[j]) home->member[grown++] = home->child[j];
        for (size_t j = grown; j < home->size; j++) home->member[j] = NULL;
        home->size = grown;
        put_in_order(ga, home);
    }
}

/* The best of every island replace the worst of the next one. Read and written members never overlap. */
static void migrate(genetic *ga)
{
    if (ga->count < 2) return;
    for (size_t k = 0; k < ga->count; k++) {
        const island *from = &ga->islands[k];
        island *to = &ga->islands[(k + 1) % ga->count];
        size_t smaller = from->size < to->size ? from->size : to->size;
        size_t travellers = (size_t)(ga->breeding->migrants * (double)smaller);
        if (travellers == 0 && ga->breeding->migrants > 0) travellers = 1;
        if (travellers > smaller / 2) travellers = smaller / 2;
        for (size_t i = 0; i < travellers; i++) to->member[to->size - 1 - i] = from->member[i];
    }
    for (size_t k = 0; k < ga->count; k++) put_in_order(ga, &ga->islands[k]);
}

/* Generation after generation until the budget or the generations are spent or nothing new comes. */
static int evolve(genetic *ga, ts_error *error)
{
    ts_trials *trials = ga->trials;
    uint32_t limit = (uint32_t)ga->breeding->generations;
    if (settle(ga, error)) return -1;
    for (uint32_t generation = 1, stagnant = 0;; generation++) {
        uint64_t left = trials->left;
        if (ts_trials_flush(trials, error)) return -1;
        grow_up(ga);
        if (ts_trials_step(trials, ga->members, (size_t)ga->breeding->population, error)) return -1;
        if (trials->left == 0 || (limit && generation > limit) || stagnant >= STAGNANT) return 0;
        if (ga->breeding->migration_every && generation % (uint32_t)ga->breeding->migration_every == 0) migrate(ga);
        if (next_generation(ga, generation, error)) return -1;
        stagnant = trials->left == left ? stagnant + 1 : 0;
    }
}

int ts_search_genetic(ts_trials *trials, ts_error *error)
{
    genetic ga;
    int rc = genetic_init(&ga, trials, error);
    if (rc == 0) rc = evolve(&ga, error);
    genetic_clear(&ga);
    return rc;
}
