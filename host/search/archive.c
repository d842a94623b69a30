#define _GNU_SOURCE /* qsort_r */
#include "host/search/archive.h"

#include "common/memory.h"
#include "host/search/front.h"

#include <math.h>
#include <stdlib.h>

struct ts_archive {
    const ts_search_settings *settings;
    size_t objectives, count, room;
    ts_point *point;         /* beside each other: every candidate is compared with most of them */
    ts_candidate *candidate; /* of the points */
};

ts_archive *ts_archive_new(const ts_search_settings *settings)
{
    ts_archive *archive = calloc(1, sizeof *archive);
    if (!archive) return NULL;
    archive->settings = settings;
    archive->objectives = 1 + settings->also.count;
    return archive;
}

void ts_archive_free(ts_archive *archive)
{
    if (!archive) return;
    free(archive->point);
    free(archive->candidate);
    free(archive);
}

static int make_room(ts_archive *archive, ts_error *error)
{
    if (archive->count < archive->room) return 0;
    size_t room = archive->room ? 2 * archive->room : 64;
    ts_point *points = ts_grow(archive->point, room, sizeof *points);
    if (points) archive->point = points;
    ts_candidate *candidates = ts_grow(archive->candidate, room, sizeof *candidates);
    if (candidates) archive->candidate = candidates;
    if (!points || !candidates) return ts_no_memory(error, "the front of a search");
    archive->room = room;
    return 0;
}

static bool same_point(const ts_archive *archive, const ts_point *a, const ts_point *b)
{
    for (size_t i = 0; i < archive->objectives; i++)
        if (a->cost[i] != b->cost[i]) return false;
    return true;
}

int ts_archive_show(ts_archive *archive, const ts_candidate *candidate, ts_error *error)
{
    const ts_search_settings *settings = archive->settings;
    ts_point point = {{0}};
    ts_objectives_costs(&settings->objective, &settings->also, &candidate->standing, point.cost);
    for (size_t i = 0; i < archive->count;) {
        if (ts_point_beats(&archive->point[i], &point, archive->objectives)) return 0;
        if (same_point(archive, &archive->point[i], &point)) {
            if (ts_genome_compare(&candidate->genome, &archive->candidate[i].genome) < 0)
                archive->candidate[i] = *candidate;
            return 0;
        }
        if (ts_point_beats(&point, &archive->point[i], archive->objectives)) {
            archive->count--;
            archive->point[i] = archive->point[archive->count];
            archive->candidate[i] = archive->candidate[archive->count];
        } else i++;
    }
    if (make_room(archive, error)) return -1;
    archive->point[archive->count] = point;
    archive->candidate[archive->count++] = *candidate;
    return 0;
}

double ts_archive_best(const ts_archive *archive)
{
    const ts_objective *first = &archive->settings->objective;
    double best = NAN;
    for (size_t i = 0; i < archive->count; i++) {
        double score = archive->candidate[i].standing.score;
        if (isnan(best) || (first->lower ? score < best : score > best)) best = score;
    }
    return best;
}

static int by_genome(const void *a, const void *b)
{
    const ts_candidate *x = a, *y = b;
    return ts_genome_compare(&x->genome, &y->genome);
}

/* Places of candidates that are in the order of their genomes. */
static int by_loneliness(const void *a, const void *b, void *crowding)
{
    const double *all = crowding;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    if (all[x] != all[y]) return all[x] > all[y] ? -1 : 1;
    return x < y ? -1 : x > y;
}

static int by_first_objective(const void *a, const void *b, void *objective)
{
    const ts_candidate *x = a, *y = b;
    return ts_objective_compare(objective, &x->standing, &x->genome, &y->standing, &y->genome);
}

/* Points again in the order of the candidates, and the places of the loneliest first. */
static int rate(ts_archive *archive, uint32_t *rank, double *crowding, size_t *place, ts_error *error)
{
    const ts_search_settings *settings = archive->settings;
    for (size_t i = 0; i < archive->count; i++) {
        ts_objectives_costs(&settings->objective, &settings->also, &archive->candidate[i].standing,
                            archive->point[i].cost);
        place[i] = i;
    }
    if (ts_front_crowding(archive->point, rank, archive->count, archive->objectives, crowding, error)) return -1;
    qsort_r(place, archive->count, sizeof *place, by_loneliness, crowding);
    return 0;
}

int ts_archive_take(ts_archive *archive, ts_search_result *result, ts_error *error)
{
    size_t count = archive->count, top = archive->settings->top;
    if (!count) return 0;
    ts_objective first = archive->settings->objective;
    uint32_t *rank = ts_alloc(count, sizeof *rank); /* all in one front */
    double *crowding = ts_alloc(count, sizeof *crowding);
    size_t *place = ts_alloc(count, sizeof *place);
    int status = rank && crowding && place ? 0 : ts_no_memory(error, "the front of a search");
    qsort(archive->candidate, count, sizeof *archive->candidate, by_genome);
    if (!status) status = rate(archive, rank, crowding, place, error);
    if (!status) {
        result->front = count;
        result->top_count = count < top ? count : top;
        for (size_t i = 0; i < result->top_count; i++) result->top[i] = archive->candidate[place[i]];
        qsort_r(result->top, result->top_count, sizeof *result->top, by_first_objective, &first);
    }
    free(rank);
    free(crowding);
    free(place);
    return status;
}
