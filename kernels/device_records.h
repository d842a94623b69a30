/* What the host tells a device of rows, masks and genomes: records of numbers of 8 bytes, so that both lay them out
 * alike. Places are counted in doubles from the begin of the rows' memory, masks by number. */
#ifndef TS_KERNELS_DEVICE_RECORDS_H
#define TS_KERNELS_DEVICE_RECORDS_H

#include "kernels/dialect.h"

enum { TS_DEVICE_INPUTS = 3, TS_DEVICE_PARAMETERS = 4, TS_DEVICE_STATE = 10, TS_DEVICE_RULES = 8 };

/* Bars of a piece of a mask, pieces and bars of a block, see pieces.h. */
enum { TS_DEVICE_PIECE = 32, TS_DEVICE_PIECES = 16, TS_DEVICE_BLOCK = TS_DEVICE_PIECE * TS_DEVICE_PIECES };

/* Where an operand's tile begins; `mask` as in ts_operand: all ones for a row, 0 for a number. */
typedef struct ts_device_operand {
    int64_t at, mask;
} ts_device_operand;

typedef struct ts_device_row {
    ts_device_operand in[TS_DEVICE_INPUTS];
    int64_t out, state; /* `state` is of the recurrences */
    int64_t back;       /* earlier values that readers look at */
    double parameter[TS_DEVICE_PARAMETERS];
} ts_device_row;

/* A row that masks compare, or a number, and where its singles begin, counted in singles. */
typedef struct ts_device_single {
    ts_device_operand from;
    int64_t out;
} ts_device_single;

typedef struct ts_device_mask {
    int64_t kind, relation; /* ts_mask_kind, ts_relation */
    ts_device_operand a, b;
    ts_device_operand single_a, single_b; /* places among the singles */
    int64_t x, y;                         /* masks that it is made of */
    int64_t down;                         /* of an UP */
} ts_device_mask;

typedef struct ts_device_rule {
    int64_t kind, side;  /* as in ts_rule */
    int64_t range, gate; /* place of the row, number of the mask; -1: none */
    double amount;
} ts_device_rule;

typedef struct ts_device_walk {
    int64_t entry[2], exit[2]; /* masks, long and short; -1: never */
    int64_t rule, rules;       /* the first of its rules, and how many */
    int64_t begin;             /* bar of the series from which entries count */
} ts_device_walk;

/* Where a genome stands between tiles. */
typedef struct ts_device_stand {
    int64_t side, next, entry; /* as in ts_stand */
    double price, extreme;
} ts_device_stand;

/* A trade of the only genome of a backtest. ruin: the bar at which a short was wiped out, else 0. */
typedef struct ts_device_trade {
    int64_t entry, exit, flags, reason, ruin;
    double cash;
} ts_device_trade;

/* What all walkers of a window share. */
typedef struct ts_device_run {
    int64_t first, bars;     /* of the tile */
    int64_t words;           /* of a mask: of the longest tile */
    int64_t signals_end;     /* bar of the series after the last whose signals can be acted on in the window */
    int64_t loaded;          /* bars of the series up to the window's end */
    int64_t delay, at_close; /* bars from signal to fill; 1: orders fill at the close */
    int64_t both;            /* 1: the exit of one side may enter the other */
    int64_t padded;          /* values of a column of candles */
    int64_t close, fill;     /* the columns of closes, and of the prices at which orders fill */
    int64_t block_count;
    int64_t trades; /* room for trades that are told one by one */
    int64_t walker; /* the window's first among the records of walks, stands and totals */
    double fee, slippage;
} ts_device_run;

#endif
