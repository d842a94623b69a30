/* A word as a POSIX shell would read it back. */
#ifndef TS_COMMON_SHELL_WORD_H
#define TS_COMMON_SHELL_WORD_H

#include "common/strbuf.h"

/* Append `word`, in single quotes unless it is plain; with a blank before it unless the text is empty. */
void ts_shell_word(ts_strbuf *text, const char *word);

#endif
