#include "ingest/exact.h"

#include <math.h>
#include <stdint.h>

enum { WHOLE_DIGITS = 18, EXPONENT_LIMIT = 999, DIGITS = 19 }; /* 19 digits fit into 64 bits */

static const uint64_t ten[DIGITS + 1] = {1u,
                                         10u,
                                         100u,
                                         1000u,
                                         10000u,
                                         100000u,
                                         1000000u,
                                         10000000u,
                                         100000000u,
                                         1000000000u,
                                         10000000000u,
                                         100000000000u,
                                         1000000000000u,
                                         10000000000000u,
                                         100000000000000u,
                                         1000000000000000u,
                                         10000000000000000u,
                                         100000000000000000u,
                                         1000000000000000000u,
                                         10000000000000000000u};

static bool is_digit(char c) { return (unsigned char)(c - '0') < 10; }

/* A number of significant digits and the power of ten of the last one. */
typedef struct parts {
    ts_exact digits; /* up to 36 of them */
    int count, exponent;
    bool too_fine; /* digits that are not 0 came after those */
} parts;

/* Slow and general: more digits than usual, or an exponent. */
static const char *read_digits(const char *at, const char *end, parts *number, int shift)
{
    for (; at < end && is_digit(*at); at++) {
        if (number->count < 2 * TS_EXACT_DECIMALS) {
            number->digits = number->digits * 10 + (unsigned)(*at - '0');
            number->count += number->digits != 0;
            number->exponent -= shift;
        } else {
            number->too_fine |= *at != '0';
            number->exponent += 1 - shift;
        }
    }
    return at;
}

static const char *read_exponent(const char *at, const char *end, int *exponent)
{
    bool negative = at < end && *at == '-';
    int value = 0;
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (at == end) return NULL;
    for (; at < end && is_digit(*at); at++)
        if (value <= EXPONENT_LIMIT) value = value * 10 + (*at - '0');
    *exponent += negative ? -value : value;
    return at;
}

static ts_exact power(int exponent) /* 0 .. 36 */
{
    return exponent < DIGITS ? (ts_exact)ten[exponent] : (ts_exact)ten[DIGITS - 1] * ten[exponent - (DIGITS - 1)];
}

/* Digits x 10^exponent as units of 10^-18. */
static ts_exact_fault scale(const parts *number, ts_exact *value)
{
    if (number->digits == 0) return TS_EXACT_FINE;
    int shift = number->exponent + TS_EXACT_DECIMALS;
    if (number->count + number->exponent > WHOLE_DIGITS) return TS_EXACT_TOO_LARGE;
    if (number->too_fine || shift <= -2 * TS_EXACT_DECIMALS) return TS_EXACT_TOO_FINE;
    if (shift >= 0) *value = number->digits * power(shift); /* below 10^36, as count + exponent says */
    else if (number->digits % power(-shift)) return TS_EXACT_TOO_FINE;
    else *value = number->digits / power(-shift);
    return TS_EXACT_FINE;
}

static ts_exact_fault read_general(const char *at, const char *end, ts_exact *value)
{
    parts number = {0};
    const char *start = at;
    at = read_digits(at, end, &number, 0);
    bool some = at > start;
    if (some && at < end && *at == '.') {
        const char *fraction = at + 1;
        at = read_digits(fraction, end, &number, 1);
        some = at > fraction;
    }
    if (some && at < end && (*at == 'e' || *at == 'E')) {
        const char *after = read_exponent(at + 1, end, &number.exponent);
        some = after != NULL;
        at = after;
    }
    *value = 0;
    return some && at == end ? scale(&number, value) : TS_EXACT_NO_NUMBER;
}

ts_exact_fault ts_exact_read(const char *text, size_t length, ts_exact *value)
{
    const char *at = text, *end = text + length;
    uint64_t whole = 0, fraction = 0;
    for (; at < end && is_digit(*at); at++) whole = whole * 10 + (unsigned)(*at - '0'); /* wraps: looked at below */
    size_t digits = (size_t)(at - text), decimals = 0;
    if (at < end && *at == '.') {
        const char *start = ++at;
        for (; at < end && is_digit(*at); at++) fraction = fraction * 10 + (unsigned)(*at - '0');
        decimals = (size_t)(at - start);
        if (!decimals) return TS_EXACT_NO_NUMBER;
    }
    if (at != end || digits > WHOLE_DIGITS || decimals > TS_EXACT_DECIMALS) return read_general(text, end, value);
    if (!digits) return TS_EXACT_NO_NUMBER;
    *value = (ts_exact)whole * ten[TS_EXACT_DECIMALS] + fraction * ten[TS_EXACT_DECIMALS - decimals];
    return TS_EXACT_FINE;
}

const char *ts_exact_fault_text(ts_exact_fault fault)
{
    static const char *const texts[] = {"is fine", "is no plain decimal number", "is 10^18 or more",
                                        "has more than 18 decimals"};
    return texts[fault];
}

static int bits(ts_exact value)
{
    uint64_t high = (uint64_t)(value >> 64), low = (uint64_t)value;
    return high ? 128 - __builtin_clzll(high) : low ? 64 - __builtin_clzll(low) : 0;
}

/* value / 10^18 = value / 5^18 / 2^18. The quotient of the value moved up to 128 bits has at least 86 bits; cut to 64
 * with a last bit that says whether anything was cut, it is rounded once, when it becomes a double. */
double ts_exact_real(ts_exact value)
{
    const ts_exact five18 = UINT64_C(3814697265625);
    if (value == 0) return 0;
    int up = 128 - bits(value);
    ts_exact moved = value << up, quotient = moved / five18;
    int down = bits(quotient) - 64;
    bool rest = moved % five18 != 0 || (quotient & (((ts_exact)1 << down) - 1)) != 0;
    return ldexp((double)((uint64_t)(quotient >> down) | rest), down - up - TS_EXACT_DECIMALS);
}
