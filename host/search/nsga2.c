/* NSGA-II: the genetic search of several objectives (Deb, Pratap, Agarwal, Meyarivan 2002; see host/search/front.h).
 *
 * Parents and children compete together; the fronts of smallest rank survive, and of the last one that fits in part its
 * loneliest. Infeasible genomes come after all feasible ones, in the order of ts_objective_compare. One population:
 * crowding keeps it apart, as islands do in the search of one objective. No genome is in it twice. */
#define _GNU_SOURCE /* qsort_r */
#include "host/search/front.h"
#include "host/search/methods.h"

#include "common/memory.h"

#include <stdlib.h>

/* STAGNANT: generations without one new genome after which nothing more is to be expected. */
enum { STAGNANT = 20 };

typedef struct member {
    ts_trial *trial;
    uint32_t rank;
    double crowding;
} member;

typedef struct nsga2 {
    ts_trials *trials;
    size_t size;       /* of the population */
    ts_trial **parent; /* evaluated, the best first: `parents` of them, at most `size` */
    ts_trial **child;  /* of the generation under way, `size`; NULL: beyond the budget */
    size_t parents;
    /* room for parents and children together */
    member *pool;
    ts_point *point;
    uint32_t *rank;
    double *crowding;
} nsga2;

static void nsga2_clear(nsga2 *n)
{
    free(n->parent);
    free(n->child);
    free(n->pool);
    free(n->point);
    free(n->rank);
    free(n->crowding);
}

static int nsga2_init(nsga2 *n, ts_trials *trials, ts_error *error)
{
    size_t size = (size_t)trials->settings->breeding.population;
    *n = (nsga2){.trials = trials,
                 .size = size,
                 .parent = ts_alloc(size, sizeof(ts_trial *)),
                 .child = ts_alloc(size, sizeof(ts_trial *)),
                 .pool = ts_alloc(2 * size, sizeof *n->pool),
                 .point = ts_alloc(2 * size, sizeof *n->point),
                 .rank = ts_alloc(2 * size, sizeof *n->rank),
                 .crowding = ts_alloc(2 * size, sizeof *n->crowding)};
    bool whole = n->parent && n->child && n->pool && n->point && n->rank && n->crowding;
    return whole ? 0 : ts_no_memory(error, "a population");
}

/* The first generation: random genomes, and the defaults as the first. */
static int settle(nsga2 *n, ts_error *error)
{
    const ts_strategy *strategy = n->trials->strategy;
    for (size_t i = 0; i < n->size; i++) {
        ts_draws draws = ts_draws_at(n->trials->key, 0, 0, (uint32_t)i);
        ts_genome genome = ts_genome_default(strategy);
        bool defaults = i == 0 && ts_genome_valid(strategy, &genome);
        if (!defaults && !ts_draw_genome(strategy, &draws, &genome)) return ts_search_no_genome(strategy, error);
        if (ts_trials_look(n->trials, &genome, &n->child[i], error)) return -1;
    }
    return 0;
}

/* The better of two drawn at random; parents stand in order, so that is the smaller index. */
static const ts_genome *tournament(const nsga2 *n, ts_draws *draws)
{
    uint32_t a = ts_draw_below(draws, (uint32_t)n->parents), b = ts_draw_below(draws, (uint32_t)n->parents);
    return &n->parent[a < b ? a : b]->genome;
}

static int next_generation(nsga2 *n, uint32_t generation, ts_error *error)
{
    for (size_t i = 0; i < n->size; i++) {
        ts_draws draws = ts_draws_at(n->trials->key, 0, generation, (uint32_t)i);
        const ts_genome *a = tournament(n, &draws), *b = tournament(n, &draws);
        ts_genome genome = ts_breed_child(n->trials, a, b, &draws);
        if (ts_trials_look(n->trials, &genome, &n->child[i], error)) return -1;
    }
    return 0;
}

static int by_genome(const void *a, const void *b)
{
    const member *x = a, *y = b;
    return ts_genome_compare(&x->trial->genome, &y->trial->genome);
}

/* By rank, then the loneliest first, then by genome; the infeasible last. */
static int by_fitness(const void *a, const void *b, void *objective)
{
    const member *x = a, *y = b;
    const ts_standing *one = &x->trial->standing, *other = &y->trial->standing;
    if (!one->feasible || !other->feasible)
        return ts_objective_compare(objective, one, &x->trial->genome, other, &y->trial->genome);
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    if (x->crowding != y->crowding) return x->crowding > y->crowding ? -1 : 1;
    return by_genome(a, b);
}

/* Parents and children, each genome once, in the order of genomes. Returns how many. */
static size_t gather(nsga2 *n)
{
    size_t all = 0, once = 0;
    for (size_t i = 0; i < n->parents; i++) n->pool[all++] = (member){.trial = n->parent[i]};
    for (size_t i = 0; i < n->size; i++)
        if (n->child[i]) n->pool[all++] = (member){.trial = n->child[i]};
    qsort(n->pool, all, sizeof *n->pool, by_genome);
    for (size_t i = 0; i < all; i++)
        if (once == 0 || n->pool[i].trial != n->pool[once - 1].trial) n->pool[once++] = n->pool[i];
    return once;
}

/* Rank and crowding of the feasible. */
static int rate(nsga2 *n, size_t count, ts_error *error)
{
    const ts_search_settings *settings = n->trials->settings;
    size_t feasible = 0, objectives = 1 + settings->also.count;
    for (size_t i = 0; i < count; i++)
        if (n->pool[i].trial->standing.feasible)
            ts_objectives_costs(&settings->objective, &settings->also, &n->pool[i].trial->standing,
                                n->point[feasible++].cost);
    if (ts_front_ranks(n->point, feasible, objectives, n->rank, error) ||
        ts_front_crowding(n->point, n->rank, feasible, objectives, n->crowding, error))
        return -1;
    for (size_t i = 0, at = 0; i < count; i++)
        if (n->pool[i].trial->standing.feasible) {
            n->pool[i].rank = n->rank[at];
            n->pool[i].crowding = n->crowding[at++];
        }
    return 0;
}

/* The fittest of parents and children become the parents, in order. */
static int survive(nsga2 *n, ts_error *error)
{
    ts_objective objective = n->trials->settings->objective;
    size_t count = gather(n);
    if (rate(n, count, error)) return -1;
    qsort_r(n->pool, count, sizeof *n->pool, by_fitness, &objective);
    n->parents = count < n->size ? count : n->size;
    for (size_t i = 0; i < n->parents; i++) n->parent[i] = n->pool[i].trial;
    return 0;
}

/* Generation after generation until the budget or the generations are spent or nothing new comes. */
static int evolve(nsga2 *n, ts_error *error)
{
    ts_trials *trials = n->trials;
    uint32_t limit = (uint32_t)trials->settings->breeding.generations;
    if (settle(n, error)) return -1;
    for (uint32_t generation = 1, stagnant = 0;; generation++) {
        uint64_t left = trials->left;
        if (ts_trials_flush(trials, error) || survive(n, error)) return -1;
        if (ts_trials_step(trials, n->parent, n->parents, error)) return -1;
        if (trials->left == 0 || (limit && generation > limit) || stagnant >= STAGNANT) return 0;
        if (next_generation(n, generation, error)) return -1;
        stagnant = trials->left == left ? stagnant + 1 : 0;
    }
}

int ts_search_nsga2(ts_trials *trials, ts_error *error)
{
    nsga2 n;
    int rc = nsga2_init(&n, trials, error);
    if (rc == 0) rc = evolve(&n, error);
    nsga2_clear(&n);
    return rc;
}
