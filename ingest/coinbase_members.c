#include "ingest/coinbase_members.h"

#include <string.h>

static int exact(ts_scan *scan, ts_exact *value)
{
    const char *text;
    size_t length;
    if (ts_scan_plain(scan, &text, &length)) return -1;
    ts_exact_fault fault = ts_exact_read(text, length, value);
    if (fault) return ts_scan_fail(scan, ts_exact_fault_text(fault));
    return *value ? 0 : ts_scan_fail(scan, "is 0");
}

int ts_coinbase_price(ts_scan *scan, void *into)
{
    static const ts_exact limit = (ts_exact)1000000000000000 * 1000000000000000000;
    if (exact(scan, into)) return -1;
    return *(ts_exact *)into < limit ? 0 : ts_scan_fail(scan, "is no price: 10^15 or more");
}

int ts_coinbase_size(ts_scan *scan, void *into) { return exact(scan, into); }

int ts_coinbase_side(ts_scan *scan, void *into)
{
    char text[8];
    ts_side *side = into;
    if (ts_scan_string(scan, text, sizeof text, true)) return -1;
    if (!strcmp(text, "BUY") || !strcmp(text, "buy")) *side = TS_SIDE_BUY;
    else if (!strcmp(text, "SELL") || !strcmp(text, "sell")) *side = TS_SIDE_SELL;
    else *side = TS_SIDE_UNKNOWN;
    return 0;
}

static bool in_a_name(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' ||
           c == '_';
}

int ts_coinbase_product(ts_scan *scan, void *into)
{
    char *text = into;
    if (ts_scan_string(scan, text, TS_SYMBOL_TEXT, false)) return -1;
    if (!*text) return ts_scan_fail(scan, "is empty");
    for (; *text; text++)
        if (!in_a_name(*text)) return ts_scan_fail(scan, "is no name of a product");
    return 0;
}

int ts_coinbase_text(ts_scan *scan, void *into)
{
    return ts_scan_string(scan, into, sizeof((ts_message *)0)->text, true);
}

/* `count` digits at `at`, -1 when one is none. */
static int whole(const char *at, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if ((unsigned char)(at[i] - '0') > 9) return -1;
        value = value * 10 + (at[i] - '0');
    }
    return value;
}

/* Days since 1970; the year begins in March, so that the leap day is its last. */
static int64_t days(int year, int month, int day)
{
    int y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
    return 365 * (int64_t)y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static bool is_date(int year, int month, int day)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1970 || year > 2199 || month < 1 || month > 12 || day < 1) return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= length[month - 1] + (month == 2 && leap);
}

/* The fraction of a second from its point to the Z, in microseconds; -1: something else. */
static int fraction(const char *at, const char *end)
{
    int value = 0, digits = 0;
    if (at < end && *at == '.') {
        for (at++; at < end && (unsigned char)(*at - '0') < 10; at++, digits++)
            if (digits < 6) value = value * 10 + (*at - '0');
        if (digits < 1 || digits > 9) return -1;
        for (; digits < 6; digits++) value *= 10;
    }
    return end - at == 1 && *at == 'Z' ? value : -1;
}

int ts_coinbase_time(ts_scan *scan, void *into)
{
    const char *t;
    size_t length;
    static const char wrong[] = "is no time such as 2026-08-09T21:05:48.228568Z";
    if (ts_scan_plain(scan, &t, &length)) return -1;
    if (length < 20 || t[4] != '-' || t[7] != '-' || t[10] != 'T' || t[13] != ':' || t[16] != ':')
        return ts_scan_fail(scan, wrong);
    int year = whole(t, 4), month = whole(t + 5, 2), day = whole(t + 8, 2);
    int hour = whole(t + 11, 2), minute = whole(t + 14, 2), second = whole(t + 17, 2);
    int us = fraction(t + 19, t + length);
    if (!is_date(year, month, day) || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 ||
        us < 0)
        return ts_scan_fail(scan, wrong);
    int64_t seconds = days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    *(int64_t *)into = seconds * 1000000 + us;
    return 0;
}
