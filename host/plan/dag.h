/* The plan of a batch: every genome's expressions with its parameters filled in, each distinct row and mask once. */
#ifndef TS_HOST_DAG_H
#define TS_HOST_DAG_H

#include "common/error.h"
#include "host/language/strategy.h"
#include "kernels/cpu.h"

#include <stddef.h>
#include <stdint.h>

enum { TS_RULES_MAX = 8 };

/* A row as it was `lag` bars ago. */
typedef struct ts_source {
    int32_t row, lag;
} ts_source;

typedef enum ts_row_kind { TS_ROW_COLUMN, TS_ROW_NUMBER, TS_ROW_KERNEL } ts_row_kind;

/* What makes a row distinct; compared byte by byte, so unused members are 0. */
typedef struct ts_row_key {
    int32_t kind, which; /* which: ts_column or ts_kernel */
    ts_source in[TS_KERNEL_INPUTS];
    double parameter[TS_KERNEL_PARAMETERS]; /* [0] is the value of a ROW_NUMBER */
} ts_row_key;

typedef struct ts_row_node {
    ts_row_key key;
    int32_t level;   /* 1 + the inputs' deepest */
    int64_t history; /* earlier bars that its readers look at */
    int64_t warmup;  /* bars before its first defined value, by the tables */
} ts_row_node;

/* An UP is always followed by its DOWN: they are made together. */
typedef struct ts_mask_key {
    int32_t kind, relation; /* ts_mask_kind; ts_relation of a COMPARE */
    ts_source row[2];       /* of COMPARE, DEFINED, UP, DOWN */
    int32_t mask[2];        /* of AND, OR, NOT; the DEFINED masks of UP and DOWN */
} ts_mask_key;

typedef struct ts_mask_node {
    ts_mask_key key;
    int64_t warmup; /* the deepest row's */
    int32_t uses;   /* of a DEFINED mask: crossings of its row */
} ts_mask_node;

/* A position rule of a genome: the row of its range (row -1: none) and the mask that gates it (-1: none). */
typedef struct ts_planned_rule {
    int kind, side; /* side 0: it ends longs, 1: shorts */
    double amount;
    ts_source range;
    int32_t gate;
} ts_planned_rule;

typedef struct ts_planned {
    int32_t entry[2], exit[2]; /* masks of the long and the short side; -1: never */
    bool follows; /* long from where a crosses above b to where it crosses below; then flat, or short when there is a
                     short side. The rows of entry[0] are needed, the masks are not */
    int32_t rules;
    ts_planned_rule rule[TS_RULES_MAX];
    int64_t warmup;
} ts_planned;

typedef struct ts_dag ts_dag;

ts_dag *ts_dag_new(ts_error *error);
void ts_dag_free(ts_dag *dag);

/* The node of a key, made if it is new: its number, or -1 without memory. */
int32_t ts_dag_row(ts_dag *dag, const ts_row_key *key, ts_error *error);
int32_t ts_dag_mask(ts_dag *dag, const ts_mask_key *key, ts_error *error);

/* Say that `source` is read as far back as `reach` bars before it (beyond its lag). */
void ts_dag_reads(ts_dag *dag, ts_source source, int64_t reach);

/* Are the rows of this UP compared by levels? That pays for rows that cross several others. */
bool ts_crosses_by_levels(const ts_mask_node *masks, int32_t up);

const ts_row_node *ts_dag_rows(const ts_dag *dag, size_t *count);
const ts_mask_node *ts_dag_masks(const ts_dag *dag, size_t *count);

/* Where calls already planned are remembered: `key` of `size` bytes to a result, see instantiate.c. NULL: not there. */
struct ts_planned_value *ts_dag_recall(ts_dag *dag, const void *key, size_t size);
int ts_dag_remember(ts_dag *dag, const void *key, size_t size, const struct ts_planned_value *value, ts_error *error);

#endif
