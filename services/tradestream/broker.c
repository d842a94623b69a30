#include "services/tradestream/broker.h"

#include "common/module.h"

const ts_bus_module *ts_broker_module(ts_error *error)
{
    ts_error why = {0};
    const ts_bus_module *bus = ts_module_load(TS_BUS_MODULE, TS_BUS_SYMBOL, false, &why);
    if (!bus)
        ts_fail(
            error, TS_UNAVAILABLE,
            "Kafka's library cannot be loaded: %s. It needs librdkafka and a TradeStream built where its development "
            "files were (Debian: librdkafka-dev)",
            why.text);
    return bus;
}
