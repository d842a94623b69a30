/* Exact decimals against the C library: what is read is, once rounded, what strtod makes of the same text. */
#include "ingest/exact.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char text[512], *end;
    ts_exact value;
    ts_exact_fault fault = ts_exact_read((const char *)bytes, size, &value);
    if (size >= sizeof text) return 0;
    memcpy(text, bytes, size);
    text[size] = '\0';
    double wanted = strtod(text, &end);
    if (fault == TS_EXACT_FINE) MUST(end == text + size && ts_exact_real(value) == wanted);
    if (fault == TS_EXACT_TOO_LARGE) MUST(end == text + size && wanted >= 1e18);
    if (fault == TS_EXACT_TOO_FINE) MUST(end == text + size);
    return 0;
}
