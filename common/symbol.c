/* Quotes and coins are known so that a pair written in one word can be parted: DOTUSD ends in USD and in TUSD, and only
 * DOT is a coin. A new quote or coin is one more word in its table. */
#include "common/symbol.h"

#include "common/interval.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { PART = 20 }; /* letters of a base or a quote */

static const char *const quotes[] = {
    "FDUSD", "PYUSD", "USDT", "USDC", "BUSD", "TUSD", "USDP", "ZUSD", "ZEUR", "BIDR", "BKRW", "IDRT", "BVND", "EURI",
    "AEUR",  "USD",   "EUR",  "GBP",  "JPY",  "AUD",  "CAD",  "CHF",  "TRY",  "BRL",  "RUB",  "UAH",  "NGN",  "ZAR",
    "PLN",   "RON",   "ARS",  "MXN",  "COP",  "CZK",  "INR",  "KRW",  "IDR",  "SGD",  "HKD",  "CNY",  "NZD",  "BTC",
    "XBT",   "ETH",   "BNB",  "SOL",  "XRP",  "DOT",  "TRX",  "DAI",  "PAX",  "VAI",  "UST",  "DOGE", "PERP"};

static const char *const coins[] = {
    "1INCH", "AAVE", "ADA",  "ALGO", "APE",  "APT",  "AR",    "ARB",   "ATOM", "AVAX", "AXS",  "BAT",  "BCH",
    "BNB",   "BNT",  "BSV",  "BTC",  "BTT",  "CAKE", "CHZ",   "COMP",  "CRO",  "CRV",  "DASH", "DOGE", "DOT",
    "EGLD",  "ENJ",  "EOS",  "ETC",  "ETH",  "FET",  "FIL",   "FLOW",  "FTM",  "FTT",  "GALA", "GMT",  "GRT",
    "HBAR",  "ICP",  "IMX",  "INJ",  "JUP",  "KSM",  "LDO",   "LINK",  "LRC",  "LTC",  "LUNA", "MANA", "MATIC",
    "MKR",   "NEAR", "NEO",  "OMG",  "ONE",  "OP",   "PAXG",  "PEPE",  "POL",  "QNT",  "RNDR", "RUNE", "SAND",
    "SEI",   "SHIB", "SNX",  "SOL",  "STX",  "SUI",  "SUSHI", "THETA", "TIA",  "TON",  "TRB",  "TRX",  "UNI",
    "USDC",  "USDT", "VET",  "WBTC", "WIF",  "XBT",  "XDG",   "XEM",   "XLM",  "XMR",  "XRP",  "XTZ",  "XXBT",
    "XXDG",  "XETH", "XXRP", "XLTC", "XXMR", "XXLM", "XETC",  "XZEC",  "YFI",  "ZEC",  "ZIL",  "ZRX",  "BONK"};

/* What one exchange calls otherwise than the others (Kraken's classes X and Z included). */
static const struct {
    const char *theirs, *ours;
} aliases[] = {{"XBT", "BTC"},  {"XDG", "DOGE"}, {"XXBT", "BTC"}, {"XXDG", "DOGE"}, {"XETH", "ETH"},
               {"XXRP", "XRP"}, {"XLTC", "LTC"}, {"XXMR", "XMR"}, {"XXLM", "XLM"},  {"XETC", "ETC"},
               {"XZEC", "ZEC"}, {"ZUSD", "USD"}, {"ZEUR", "EUR"}};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool listed(const char *const *table, size_t count, const char *word, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(table[i]) == length && !memcmp(table[i], word, length)) return true;
    return false;
}

/* Capital letters and digits, whatever the locale calls a letter. */
static bool part_valid(const char *part, size_t length)
{
    if (length < 1 || length > PART) return false;
    for (size_t i = 0; i < length; i++)
        if (!(part[i] >= 'A' && part[i] <= 'Z') && !(part[i] >= '0' && part[i] <= '9')) return false;
    return true;
}

static void rename_part(const char *part, size_t length, char renamed[PART + 1])
{
    memcpy(renamed, part, length);
    renamed[length] = '\0';
    for (size_t i = 0; i < COUNT(aliases); i++)
        if (!strcmp(renamed, aliases[i].theirs)) snprintf(renamed, PART + 1, "%s", aliases[i].ours);
}

static void join(const char *word, size_t base, size_t skip, char symbol[TS_SYMBOL_TEXT])
{
    char left[PART + 1], right[PART + 1];
    rename_part(word, base, left);
    rename_part(word + base + skip, strlen(word + base + skip), right);
    snprintf(symbol, TS_SYMBOL_TEXT, "%s-%s", left, right);
}

/* Part a pair written in one word. Of two readings the one whose base is a known coin wins, then the longer quote; two
 * known coins are ambiguous. Returns the length of the base, 0 for none; `other` is that of a reading just as good. */
static size_t part_word(const char *word, size_t length, size_t *other)
{
    size_t best = 0;
    bool best_known = false;
    *other = 0;
    for (size_t quote = 3; quote < length && quote <= 5; quote++) {
        size_t base = length - quote;
        if (base > PART || !listed(quotes, COUNT(quotes), word + base, quote)) continue;
        bool known = listed(coins, COUNT(coins), word, base);
        if (best_known && known) *other = best;
        if (known || !best_known) best = base, best_known = known;
    }
    return best;
}

static int parse_word(const char *text, const char *word, char symbol[TS_SYMBOL_TEXT], ts_error *error)
{
    size_t other, base = part_word(word, strlen(word), &other);
    if (!base)
        return ts_fail(error, TS_USAGE,
                       "'%.60s' is not a symbol: expected BASE-QUOTE, such as BTC-USDT, or a pair with a known quote",
                       text);
    if (other)
        return ts_fail(error, TS_USAGE, "'%.60s' is ambiguous: write %.*s-%s or %.*s-%s", text, (int)base, word,
                       word + base, (int)other, word, word + other);
    join(word, base, 0, symbol);
    return 0;
}

int ts_symbol_parse(const char *text, char symbol[TS_SYMBOL_TEXT], ts_error *error)
{
    char word[2 * PART + 2];
    size_t length = strlen(text);
    if (length < sizeof word) {
        for (size_t i = 0; i <= length; i++) word[i] = (char)toupper((unsigned char)text[i]);
        size_t base = strcspn(word, "-/_");
        if (base == length && part_valid(word, length)) return parse_word(text, word, symbol, error);
        if (base < length && part_valid(word, base) && part_valid(word + base + 1, length - base - 1)) {
            join(word, base, 1, symbol);
            return 0;
        }
    }
    return ts_fail(error, TS_USAGE,
                   "'%.60s' is not a symbol: expected BASE-QUOTE, 1 to %d letters or digits each, such as BTC-USDT",
                   text, PART);
}

bool ts_symbol_known(const char *symbol)
{
    const char *dash = strchr(symbol, '-');
    return dash && listed(quotes, COUNT(quotes), dash + 1, strlen(dash + 1));
}

/* Whether an interval such as "-1m" stands here, ended by the next '-' or the end. */
static bool interval_here(const char *at, size_t length)
{
    char text[5];
    size_t used = 1;
    while (used < length && at[used] != '-') used++;
    if (used < 3 || used > sizeof text) return false;
    memcpy(text, at + 1, used - 1);
    text[used - 1] = '\0';
    int64_t ms;
    return !ts_interval_parse(text, &ms, &(ts_error){0});
}

int ts_symbol_from_path(const char *path, char symbol[TS_SYMBOL_TEXT], ts_error *error)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strcspn(name, ".");
    for (size_t i = 0; i < length; i++) {
        bool number = name[i] == '_' && isdigit((unsigned char)name[i + 1]);
        if (number || (name[i] == '-' && interval_here(name + i, length - i))) length = i;
    }
    char stem[2 * PART + 2];
    if (length >= sizeof stem) length = sizeof stem - 1;
    snprintf(stem, sizeof stem, "%.*s", (int)length, name);
    if (!ts_symbol_parse(stem, symbol, error)) return 0;
    return ts_error_context(error, "%s: the file's name", path);
}
