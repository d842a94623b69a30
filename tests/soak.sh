#!/usr/bin/env bash
# soak.sh [BUILD_FOLDER] [TIMES]: the randomised tests again with TIMES (default 200) times as many cases, for a night.
# Then the image of cluster/Dockerfile is built and tried, which takes six minutes; as root, and with Debian's debootstrap.
# A failing case of walk_test is a function of its number: TRADESTREAM_WALK_FIRST=N TRADESTREAM_WALK_CASES=1 runs it alone.
set -u
build=${1:-build/release} times=${2:-200} failed=0
export TRADESTREAM_SOAK=$times
cd "$(dirname "$0")/.." || exit 1
for test in walk_test signals_test flat_test look_ahead_test same_bits_threads_test kernelcheck_test honesty_test outlet_test outlet_threads_test influx_line_test influx_test \
    exact_test minutes_test stream_test; do
    echo "== $test, $times times as many cases"
    (cd "$build/tests" && "./$test") || failed=1
done
echo "== leaderboards of 50 million results: 40 GB below \$TMPDIR"
(cd "$build/tests" && TRADESTREAM_RESULTS_ROWS=50000000 ./results_queries_test) || failed=1
echo "== 10 million requests: 12 GB below \$TMPDIR"
(cd "$build/tests" && TRADESTREAM_REQUESTS_ROWS=10000000 ./results_requests_test) || failed=1
echo "== the discovery loop: 9,600 requests on 130,000 bars, 25 kills of each program, each durable call, 18 real symbols"
TRADESTREAM_LOOP_BARS=130000 tests/loop/loop_test "$build" once || failed=1
TRADESTREAM_LOOP_KILLS=25 tests/loop/loop_test "$build" storm || failed=1
TRADESTREAM_LOOP_CALLS=300 tests/loop/loop_test "$build" calls || failed=1
TRADESTREAM_LOOP_SECONDS=3600 tests/loop/loop_test "$build" memory || failed=1
TRADESTREAM_LOOP_REAL=18 tests/loop/loop_test "$build" real || failed=1
echo "== candle_ingestor: a day of the market under each misbehaviour, 50 kills, every durable call"
TRADESTREAM_INGEST_MINUTES=1440 TRADESTREAM_INGEST_SPEED=300 tests/ingest/ingest_test "$build" faults || failed=1
TRADESTREAM_INGEST_MINUTES=400 TRADESTREAM_INGEST_KILLS=50 tests/ingest/ingest_test "$build" kills || failed=1
TRADESTREAM_INGEST_CALLS_STEP=1 tests/ingest/ingest_test "$build" calls || failed=1
TRADESTREAM_INGEST_STREAM_CALLS=all tests/ingest/ingest_test "$build" stream_calls || failed=1
echo "== fuzzers, an hour each"
tests/fuzz/run 3600 || failed=1
echo "== a slow rank"
tests/cluster/slow_rank "$build/bin/tradestream" ../shared/data/1h/BTC-USDT.1h.csv.zst || failed=1
echo "== the image of cluster/Dockerfile"
tests/cluster/replay_dockerfile || failed=1
exit $failed
