/* Kafka for the commands that speak to it. */
#ifndef TS_SERVICES_TRADESTREAM_BROKER_H
#define TS_SERVICES_TRADESTREAM_BROKER_H

#include "data/bus/module.h"

/* The module, loaded when it is not yet; NULL with TS_UNAVAILABLE and what is missing. */
const ts_bus_module *ts_broker_module(ts_error *error);

#endif
