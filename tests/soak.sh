#!/usr/bin/env bash
# soak.sh [BUILD_FOLDER] [TIMES]: the randomised tests again with TIMES (default 200) times as many cases, for a night.
# Then the image of cluster/Dockerfile is built and tried, which takes six minutes; as root, and with Debian's debootstrap.
# A failing case of walk_test is a function of its number: TRADESTREAM_WALK_FIRST=N TRADESTREAM_WALK_CASES=1 runs it alone.
set -u
build=${1:-build/release} times=${2:-200} failed=0
export TRADESTREAM_SOAK=$times
cd "$(dirname "$0")/.." || exit 1
for test in walk_test signals_test flat_test look_ahead_test same_bits_threads_test kernelcheck_test honesty_test; do
    echo "== $test, $times times as many cases"
    (cd "$build/tests" && "./$test") || failed=1
done
echo "== leaderboards of 5 million results"
(cd "$build/tests" && TRADESTREAM_RESULTS_ROWS=5000000 ./results_queries_test) || failed=1
echo "== a slow rank"
tests/cluster/slow_rank "$build/bin/tradestream" ../shared/data/1h/BTC-USDT.1h.csv.zst || failed=1
echo "== the image of cluster/Dockerfile"
tests/cluster/replay_dockerfile || failed=1
exit $failed
