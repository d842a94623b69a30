#!/usr/bin/env bash
# launch_test.sh [LAUNCH]: cluster/launch with real mpirun and stand-ins for ranks: codes, signals, nothing left behind.
# Without mpirun its cases are skipped, with a message; the others run.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
launch=${1:-$root/cluster/launch}
rank=$root/tests/cluster/rank.sh
folder=$(mktemp -d)
failed=0 cases=0
trap 'rm -rf "$folder"' EXIT
mpirun=(mpirun --bind-to none --oversubscribe -np 2 --quiet)

is() { # is WHAT GOT EXPECTED
    cases=$((cases + 1))
    [ "$2" = "$3" ] && return
    printf 'FAILED %s: %s, not %s\n' "$1" "$2" "$3"
    sed 's/^/   | /' "$folder/log"
    failed=$((failed + 1))
}
ranks() { find "$folder" -name 'rank.*' -printf '%f\n' | sed 's/rank\.//'; }
ranks_running() { # those that are still there two seconds later; who only waits to be reaped has no command line
    local process left
    for _ in {1..20}; do
        left=0
        for process in $(ranks); do grep -qs rank.sh "/proc/$process/cmdline" && left=$((left + 1)); done
        [ $left -gt 0 ] || break
        sleep 0.1
    done
    echo $left
}
begin() { # begin RANKS COMMAND...: runs launch in the background and waits until so many ranks run
    local wanted=$1
    shift
    rm -f "$folder"/rank.*
    env --default-signal=INT "$launch" "$@" >"$folder/log" 2>&1 & # a shell's background jobs ignore INT
    launched=$!
    for _ in {1..150}; do
        [ "$(ranks | wc -l)" -ge "$wanted" ] && return
        sleep 0.1
    done
    is "ranks started by $*" "$(ranks | wc -l)" "$wanted"
}
ended() { # the code of launch, and in $seconds how long it took
    local began
    began=$(date +%s%N)
    wait "$launched"
    code=$?
    tenths=$((($(date +%s%N) - began) / 100000000))
}
stops() { # stops NAME RANKS SIGNALS COMMAND...: 75 within 5 s of the first signal, and no process is left
    local name=$1 wanted=$2 signals=$3 signal
    shift 3
    begin "$wanted" "$@"
    for signal in $signals; do
        kill -s "$signal" "$launched"
        [ "$signals" = "$signal" ] || sleep 0.1
    done
    ended
    is "$name, code" "$code" 75
    is "$name, within 5 s (took $tenths tenths)" "$((tenths < 50))" 1
    is "$name, ranks left" "$(ranks_running)" 0
}

: >"$folder/log"
"$launch" --help >"$folder/log" 2>&1; is "--help" $? 0
"$launch" >"$folder/log" 2>&1; is "nothing to run" $? 2
"$launch" --grace 0 true >"$folder/log" 2>&1; is "--grace 0" $? 2
"$launch" --unknown true >"$folder/log" 2>&1; is "an unknown option" $? 2
"$launch" "$folder/absent" >"$folder/log" 2>&1; is "a program that is not there" $? 2
for code in 0 1 2 65 69 75 78; do
    "$launch" -- "$rank" "$folder" $code >"$folder/log" 2>&1; is "code of a program" $? $code
done
is "arguments stay whole" "$("$launch" printf '[%s]' 'a b' '' -x)" "[a b][][-x]"
is "root is meant only for root" "$("$launch" printenv OMPI_ALLOW_RUN_AS_ROOT)" "$([ "$EUID" -ne 0 ] || echo 1)"
for signal in TERM INT USR2; do stops "$signal to a program" 1 $signal "$rank" "$folder"; done
stops "TERM twice to a program" 1 "TERM TERM" "$rank" "$folder"

begin 1 --grace 1 "$rank" "$folder" deaf
kill -TERM "$launched"
ended
is "a program that does not listen, code" "$code" 143
is "a program that does not listen, ranks left" "$(ranks_running)" 0

# A rank that does not listen yet is ended by USR2 itself: nothing was begun, so it is to be run again.
rm -f "$folder"/rank.*
"$launch" sleep 20 >"$folder/log" 2>&1 &
launched=$!
sleep 0.5
kill -TERM "$launched"
ended
is "TERM before the program listens" "$code" 75

if command -v mpirun >/dev/null; then
    for code in 0 1 65 75; do
        "$launch" "${mpirun[@]}" "$rank" "$folder" $code >"$folder/log" 2>&1; is "code of ranks" $? $code
    done
    stops "TERM to mpirun's launcher" 2 TERM "${mpirun[@]}" "$rank" "$folder"
    stops "TERM, INT and TERM to mpirun's launcher" 2 "TERM INT TERM" "${mpirun[@]}" "$rank" "$folder"

    # At once, when mpirun or its ranks may not be ready: whatever happens, it is to be run again and nothing stays.
    for delay in 0.02 0.1 0.3; do
        rm -f "$folder"/rank.*
        "$launch" "${mpirun[@]}" "$rank" "$folder" >"$folder/log" 2>&1 &
        launched=$!
        sleep $delay
        kill -TERM "$launched"
        ended
        is "TERM $delay s after the start" "$code" 75
        is "TERM $delay s after the start, ranks left" "$(ranks_running)" 0
    done

    begin 2 "${mpirun[@]}" "$rank" "$folder"
    kill -KILL "$launched"
    wait "$launched" 2>/dev/null
    for _ in {1..5}; do [ "$(ranks_running)" -eq 0 ] && break; done
    is "launch itself killed, ranks left" "$(ranks_running)" 0
else
    echo "skipped: no mpirun here (Debian: openmpi-bin); launch was tested with single programs"
fi

if [ "$EUID" -eq 0 ] && unshare --pid --fork true 2>/dev/null; then
    rm -f "$folder"/rank.*
    unshare --pid --fork --mount-proc --kill-child "$launch" "$rank" "$folder" >"$folder/log" 2>&1 &
    launched=$!
    for _ in {1..100}; do [ "$(ranks | wc -l)" -ge 1 ] && break; sleep 0.1; done
    kill -TERM "$(pgrep -P "$launched")"
    ended
    is "TERM to launch as process 1" "$code" 75
else
    echo "skipped: no right to make a process namespace; launch was not tested as process 1"
fi
echo "$((cases - failed)) of $cases hold"
[ $failed -eq 0 ]
