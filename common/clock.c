#define _GNU_SOURCE
#include "common/clock.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>

enum { MS_A_DAY = 86400000 };

/* Days since 1970-01-01 of a proleptic Gregorian date: count from March so that the leap day comes last, in eras of
 * 400 years, each of 146,097 days. */
static int64_t days_from_date(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

const char *ts_time_text(int64_t time_ms, char text[TS_TIME_TEXT])
{
    int64_t days = time_ms / MS_A_DAY, ms = time_ms % MS_A_DAY;
    if (ms < 0) ms += MS_A_DAY, days--;
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t from_march = (5 * day_of_year + 2) / 153;
    int day = (int)(day_of_year - (153 * from_march + 2) / 5 + 1);
    int month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    int year = (int)(year_of_era + era * 400 + (month <= 2));
    int used = snprintf(text, TS_TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day, (int)(ms / 3600000),
                        (int)(ms / 60000 % 60), (int)(ms / 1000 % 60));
    if (used > 0 && used < TS_TIME_TEXT - 6) {
        if (ms % 1000) snprintf(text + used, TS_TIME_TEXT - (size_t)used, ".%03dZ", (int)(ms % 1000));
        else snprintf(text + used, TS_TIME_TEXT - (size_t)used, "Z");
    }
    return text;
}

/* Read exactly `digits` digits and step over them; -1 when they are not there. */
static int number(const char **at, int digits)
{
    int value = 0;
    for (int i = 0; i < digits; i++) {
        if (!isdigit((unsigned char)(*at)[i])) return -1;
        value = value * 10 + ((*at)[i] - '0');
    }
    *at += digits;
    return value;
}

/* The rest after "hh:mm": seconds and milliseconds, as milliseconds; -1 when malformed. */
static int seconds_ms(const char **at)
{
    if (**at != ':') return 0;
    (*at)++;
    int seconds = number(at, 2), ms = 0;
    if (seconds < 0 || seconds > 59) return -1;
    if (**at == '.') {
        (*at)++;
        if (!isdigit((unsigned char)**at)) return -1;
        for (int scale = 100; isdigit((unsigned char)**at); (*at)++, scale /= 10) ms += (**at - '0') * scale;
    }
    return seconds * 1000 + ms;
}

/* "Z", "+hh:mm", "-hh:mm" or nothing, in minutes. */
static bool offset_minutes(const char **at, int *minutes)
{
    *minutes = 0;
    char sign = **at;
    if (sign == 'Z') (*at)++;
    if (sign != '+' && sign != '-') return true;
    (*at)++;
    int hour = number(at, 2), minute = **at == ':' ? ((*at)++, number(at, 2)) : -1;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
    *minutes = (sign == '-' ? -1 : 1) * (hour * 60 + minute);
    return true;
}

static bool parse(const char *at, int64_t *time_ms)
{
    int year = number(&at, 4), hour = 0, minute = 0, rest = 0, offset = 0;
    if (year < 0 || *at++ != '-') return false;
    int month = number(&at, 2);
    if (month < 1 || month > 12 || *at++ != '-') return false;
    int day = number(&at, 2);
    if (day < 1 || day > days_in_month(year, month)) return false;
    if (*at == 'T' || *at == ' ') {
        at++;
        hour = number(&at, 2);
        if (hour < 0 || hour > 23 || *at++ != ':') return false;
        minute = number(&at, 2);
        if (minute < 0 || minute > 59) return false;
        rest = seconds_ms(&at);
        if (rest < 0 || !offset_minutes(&at, &offset)) return false;
    }
    if (*at) return false;
    *time_ms = days_from_date(year, month, day) * MS_A_DAY + (int64_t)(hour * 60 + minute - offset) * 60000 + rest;
    return true;
}

int ts_time_parse(const char *text, int64_t *time_ms, ts_error *error)
{
    if (parse(text, time_ms)) return 0;
    return ts_fail(error, TS_USAGE,
                   "'%.40s' is not a time: expected RFC 3339, such as 2024-06-25T23:59:00Z or 2024-06-25", text);
}

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double ts_clock_seconds(void) { return seconds_of(CLOCK_MONOTONIC); }
double ts_clock_thread_seconds(void) { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }

int64_t ts_clock_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void ts_clock_deadline(double seconds, struct timespec *until)
{
    clock_gettime(CLOCK_REALTIME, until);
    double whole = (double)until->tv_nsec / 1e9 + seconds;
    until->tv_sec += (time_t)whole;
    until->tv_nsec = (long)((whole - (double)(time_t)whole) * 1e9);
}
