/* Hash-consed nodes: equal keys are one node. */
#include "host/plan/dag.h"

#include "common/memory.h"
#include "host/plan/instantiate.h"
#include "host/plan/kernel_table.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM          1
#define uthash_nonfatal_oom(entry) ((entry)->lost = true)
#include <uthash.h>

typedef struct entry {
    UT_hash_handle hh;
    bool lost; /* uthash had no memory to add it */
    int32_t node;
    ts_planned_value value;
    unsigned char key[];
} entry;

struct ts_dag {
    entry *rows_by_key, *masks_by_key, *calls;
    ts_row_node *row;
    ts_mask_node *mask;
    size_t rows, masks, row_capacity, mask_capacity;
};

ts_dag *ts_dag_new(ts_error *error)
{
    ts_dag *dag = ts_alloc(1, sizeof *dag);
    if (!dag) ts_no_memory(error, "a plan");
    return dag;
}

static void free_table(entry **table)
{
    entry *each, *next;
    HASH_ITER(hh, *table, each, next)
    {
        HASH_DEL(*table, each);
        free(each);
    }
}

void ts_dag_free(ts_dag *dag)
{
    if (!dag) return;
    free_table(&dag->rows_by_key);
    free_table(&dag->masks_by_key);
    free_table(&dag->calls);
    free(dag->row);
    free(dag->mask);
    free(dag);
}

static entry *find(entry *table, const void *key, size_t size)
{
    entry *found;
    HASH_FIND(hh, table, key, size, found);
    return found;
}

static entry *insert(entry **table, const void *key, size_t size, ts_error *error)
{
    entry *made = malloc(sizeof *made + size);
    if (made) {
        memset(made, 0, sizeof *made);
        memcpy(made->key, key, size);
        HASH_ADD_KEYPTR(hh, *table, made->key, size, made);
    }
    if (made && !made->lost) return made;
    free(made);
    ts_no_memory(error, "a plan");
    return NULL;
}

static int reserve(void **nodes, size_t *capacity, size_t needed, size_t size, ts_error *error)
{
    if (needed <= *capacity) return 0;
    size_t wanted = *capacity ? *capacity * 2 : 256;
    void *grown = wanted >= needed && wanted < INT32_MAX ? ts_grow(*nodes, wanted, size) : NULL;
    if (!grown) return ts_no_memory(error, "a plan");
    *nodes = grown;
    *capacity = wanted;
    return 0;
}

/* Bars that the inputs need before the kernel's own lookback. */
static int64_t inputs_warmup(const ts_dag *dag, const ts_row_key *key)
{
    int64_t deepest = 0;
    int first = key->which == TS_KERNEL_coalesce; /* defined as soon as its second input is */
    for (int i = first; i < ts_kernel_table[key->which].inputs; i++) {
        int64_t warmup = dag->row[key->in[i].row].warmup + key->in[i].lag;
        deepest = warmup > deepest ? warmup : deepest;
    }
    return deepest;
}

static void describe(ts_dag *dag, ts_row_node *node)
{
    const ts_row_key *key = &node->key;
    if (key->kind != TS_ROW_KERNEL) return;
    const ts_kernel_row *kernel = &ts_kernel_table[key->which];
    node->warmup = inputs_warmup(dag, key) + ts_kernel_lookback(key->which, key->parameter);
    for (int i = 0; i < kernel->inputs; i++) {
        int32_t level = dag->row[key->in[i].row].level + 1;
        node->level = level > node->level ? level : node->level;
        ts_dag_reads(dag, key->in[i], ts_kernel_reach(key->which, i, key->parameter));
    }
}

int32_t ts_dag_row(ts_dag *dag, const ts_row_key *key, ts_error *error)
{
    entry *found = find(dag->rows_by_key, key, sizeof *key);
    if (found) return found->node;
    if (reserve((void **)&dag->row, &dag->row_capacity, dag->rows + 1, sizeof *dag->row, error)) return -1;
    found = insert(&dag->rows_by_key, key, sizeof *key, error);
    if (!found) return -1;
    found->node = (int32_t)dag->rows;
    ts_row_node *node = &dag->row[dag->rows++];
    *node = (ts_row_node){.key = *key};
    describe(dag, node);
    return found->node;
}

static int64_t mask_warmup(const ts_dag *dag, const ts_mask_key *key)
{
    int64_t deepest = 0;
    bool of_rows = key->kind == TS_MASK_COMPARE || key->kind == TS_MASK_DEFINED || key->kind == TS_MASK_UP ||
                   key->kind == TS_MASK_DOWN;
    int operands = key->kind == TS_MASK_DEFINED || key->kind == TS_MASK_NOT ? 1 : 2;
    for (int i = 0; i < operands; i++) {
        int64_t warmup = of_rows ? dag->row[key->row[i].row].warmup + key->row[i].lag : dag->mask[key->mask[i]].warmup;
        deepest = warmup > deepest ? warmup : deepest;
    }
    return deepest;
}

int32_t ts_dag_mask(ts_dag *dag, const ts_mask_key *key, ts_error *error)
{
    entry *found = find(dag->masks_by_key, key, sizeof *key);
    if (found) return found->node;
    if (reserve((void **)&dag->mask, &dag->mask_capacity, dag->masks + 1, sizeof *dag->mask, error)) return -1;
    found = insert(&dag->masks_by_key, key, sizeof *key, error);
    if (!found) return -1;
    found->node = (int32_t)dag->masks;
    dag->mask[dag->masks] = (ts_mask_node){.key = *key, .warmup = mask_warmup(dag, key)};
    dag->masks++;
    for (int i = 0; key->kind == TS_MASK_UP && i < 2; i++) dag->mask[key->mask[i]].uses++;
    if (key->kind <= TS_MASK_DOWN) {
        ts_dag_reads(dag, key->row[0], 0);
        if (key->kind != TS_MASK_DEFINED) ts_dag_reads(dag, key->row[1], 0);
    }
    return found->node;
}

/* To make the levels of a row takes about three times as long as to compare two rows once by their doubles, which takes
 * four times as long as by levels. */
bool ts_crosses_by_levels(const ts_mask_node *masks, int32_t up)
{
    const int32_t *defined = masks[up].key.mask;
    double levels = 3.0 / masks[defined[0]].uses + 3.0 / masks[defined[1]].uses + 0.25;
    return levels < 1;
}

void ts_dag_reads(ts_dag *dag, ts_source source, int64_t reach)
{
    ts_row_node *node = &dag->row[source.row];
    int64_t history = source.lag + reach;
    if (node->key.kind != TS_ROW_NUMBER && history > node->history) node->history = history;
}

const ts_row_node *ts_dag_rows(const ts_dag *dag, size_t *count) { return *count = dag->rows, dag->row; }
const ts_mask_node *ts_dag_masks(const ts_dag *dag, size_t *count) { return *count = dag->masks, dag->mask; }

ts_planned_value *ts_dag_recall(ts_dag *dag, const void *key, size_t size)
{
    entry *found = find(dag->calls, key, size);
    return found ? &found->value : NULL;
}

int ts_dag_remember(ts_dag *dag, const void *key, size_t size, const ts_planned_value *value, ts_error *error)
{
    entry *made = insert(&dag->calls, key, size, error);
    if (!made) return -1;
    made->value = *value;
    return 0;
}
