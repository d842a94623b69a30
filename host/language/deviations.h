/* Where TA-Lib's code does otherwise than its published definitions say, and than our functions do: rows of the
 * reference page. */
#ifndef TS_HOST_DEVIATIONS_H
#define TS_HOST_DEVIATIONS_H

typedef struct ts_deviation {
    const char *functions; /* names, separated by ", "; a * stands for the rest of a name; NULL ends the table */
    const char *where;     /* with which arguments, after the names; "" for all */
    const char *theirs, *ours;
} ts_deviation;

extern const ts_deviation ts_deviations[];

#endif
