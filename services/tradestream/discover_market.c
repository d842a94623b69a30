#include "services/tradestream/discover_market.h"

int ts_discovery_market(ts_discovery *discovery, size_t index, const ts_series **series, ts_error *error)
{
    *series = ts_shelf_series(&discovery->shelf, index, error);
    if (!*series) return -1;
    if (discovery->market && discovery->market_of == index) return 0;
    ts_part_windows_clear(&discovery->windows);
    ts_market_free(discovery->market);
    ts_simulation simulation = ts_options_simulate(discovery->options, (*series)->interval_ms);
    discovery->market = ts_market_new(*series, &simulation, error);
    discovery->market_of = index;
    return discovery->market ? 0 : -1;
}
