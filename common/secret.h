/* Values that must never be seen: once a secret is added, logs, errors and answers that would show it show
 * "[redacted]" instead. What is blanked is the secret as it is, as a JSON text escapes it and as a URL does. */
#ifndef TS_COMMON_SECRET_H
#define TS_COMMON_SECRET_H

#include "common/error.h"
#include "common/strbuf.h"

enum {
    TS_SECRET_LEAST = 4, /* bytes: blanking a shorter text would blank half of everything */
    TS_SECRET_MOST = 1 << 16
};

/* From now on `value` (copied) is blanked. TS_BAD_CONFIG when it is too short or too long, or there are too many.
 * `name` is what the error calls it. */
int ts_secret_add(const char *name, const char *value, ts_error *error);

/* Blank every secret in the text. When memory for that cannot be had the whole text is emptied. */
void ts_secret_blank(ts_strbuf *text);

/* The same in a caller's array: the text may be cut to fit. */
void ts_secret_blank_text(char *text, size_t size);

/* Forget all secrets; for tests. */
void ts_secret_forget(void);

#endif
