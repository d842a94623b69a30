/* A strategy: parameters, the condition that makes a genome valid, and the trees that say when to enter and leave. */
#ifndef TS_HOST_STRATEGY_H
#define TS_HOST_STRATEGY_H

#include "common/error.h"
#include "common/fingerprint.h"
#include "host/language/expression.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TS_PARAMETERS_MAX = 16 };

typedef struct ts_parameter {
    char name[48]; /* as in the language: a letter or _, then letters, digits and _; an index such as [0] may follow */
    bool integer;
    double min, step, fallback; /* value of gene i: min + i * step; `fallback` is the default value */
    int32_t steps;              /* genes are 0 .. steps-1; both bounds can be reached */
} ts_parameter;

/* A point of the parameter lattice. Genes beyond the strategy's parameters are 0. */
typedef struct ts_genome {
    int32_t gene[TS_PARAMETERS_MAX];
} ts_genome;

typedef enum ts_direction { TS_LONG, TS_SHORT, TS_BOTH } ts_direction;

typedef struct ts_strategy {
    char name[64], *description, *source;
    int parameters;
    ts_parameter parameter[TS_PARAMETERS_MAX];
    const ts_expression *require;                  /* NULL: every genome is valid */
    const ts_expression *entry, *exit;             /* of the long side; of the short side when direction is TS_SHORT */
    const ts_expression *short_entry, *short_exit; /* only when direction is TS_BOTH, else NULL */
    ts_direction direction;
    char definition_hash[TS_FINGERPRINT_TEXT]; /* of the canonical definition */
    struct ts_arena *arena;
} ts_strategy;

/* The parts of a strategy as text, from a file or the command line; unused ones are NULL. */
typedef struct ts_strategy_text {
    const char *name, *description, *source, *require, *entry, *exit, *short_entry, *short_exit;
    const char *direction; /* "long", "short", "both"; NULL: long */
    size_t parameters;
    const ts_parameter *parameter;
    size_t lets;
    const char *const *let_name, *const *let_text; /* in order: a let may use the ones before it */
} ts_strategy_text;

/* Compile. NULL with TS_BAD_DATA naming the field, the column and what was expected. */
ts_strategy *ts_strategy_new(const ts_strategy_text *text, ts_error *error);

/* Read and compile one JSON file. NULL with TS_BAD_DATA naming file, field and column. */
ts_strategy *ts_strategy_load(const char *path, ts_error *error);

void ts_strategy_free(ts_strategy *strategy);

/* The value of a parameter in a genome: min + gene * step, the nearest double to the decimal meant. */
double ts_genome_value(const ts_strategy *strategy, const ts_genome *genome, int parameter);

/* The genome of the defaults, and the genome nearest to nothing: a given value per name. TS_USAGE names the parameter
 * and its bounds and step. */
ts_genome ts_genome_default(const ts_strategy *strategy);
int ts_genome_set(const ts_strategy *strategy, ts_genome *genome, const char *name, double value, ts_error *error);

/* Does `require` hold? */
bool ts_genome_valid(const ts_strategy *strategy, const ts_genome *genome);

/* -1, 0 or 1: the order of genomes, gene by gene. */
int ts_genome_compare(const ts_genome *a, const ts_genome *b);

/* Points of the lattice, valid or not; saturates at UINT64_MAX. Point number `index`, the last parameter fastest. */
uint64_t ts_strategy_space(const ts_strategy *strategy);
ts_genome ts_strategy_point(const ts_strategy *strategy, uint64_t index);

/* How many of them `require` lets pass. *exact is false, and the result ts_strategy_space, when the parameters that it
 * names have more than 2,000,000 points. */
uint64_t ts_strategy_valid(const ts_strategy *strategy, bool *exact);

/* The value of a NUMBER tree for a genome; NaN where a definition's ARGUMENT is met. */
double ts_number_value(const ts_strategy *strategy, const ts_genome *genome, const ts_expression *number);

#endif
