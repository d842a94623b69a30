/* Only ASCII is read, whatever the locale: a letter is A to Z and a to z. */
#include "host/language/lexer.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* The longer of two that begin alike comes first. */
static const struct {
    const char *text;
    ts_token_kind kind;
} symbols[] = {
    {"<=", TS_TOKEN_AT_MOST},      {">=", TS_TOKEN_AT_LEAST}, {"<", TS_TOKEN_BELOW}, {">", TS_TOKEN_ABOVE},
    {"+", TS_TOKEN_PLUS},          {"-", TS_TOKEN_MINUS},     {"*", TS_TOKEN_TIMES}, {"/", TS_TOKEN_OVER},
    {"(", TS_TOKEN_OPEN},          {")", TS_TOKEN_CLOSE},     {",", TS_TOKEN_COMMA}, {"[", TS_TOKEN_OPEN_BRACKET},
    {"]", TS_TOKEN_CLOSE_BRACKET},
};

static const struct {
    const char *text;
    ts_token_kind kind;
} keywords[] = {{"and", TS_TOKEN_AND}, {"or", TS_TOKEN_OR}, {"not", TS_TOKEN_NOT}};

/* What people write who come from another language. */
static const struct {
    char symbol;
    const char *hint;
} strangers[] = {
    {'=', "values are compared with < <= > >="},
    {'&', "write 'and'"},
    {'|', "write 'or'"},
    {'!', "write 'not'"},
    {'%', "write 0.05 for 5 %"},
    {'^', "write x * x"},
    {'"', "the language has no texts"},
    {'\'', "the language has no texts"},
};

ts_token_kind ts_lexer_keyword(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (strlen(keywords[i].text) == length && memcmp(keywords[i].text, word, length) == 0) return keywords[i].kind;
    return TS_TOKEN_NAME;
}

size_t ts_lexer_stem(const char *name) { return strcspn(name, "["); }

/* "[0]", or a number without a leading 0. */
static bool is_index(const char *text)
{
    size_t digits = strspn(text + 1, "0123456789");
    return digits > 0 && (text[1] != '0' || digits == 1) && strcmp(text + 1 + digits, "]") == 0;
}

int ts_lexer_is_name(const char *name, bool indexed)
{
    if (!is_letter(*name)) return 0;
    while (is_letter(*name) || is_digit(*name)) name++;
    return *name == '\0' || (indexed && *name == '[' && is_index(name));
}

/* The end of the digits, the fraction and the exponent that begin at `s`. */
static const char *number_end(const char *s)
{
    while (is_digit(*s)) s++;
    if (*s == '.')
        for (s++; is_digit(*s);) s++;
    if (*s == 'e' || *s == 'E') {
        const char *digits = s + 1 + (s[1] == '+' || s[1] == '-');
        if (is_digit(*digits))
            for (s = digits; is_digit(*s);) s++;
    }
    return s;
}

static int number(ts_lexer *lexer, const char *start, ts_error *error)
{
    const char *end = number_end(start);
    lexer->token.kind = TS_TOKEN_NUMBER;
    lexer->token.length = (int)(end - start);
    if (is_letter(*end) || *end == '.')
        return ts_fail(error, TS_BAD_DATA, "column %d: expected a number such as 14 or 0.5, found '%.*s'",
                       lexer->token.at, lexer->token.length + 1, start);
    lexer->token.number = strtod(start, NULL);
    if (!isfinite(lexer->token.number))
        return ts_fail(error, TS_BAD_DATA, "column %d: the number is too large", lexer->token.at);
    return 0;
}

static int symbol(ts_lexer *lexer, const char *start, ts_error *error)
{
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        size_t length = strlen(symbols[i].text);
        if (strncmp(start, symbols[i].text, length) != 0) continue;
        lexer->token.kind = symbols[i].kind;
        lexer->token.length = (int)length;
        return 0;
    }
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        if (*start == strangers[i].symbol)
            return ts_fail(error, TS_BAD_DATA, "column %d: '%c' is not part of the language: %s", lexer->token.at,
                           *start, strangers[i].hint);
    if (*start > ' ' && *start < 127)
        return ts_fail(error, TS_BAD_DATA, "column %d: '%c' is not part of the language", lexer->token.at, *start);
    return ts_fail(error, TS_BAD_DATA, "column %d: byte 0x%02x is not part of the language", lexer->token.at,
                   (unsigned)(unsigned char)*start);
}

int ts_lexer_next(ts_lexer *lexer, ts_error *error)
{
    const char *s = lexer->text + lexer->position;
    while (is_space(*s)) s++;
    lexer->token = (ts_token){.kind = TS_TOKEN_END, .at = (int)(s - lexer->text) + 1};
    if (*s == '\0') return 0;
    if (is_letter(*s)) {
        const char *end = s;
        while (is_letter(*end) || is_digit(*end)) end++;
        lexer->token.length = (int)(end - s);
        lexer->token.kind = ts_lexer_keyword(s, (size_t)(end - s));
    } else if (is_digit(*s) || (*s == '.' && is_digit(s[1]))) {
        if (number(lexer, s, error)) return -1;
    } else if (symbol(lexer, s, error)) {
        return -1;
    }
    lexer->position = (size_t)(s - lexer->text) + (size_t)lexer->token.length;
    return 0;
}
