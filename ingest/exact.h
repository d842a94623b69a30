/* Prices and sizes as exact decimals: whole numbers of 10^-18 in 128 bits, never negative. Sums are exact, so the order
 * of trades does not matter; a value becomes a double once, at the end, and is then the nearest one. */
#ifndef TS_INGEST_EXACT_H
#define TS_INGEST_EXACT_H

#include <stdbool.h>
#include <stddef.h>

__extension__ typedef unsigned __int128 ts_exact;

/* Digits: one value has at most 18 before the point and 18 after it, beyond which only zeros may follow. A sum may
 * reach 3.4 x 10^20. */
enum { TS_EXACT_DECIMALS = 18 };

typedef enum ts_exact_fault {
    TS_EXACT_FINE,
    TS_EXACT_NO_NUMBER, /* no plain number: sign, blank, comma, hexadecimal, NaN, nothing at all */
    TS_EXACT_TOO_LARGE, /* 10^18 or more */
    TS_EXACT_TOO_FINE,  /* a digit other than 0 after the 18th decimal */
} ts_exact_fault;

/* Read all of text[0 .. length-1]: digits, perhaps a point and digits, perhaps an exponent (1.5e-7), as JSON has them
 * but leading zeros are passed over. Allocates nothing and knows no locale. */
ts_exact_fault ts_exact_read(const char *text, size_t length, ts_exact *value);

/* What is wrong, as the end of a sentence: "is no plain decimal number". */
const char *ts_exact_fault_text(ts_exact_fault fault);

/* Add `value` to `sum`; false, and the sum unchanged, when it would not fit. */
static inline bool ts_exact_add(ts_exact *sum, ts_exact value)
{
    ts_exact result = *sum + value;
    if (result < value) return false;
    *sum = result;
    return true;
}

/* The nearest double, ties to even. */
double ts_exact_real(ts_exact value);

#endif
