/* Errors: a function returns 0 or -1 (or a pointer or NULL) and fills the caller's ts_error; the first error wins. */
#ifndef TS_COMMON_ERROR_H
#define TS_COMMON_ERROR_H

/* The codes are the exit codes of the programs. */
enum {
    TS_OK = 0,
    TS_FAILED = 1,       /* something went wrong that is nobody's input: no memory, a full disk */
    TS_USAGE = 2,        /* the command line is wrong */
    TS_BAD_DATA = 65,    /* candles, strategies or results that cannot be right */
    TS_UNAVAILABLE = 69, /* a service, device or back end that was asked for is not there */
    TS_RUN_AGAIN = 75,   /* checkpointed: run again */
    TS_BAD_CONFIG = 78   /* a setting is wrong */
};

typedef struct ts_error {
    int code;
    char text[1024];
} ts_error;

/* Record an error unless one is recorded already. Always returns -1, so that `return ts_fail(...)` reads well. */
int ts_fail(ts_error *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Put "context: " before the text of a recorded error. Always returns -1. */
int ts_error_context(ts_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Record that memory for `what` could not be had. Always returns -1. */
int ts_no_memory(ts_error *error, const char *what);

#endif
