#!/usr/bin/env bash
# gpu.sh: does the engine give its bits on this machine's graphics card, and how fast is it there? One command for a
# machine that has a driver and little else: no compiler, no network, no OpenCL loader, a temporary folder to write to.
#
#   bench/gpu.sh pack     where the project can be built: makes build/carry, all that such a machine lacks
#   bench/gpu.sh          on the machine with the card, from the root of the repository: uses build/carry, else builds
#
# Every step has a time limit; one that fails is reported, and the next goes on. The exit status says whether all passed.
# The table comes last. Results are lines of JSON in $OUT, else in bench/results/ (see its README).
#
#   CARRY=DIR        the carried folder (build/carry)          TRADESTREAM_DEVICE=P:D   the device, not the best
#   BUILD=DIR        where to build (build/gpu)                LIMIT=SECONDS            for all steps together (500)
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. bench/gpu_driver.sh
. bench/gpu_pack.sh

carry=${CARRY:-$PWD/build/carry} build=${BUILD:-$PWD/build/gpu} deadline=$((SECONDS + ${LIMIT:-500}))
failed=0
libraries=${LD_LIBRARY_PATH:-} # for our programs alone: the carried ones are not the system's
unset LD_LIBRARY_PATH
say() { printf '== %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# ours COMMAND...: with the carried libraries.
ours() { env ${libraries:+"LD_LIBRARY_PATH=$libraries"} "$@"; }

# step NAME LIMIT COMMAND...: its output goes to $scratch/NAME.out, what it says besides to NAME.err.
step() {
    local name=$1 limit=$2 began=$SECONDS left=$((deadline - SECONDS)) status=0 verdict=passed skipped
    shift 2
    [ "$limit" -le $left ] || limit=$left
    if [ "$limit" -lt 2 ]; then
        status=124 verdict="not begun: no time left"
    else
        (cd "$scratch" && ours timeout -k 5 "$limit" "$@") >"$scratch/$name.out" 2>"$scratch/$name.err" </dev/null
        status=$?
        skipped=$(grep -c '^\[  SKIPPED \] [a-z]' "$scratch/$name.err")
        case $status in
        0) [ "$skipped" -eq 0 ] || verdict="passed, $skipped skipped" ;;
        124 | 137) verdict="stopped after $limit s" ;;
        *) verdict="failed with $status" ;;
        esac
    fi
    [ $status -eq 0 ] || failed=$((failed + 1))
    say "$name: $verdict, $((SECONDS - began)) s"
    [ $status -eq 0 ] || tail -n 12 "$scratch/$name.err" 2>/dev/null | cut -c 1-400 | sed 's/^/   | /' >&2
    printf '{"step": "%s", "passed": %s, "verdict": "%s", "seconds": %d}\n' "$name" \
        "$([ $status -eq 0 ] && echo true || echo false)" "$verdict" $((SECONDS - began)) >>"$results"
    return $status
}

# bench NAME LIMIT OPTION...: a step whose lines are results.
bench() {
    local name=$1 limit=$2
    shift 2
    commands="$commands${commands:+, }\"tradestream bench $* --format json\""
    step "$name" "$limit" "$program" bench "$@" --format json
    cat "$scratch/$name.out" >>"$results" 2>/dev/null
}

# of KEY: a field of the chosen device, from what `tradestream devices --format json` says.
of() { sed -n "s/^ *\"$1\": \"\{0,1\}\([^\"]*[^\",]\)\"\{0,1\},\{0,1\}\$/\1/p" "$scratch/device" | head -n 1; }

# The device named by TRADESTREAM_DEVICE, else the usable one that the back end takes: a card before the processor.
choose_device() {
    awk -v wanted="${TRADESTREAM_DEVICE:-}" '
        /^ *\{/ { one = ""; usable = label = type = "" }
        { one = one $0 "\n" }
        /"device":/ { label = $2; gsub(/[",]/, "", label) }
        /"type":/ { type = $2; gsub(/[",]/, "", type) }
        /"usable": true/ { usable = 1 }
        /^ *\}/ {
            rank = type == "gpu" ? 4 : type == "accelerator" ? 3 : type == "cpu" ? 2 : 1
            if (wanted == label) rank = 9
            if (usable && rank > best && (wanted == "" || wanted == label)) { best = rank; chosen = one }
        }
        END { printf "%s", chosen; exit !best }' "$scratch/list.out" >"$scratch/device"
}

find_program() {
    if [ -x "$carry/bin/tradestream" ]; then
        program=$carry/bin/tradestream tests=$carry/tests
        libraries=$carry/lib${libraries:+:$libraries}
        say "carried: $carry, $(ours "$program" --version)"
    else
        say "there is no $carry: building in $build"
        if ! build_all "$build" >"$scratch/build.log" 2>&1; then
            tail -n 30 "$scratch/build.log" >&2
            die "it does not build here; 'bench/gpu.sh pack' on another machine makes $carry"
        fi
        program=$build/bin/tradestream tests=$build/tests
    fi
    export TRADESTREAM_STRATEGIES=$PWD/data/strategies
}

# The bits: the harness on this device, and a whole discovery against a back end of the processor.
check_bits() {
    local test reference=avx2 strategies=all
    # PoCL compiles a kernel anew for each size of a launch: all strategies take it minutes.
    [ "$(of type)" != cpu ] || strategies=SMA_EMA_CROSSOVER,MACD_CROSSOVER,ATR_TRAILING_STOP,VWAP_CROSSOVER
    for test in "${carried_tests[@]}"; do
        if [ -x "$tests/$test" ]; then step "$test" 150 "$tests/$test"; else say "$test: not there"; fi
    done
    grep -qw avx2 /proc/cpuinfo || reference=scalar
    step candles 20 "$program" data generate --interval 1m --bars 8000 --seed 1 --out "$scratch/MADE-UP.1m.csv"
    for backend in $reference opencl; do
        step "discover-$backend" 170 "$program" discover --candles MADE-UP.1m.csv --strategies "$strategies" \
            --search ga --population 20 --generations 2 --evaluations 40 --top 1 --backend "$backend" \
            --out "$scratch/out-$backend" --format jsonl
    done
    step same-results 5 cmp "out-$reference/results.jsonl" out-opencl/results.jsonl
}

# A card is given the cases as they are and larger batches; a processor what it can do in the time.
measure() {
    if [ "$(of type)" = cpu ]; then
        bench grids 90 --case sma-grid,sma-grid-close,sma-grid-both --backend opencl --repeats 1 --seconds 0.2 --bars 65536
        bench strategies 120 --case strategies --backend opencl --repeats 1 --seconds 0.1 --bars 8192
        return
    fi
    bench grids 100 --case sma-grid,sma-grid-close,sma-grid-both --backend opencl --repeats 5 --seconds 0.5
    for genomes in 1000 20000 50000; do
        bench "grid-$genomes" 60 --case sma-grid --backend opencl --repeats 3 --seconds 0.5 --genomes $genomes
    done
    bench grid-long 60 --case sma-grid --backend opencl --repeats 3 --seconds 0.5 --bars 2097152
    bench strategies 150 --case strategies --backend opencl --repeats 2 --seconds 0.5
}

# The first line: what the others cannot say. Then the steps and figures, in their order.
write_results() {
    local commit device name
    commit=$(ours "$program" --version | sed 's/.*(\(.*\)).*/\1/; s/-dirty$//')
    device=$(of name | tr '[:upper:]' '[:lower:]' | sed 's/(r)//g; s/(tm)//g; s/@//; s/[^a-z0-9.]\{1,\}/-/g; s/-$//')
    name=${device:-no-device}_$(date -u +%Y-%m-%d)_$commit.jsonl
    file=${OUT:-bench/results}/$name
    mkdir -p "${file%/*}" 2>/dev/null
    if [ ! -w "${file%/*}" ]; then
        say "${file%/*} cannot be written: the results are in ${TMPDIR:-/tmp}"
        file=${TMPDIR:-/tmp}/$name
    fi
    {
        printf '{"machine": "%s cores of %s", "device": "%s", "platform": "%s", "driver": "%s", "opencl": "%s", ' \
            "$(nproc)" "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(of name)" "$(of platform)" \
            "$(of driver)" "$(of version)"
        printf '"flags": "-O3 -g (preset release)", "commands": [%s]}\n' "$commands"
        cat "$results"
    } >"$file"
}

if [ "${1:-}" = pack ]; then
    pack "$carry" "$build"
    exit
fi
[ $# -eq 0 ] || die "unknown argument '$1': expected pack or nothing"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tradestream-gpu.XXXXXX") || die "no temporary folder can be written: set TMPDIR"
trap 'rm -rf "$scratch"' EXIT
results=$scratch/results.jsonl commands=
mkdir "$scratch/cache"
: >"$results"
# Compilers of drivers keep what they made: in the scratch folder, as nothing else may be writable.
export XDG_CACHE_HOME=$scratch/cache POCL_CACHE_DIR=$scratch/cache CUDA_CACHE_PATH=$scratch/cache

find_program
find_drivers "$scratch/vendors"
step devices 100 "$program" devices
cat "$scratch/devices.out" >&2
step list 60 "$program" devices --format json
if choose_device; then
    say "device: $(of name)"
    check_bits
    measure
else
    failed=$((failed + 1))
    say "no device can be used${TRADESTREAM_DEVICE:+ as $TRADESTREAM_DEVICE}: nothing is measured"
fi
write_results
awk -f bench/gpu_table.awk "$file"
printf '\n%s; %s\n' "$file" "$([ $failed -eq 0 ] && echo 'all steps passed' || echo "$failed failed")"
[ $failed -eq 0 ]
