/* The words of the strategy language. */
#ifndef TS_HOST_LEXER_H
#define TS_HOST_LEXER_H

#include "common/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum ts_token_kind {
    TS_TOKEN_END,
    TS_TOKEN_NUMBER,
    TS_TOKEN_NAME,
    TS_TOKEN_AND,
    TS_TOKEN_OR,
    TS_TOKEN_NOT,
    TS_TOKEN_PLUS,
    TS_TOKEN_MINUS,
    TS_TOKEN_TIMES,
    TS_TOKEN_OVER,
    TS_TOKEN_BELOW,
    TS_TOKEN_AT_MOST,
    TS_TOKEN_ABOVE,
    TS_TOKEN_AT_LEAST,
    TS_TOKEN_OPEN,
    TS_TOKEN_CLOSE,
    TS_TOKEN_COMMA,
    TS_TOKEN_OPEN_BRACKET,
    TS_TOKEN_CLOSE_BRACKET
} ts_token_kind;

typedef struct ts_token {
    ts_token_kind kind;
    int at, length; /* column from 1, and bytes */
    double number;  /* of a TS_TOKEN_NUMBER: finite, not negative */
} ts_token;

typedef struct ts_lexer {
    const char *text; /* borrowed, at most TS_TEXT_MAX bytes */
    size_t position;
    ts_token token; /* the one under the reader's eye, after ts_lexer_next */
} ts_lexer;

/* Go to the next word. Returns 0, or -1 with TS_BAD_DATA naming the column. */
int ts_lexer_next(ts_lexer *lexer, ts_error *error);

/* The token of the word: TS_TOKEN_AND, OR or NOT for the language's own words, else TS_TOKEN_NAME. */
ts_token_kind ts_lexer_keyword(const char *word, size_t length);

/* Can `name` name a parameter or a `let`: a letter or _, then letters, digits and _? `indexed`: an index such as [0] or
 * [12] may follow, as parameters have it. */
int ts_lexer_is_name(const char *name, bool indexed);

/* The length of `name` without its index. */
size_t ts_lexer_stem(const char *name);

#endif
