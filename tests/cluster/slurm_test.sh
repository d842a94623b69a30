#!/usr/bin/env bash
# slurm_test.sh: the batch scripts of cluster/slurm/, run with stand-ins for srun and scontrol: what they start, what
# becomes of each exit code and signal, and the bound on restarts. Then bash -n and, where it is, shellcheck over all
# scripts that start jobs.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
failed=0 cases=0
trap 'rm -rf "$folder"' EXIT

is() { # is WHAT GOT EXPECTED
    cases=$((cases + 1))
    [ "$2" = "$3" ] && return
    printf 'FAILED %s: %s, not %s\n' "$1" "$2" "$3"
    sed 's/^/   | /' "$folder/log"
    failed=$((failed + 1))
}

# srun: notes its arguments, then is a job that ends with $ENDS_WITH, or a long one. scontrol: notes, and may refuse.
mkdir "$folder/bin"
cat >"$folder/bin/srun" <<END
#!/bin/sh
echo "\$*" >"$folder/srun"
exec "$root/tests/cluster/rank.sh" "$folder" \$ENDS_WITH
END
cat >"$folder/bin/scontrol" <<END
#!/bin/sh
echo "\$*" >>"$folder/scontrol"
exit \${SCONTROL_ENDS_WITH:-0}
END
chmod +x "$folder"/bin/*
printf 'BTC-USDT\nETH-USDT\n' >"$folder/symbols"
export PATH=$folder/bin:$PATH SLURM_JOB_ID=4711 SLURM_SUBMIT_DIR=$root SLURM_CPUS_PER_TASK=3
export STORE=candles OUT="$folder/an out" SYMBOLS=$folder/symbols ENDS_WITH=0

submit() { # submit SCRIPT ARGUMENT...: as sbatch runs it, from a copy elsewhere
    rm -f "$folder/srun" "$folder/scontrol"
    cp "$root/cluster/slurm/$1" "$folder/script"
    bash "$folder/script" "${@:2}" >"$folder/log" 2>&1
}
noted() { cat "$folder/$1" 2>/dev/null; }

for code in 0 1 2 65 69 78; do
    ENDS_WITH=$code submit discover.sbatch; is "code $code" $? $code
    is "code $code is not queued again" "$(noted scontrol)" ""
done
submit discover.sbatch --seed 2
is "what is started" "$(noted srun)" "--mpi=pmix tradestream discover --store candles --symbols all --strategies all --threads 3 --out $OUT --seed 2"
ENDS_WITH=75 submit discover.sbatch; is "a checkpoint" $? 75
is "a checkpoint is queued again" "$(noted scontrol)" "requeue 4711"
ENDS_WITH=75 SLURM_RESTART_COUNT=49 submit discover.sbatch; is "the last restart" "$(noted scontrol)" "requeue 4711"
ENDS_WITH=75 SLURM_RESTART_COUNT=50 submit discover.sbatch; is "too many restarts" $? 75
is "too many restarts are not queued" "$(noted scontrol)" ""
is "too many restarts are told" "$(grep -c 'started again 50 times' "$folder/log")" 1
ENDS_WITH=75 TRADESTREAM_RESTARTS=0 submit discover.sbatch; is "no restarts wanted" "$(noted scontrol)" ""
TRADESTREAM_RESTARTS=x submit discover.sbatch; is "a bad number of restarts" $? 2
ENDS_WITH=75 SCONTROL_ENDS_WITH=1 submit discover.sbatch; is "a queue that refuses" $? 75
is "a queue that refuses is told" "$(grep -c 'could not be queued again' "$folder/log")" 1
(unset OUT; submit discover.sbatch; is "no folder for results" $? 1; exit $failed); failed=$?

SLURM_ARRAY_TASK_ID=1 submit array.sbatch; is "an index of the array" $? 0
is "the index's symbol" "$(noted srun)" "--ntasks=1 --mpi=none tradestream discover --store candles --symbols ETH-USDT --strategies all --threads 3 --out $OUT/ETH-USDT"
SLURM_ARRAY_TASK_ID=2 submit array.sbatch; is "an index without a symbol" $? 2

for signal in USR2 TERM; do # USR2 is what --signal=B:USR2@120 sends, to the batch shell alone
    rm -f "$folder"/rank.* "$folder/scontrol"
    ENDS_WITH='' bash "$root/cluster/slurm/discover.sbatch" >"$folder/log" 2>&1 &
    script=$!
    for _ in {1..100}; do compgen -G "$folder/rank.*" >/dev/null && break; sleep 0.1; done
    kill -s $signal $script
    wait $script
    is "$signal to the batch script" $? 75
    is "$signal to the batch script queues again" "$(noted scontrol)" "requeue 4711"
    rank=$(basename "$folder"/rank.*)
    kill -0 "${rank#rank.}" 2>/dev/null
    is "$signal to the batch script leaves no rank" $? 1
done

for script in "$root"/cluster/slurm/*.sbatch; do
    for line in '--requeue' '--signal=B:USR2@120' '--open-mode=append' '--time='; do
        is "${script##*/} has $line" "$(grep -c -- "^#SBATCH $line" "$script")" 1
    done
done
scripts=("$root"/cluster/launch "$root"/cluster/slurm/* "$root"/tests/cluster/*.sh)
for script in "${scripts[@]}"; do bash -n "$script" 2>"$folder/log"; is "bash -n ${script##*/}" $? 0; done
if command -v shellcheck >/dev/null; then
    shellcheck --exclude=SC2317 "${scripts[@]}" >"$folder/log" 2>&1 # functions that traps call are reached
    is "shellcheck" $? 0
else
    echo "skipped: no shellcheck here (Debian: shellcheck)"
fi
echo "$((cases - failed)) of $cases hold"
[ $failed -eq 0 ]
