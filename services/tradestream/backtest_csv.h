/* What a backtest did, bar by bar and trade by trade, as CSV files written whole. Times in RFC 3339 UTC. */
#ifndef TS_SERVICES_TRADESTREAM_BACKTEST_CSV_H
#define TS_SERVICES_TRADESTREAM_BACKTEST_CSV_H

#include "host/engine/engine.h"

/* entry_time,entry_price,exit_time,exit_price,side,return,bars_held,reason; prices are the fills, slippage included. */
int ts_backtest_write_trades(const char *path, const ts_backtest *backtest, ts_error *error);

/* time,equity,position,drawdown of the window's bars; `first` is its first bar in the series. */
int ts_backtest_write_equity(const char *path, const ts_backtest *backtest, const ts_series *series, size_t first,
                             size_t bars, ts_error *error);

#endif
