/* Nearly every price has at most 15 significant digits: an integer below 2^53 and a power of ten up to 10^22 are both
 * exact doubles, so one multiplication or division of the two is correctly rounded (Clinger, How to Read Floating Point
 * Numbers Accurately, PLDI 1990). The rest goes to the C library. */
#include "data/candles/decimal.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum { DIGITS_EXACT = 19, EXPONENT_LIMIT = 9999 };

typedef struct parts {
    uint64_t mantissa;
    int digits;   /* significant ones, leading zeros not counted */
    int exponent; /* of ten */
} parts;

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static const char *read_digits(const char *at, parts *number, int shift)
{
    for (; is_digit(*at); at++) {
        number->mantissa = number->mantissa * 10 + (unsigned)(*at - '0'); /* wraps only when digits > DIGITS_EXACT */
        number->digits += number->mantissa != 0 || number->digits;
        number->exponent -= shift;
    }
    return at;
}

/* The optional exponent; NULL when its digits are missing. */
static const char *read_exponent(const char *at, parts *number)
{
    if (*at != 'e' && *at != 'E') return at;
    at++;
    bool negative = *at == '-';
    if (*at == '-' || *at == '+') at++;
    if (!is_digit(*at)) return NULL;
    int exponent = 0;
    for (; is_digit(*at); at++)
        if (exponent < EXPONENT_LIMIT) exponent = exponent * 10 + (*at - '0');
    number->exponent += negative ? -exponent : exponent;
    return at;
}

bool ts_decimal_read(const char **at, double *value)
{
    static const double ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const char *text = *at, *start = text;
    bool negative = *text == '-';
    if (*text == '-' || *text == '+') text++;
    parts number = {0};
    const char *whole = text;
    text = read_digits(text, &number, 0);
    bool some = text > whole;
    if (*text == '.') {
        const char *fraction = text + 1;
        text = read_digits(fraction, &number, 1);
        some = some || text > fraction;
    }
    if (!some || !(text = read_exponent(text, &number))) return false;
    double read;
    if (number.digits <= DIGITS_EXACT && number.mantissa <= UINT64_C(1) << 53 && abs(number.exponent) <= 22) {
        double mantissa = (double)number.mantissa;
        read = number.exponent < 0 ? mantissa / ten[-number.exponent] : mantissa * ten[number.exponent];
        if (negative) read = -read;
    } else {
        char *end;
        read = strtod(start, &end);
        if (end != text || !isfinite(read)) return false;
    }
    *value = read;
    *at = text;
    return true;
}
