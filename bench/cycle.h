/* The original platform's requests. */
#ifndef TS_BENCH_CYCLE_H
#define TS_BENCH_CYCLE_H

/* Its windows: so many minutes up to the last candle, as `discover --windows` takes them. */
extern const char ts_cycle_windows[];

#endif
