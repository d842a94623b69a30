/* A tree written as text: one text for each tree, whatever the spaces, parentheses and `let`s it was written with. */
#ifndef TS_HOST_EXPRESSION_TEXT_H
#define TS_HOST_EXPRESSION_TEXT_H

#include "common/strbuf.h"
#include "host/language/expression.h"
#include "host/language/strategy.h"

/* Append the tree. Parameters have the names of `strategy`; NULL writes $0, $1, ... as for a definition's arguments. */
void ts_expression_text(const ts_expression *expression, const ts_strategy *strategy, ts_strbuf *into);

#endif
