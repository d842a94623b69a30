#include "ingest/json_scan.h"

#include "ingest/json_string.h"

#include <string.h>

ts_scan ts_scan_begin(const void *bytes, size_t size, ts_error *error)
{
    return (ts_scan){.start = bytes, .at = bytes, .end = (const char *)bytes + size, .error = error};
}

int ts_scan_fail(ts_scan *scan, const char *text)
{
    return ts_fail(scan->error, TS_BAD_DATA, "byte %td: %s", scan->at - scan->start, text);
}

/* The next character that is no blank, 0 at the end; it is not stepped over. */
static char peek(ts_scan *scan)
{
    const char *at = scan->at, *end = scan->end;
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) at++;
    scan->at = at;
    return at < end ? *at : '\0';
}

static bool take(ts_scan *scan, char wanted)
{
    if (peek(scan) != wanted || scan->at == scan->end) return false;
    scan->at++;
    return true;
}

static int enter(ts_scan *scan, char opening, const char *expected)
{
    if (!take(scan, opening)) return ts_scan_fail(scan, expected);
    return ++scan->depth <= TS_SCAN_DEPTH ? 0 : ts_scan_fail(scan, "nested deeper than 32 levels");
}

/* After a value within an object or array: 1 another one follows, 0 it was the last. */
static int more(ts_scan *scan, char closing)
{
    if (take(scan, ',')) return 1;
    if (!take(scan, closing)) return ts_scan_fail(scan, closing == '}' ? "expected , or }" : "expected , or ]");
    scan->depth--;
    return 0;
}

int ts_scan_end(ts_scan *scan)
{
    peek(scan);
    return scan->at == scan->end ? 0 : ts_scan_fail(scan, "more after the end of the message");
}

static int take_string(ts_scan *scan, ts_json_span *span)
{
    if (!take(scan, '"')) return ts_scan_fail(scan, "expected a string");
    const char *wrong = ts_json_span_read(&scan->at, scan->end, span);
    return wrong ? ts_scan_fail(scan, wrong) : 0;
}

/* The name of a member and its colon. */
static int take_name(ts_scan *scan, ts_json_span *name)
{
    if (take_string(scan, name)) return -1;
    return take(scan, ':') ? 0 : ts_scan_fail(scan, "expected :");
}

static size_t find(const ts_json_span *name, const ts_member *member, size_t count)
{
    char decoded[64];
    const char *text = name->text;
    size_t length = name->length;
    if (name->escaped) {
        length = ts_json_span_decode(name, decoded, sizeof decoded);
        text = decoded;
    }
    for (size_t i = 0; i < count; i++)
        if (length && *member[i].name == *text && !strncmp(member[i].name, text, length) && !member[i].name[length])
            return i;
    return count;
}

static int missing(ts_scan *scan, const ts_member *member, size_t count, uint32_t seen)
{
    for (size_t i = 0; i < count; i++)
        if (member[i].required && !(seen & UINT32_C(1) << i)) {
            ts_scan_fail(scan, "missing");
            return ts_error_context(scan->error, "%s", member[i].name);
        }
    return 0;
}

int ts_scan_object(ts_scan *scan, const ts_member *member, size_t count, void *into)
{
    uint32_t seen = 0;
    if (enter(scan, '{', "expected an object")) return -1;
    int another = take(scan, '}') ? (scan->depth--, 0) : 1;
    while (another == 1) {
        ts_json_span name;
        if (take_name(scan, &name)) return -1;
        size_t i = find(&name, member, count);
        if (i == count) {
            if (ts_scan_skip(scan)) return -1;
        } else {
            if (seen & UINT32_C(1) << i) ts_scan_fail(scan, "comes twice");
            else member[i].read(scan, (char *)into + member[i].offset);
            if (scan->error->code) return ts_error_context(scan->error, "%s", member[i].name);
            seen |= UINT32_C(1) << i;
        }
        another = more(scan, '}');
    }
    return another ? -1 : missing(scan, member, count, seen);
}

int ts_scan_members(ts_scan *scan, int (*each)(ts_scan *scan, const char *name, void *into), void *into)
{
    if (enter(scan, '{', "expected an object")) return -1;
    int another = take(scan, '}') ? (scan->depth--, 0) : 1;
    while (another == 1) {
        ts_json_span name;
        char decoded[64];
        if (take_name(scan, &name)) return -1;
        ts_json_span_decode(&name, decoded, sizeof decoded);
        if (each(scan, decoded, into)) return ts_error_context(scan->error, "%s", decoded);
        another = more(scan, '}');
    }
    return another;
}

int ts_scan_array(ts_scan *scan, int (*item)(ts_scan *scan, void *into), void *into)
{
    if (enter(scan, '[', "expected an array")) return -1;
    int another = take(scan, ']') ? (scan->depth--, 0) : 1;
    while (another == 1) {
        if (item(scan, into)) return -1;
        another = more(scan, ']');
    }
    return another;
}

static int skip_item(ts_scan *scan, void *into)
{
    (void)into;
    return ts_scan_skip(scan);
}

static int skip_word(ts_scan *scan)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, words[i], length)) continue;
        scan->at += length;
        return 0;
    }
    return ts_scan_fail(scan, "expected a value");
}

static const char *digits(const char *at, const char *end)
{
    while (at < end && (unsigned char)(*at - '0') < 10) at++;
    return at;
}

/* The number at `at`; NULL when it is none. */
static const char *number_end(const char *at, const char *end)
{
    const char *start;
    if (at < end && *at == '-') at++;
    at = digits(start = at, end);
    if (at == start || (*start == '0' && at > start + 1)) return NULL;
    if (at < end && *at == '.') {
        at = digits(start = at + 1, end);
        if (at == start) return NULL;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        at = digits(start = at, end);
        if (at == start) return NULL;
    }
    return at;
}

static int take_number(ts_scan *scan, const char **text, size_t *length)
{
    const char *end = number_end(scan->at, scan->end);
    if (!end) return ts_scan_fail(scan, "expected a number");
    *text = scan->at;
    *length = (size_t)(end - scan->at);
    scan->at = end;
    return 0;
}

int ts_scan_skip(ts_scan *scan)
{
    ts_json_span span;
    char first = peek(scan);
    if (first == '"') return take_string(scan, &span);
    if (first == '{') return ts_scan_object(scan, NULL, 0, NULL);
    if (first == '[') return ts_scan_array(scan, skip_item, NULL);
    if (first == '-' || (unsigned char)(first - '0') < 10) return take_number(scan, &span.text, &span.length);
    return skip_word(scan);
}

int ts_scan_string(ts_scan *scan, char *into, size_t room, bool cut)
{
    ts_json_span span;
    if (take_string(scan, &span)) return -1;
    size_t length = ts_json_span_decode(&span, into, room);
    return length < room || cut ? 0 : ts_scan_fail(scan, "is too long");
}

int ts_scan_plain(ts_scan *scan, const char **text, size_t *length)
{
    ts_json_span span;
    if (peek(scan) != '"') return take_number(scan, text, length);
    if (take_string(scan, &span)) return -1;
    if (span.escaped) return ts_scan_fail(scan, "has an escape where none is needed");
    *text = span.text;
    *length = span.length;
    return 0;
}

int ts_scan_u64(ts_scan *scan, void *into)
{
    const char *text;
    size_t length;
    uint64_t value = 0;
    if (ts_scan_plain(scan, &text, &length)) return -1;
    if (!length || digits(text, text + length) != text + length) return ts_scan_fail(scan, "is no whole number");
    for (size_t i = 0; i < length; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (value > (UINT64_MAX - digit) / 10) return ts_scan_fail(scan, "is 2^64 or more");
        value = value * 10 + digit;
    }
    memcpy(into, &value, sizeof value);
    return 0;
}
