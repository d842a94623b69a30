/* Real candles for tests, by the reader that the programs use. */
#include "tests/shared_candles.h"

#include "data/candles/candles.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void shared_candles(const char *folder, const char *file, size_t last, ts_series *series)
{
    ts_error error = {0};
    ts_series all = {0};
    memset(series, 0, sizeof *series);
    if (ts_candles_load(&(ts_candles_query){.file = ts_shared_data(folder, file)}, &all, NULL, &error))
        fail_msg("%s", error.text);
    size_t from = last && last < all.bars ? all.bars - last : 0;
    if (ts_series_copy(&all, from, all.bars, series, &error)) fail_msg("%s", error.text);
    ts_series_clear(&all);
}
