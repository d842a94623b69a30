/* The scanner against jansson: both take the same texts, but for numbers beyond a double's range, which jansson
 * refuses, and deep nesting and a NUL after the end, which it takes. */
#include "ingest/json_scan.h"

#include "common/json.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    ts_error ours = {0};
    json_error_t theirs;
    ts_scan scan = ts_scan_begin(bytes, size, &ours);
    bool taken = !ts_scan_skip(&scan) && !ts_scan_end(&scan);
    MUST(taken == !ours.code);
    json_t *tree = json_loadb((const char *)bytes, size, JSON_DECODE_ANY, &theirs);
    if (tree && !taken) MUST(strstr(ours.text, "deeper") || memchr(bytes, 0, size));
    if (!tree && taken) MUST(json_error_code(&theirs) == json_error_numeric_overflow);
    json_decref(tree);
    return 0;
}
