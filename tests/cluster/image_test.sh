#!/usr/bin/env bash
# image_test.sh ROOT USER FOLDER ENTRY COMMAND NAME=VALUE...: what the image must do, in its unpacked files, as the
# manifests of cluster/k8s/ run it: a user without rights, a read-only root, memory at /tmp, /dev/shm and /cache, a folder at
# /results, no network but loopback. As root; called by replay_dockerfile.
set -u
root=$1 user=$2 folder=$3 entry=$4 default=$5
shift 5
environment=("$@")
scratch=$(mktemp -d)
failed=0 cases=0
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/results" "$scratch/ssh"
chown "$user" "$scratch/results"
# As the MPI Operator makes and mounts it: one key that is host key and user key, readable, not the user's own.
ssh-keygen -q -t ecdsa -b 521 -m PEM -N '' -f "$scratch/ssh/id_rsa"
cp "$scratch/ssh/id_rsa.pub" "$scratch/ssh/authorized_keys"
chmod 755 "$scratch" "$scratch/ssh"
chmod 644 "$scratch"/ssh/*

# shellcheck disable=SC2016 # for the shell that mounts
mounts='set -e
    ip link set lo up
    mount --bind "$ROOT" "$ROOT"
    mount -o remount,bind,ro "$ROOT"
    mount -t proc proc "$ROOT/proc"
    mount -t sysfs -o ro sysfs "$ROOT/sys"
    mount -t tmpfs -o mode=755 tmpfs "$ROOT/dev"
    mkdir "$ROOT/dev/shm" "$ROOT/dev/pts"
    for node in null zero full random urandom tty; do touch "$ROOT/dev/$node"; mount --bind /dev/$node "$ROOT/dev/$node"; done
    mount -t devpts -o newinstance,ptmxmode=666 devpts "$ROOT/dev/pts"
    ln -s pts/ptmx "$ROOT/dev/ptmx"
    for memory in dev/shm tmp cache; do mount -t tmpfs -o mode=1777,size=256m tmpfs "$ROOT/$memory"; done
    mount --bind "$SCRATCH/results" "$ROOT/results"
    mount --bind "$SCRATCH/ssh" "$ROOT/home/mpiuser/.ssh"
    mount -o remount,bind,ro "$ROOT/home/mpiuser/.ssh"
    user=$1 folder=$2
    shift 2
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/home/mpiuser "$@"'
# shellcheck disable=SC2016 # for the shell in there
inside() { # inside COMMAND...: as in a container, with stdin as it is
    ROOT=$root SCRATCH=$scratch timeout 120 unshare --mount --pid --net --uts --fork --kill-child sh -c "$mounts" sh \
        "$user" "$folder" "${environment[@]}" chroot "$root" \
        setpriv --reuid="${user%:*}" --regid="${user#*:}" --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs \
        sh -c 'cd "$0" && exec "$@"' "$folder" "$@"
}
is() { # is WHAT GOT EXPECTED
    cases=$((cases + 1))
    if [ "$2" = "$3" ]; then printf 'ok     %s\n' "$1"; return; fi
    printf 'FAILED %s: %s, not %s\n' "$1" "$2" "$3"
    tail -n 20 "$scratch/log" | sed 's/^/   | /'
    failed=$((failed + 1))
}
works() { # works WHAT COMMAND...
    local what=$1
    shift
    inside "$@" >"$scratch/log" 2>&1
    is "$what" $? 0
}
word() { grep -c "$@" "$scratch/log"; }

: >"$scratch/log"
is "user" "$(inside id -u)" 10001
is "the root is read-only" "$(inside sh -c 'touch /x 2>/dev/null || echo refused')" refused
is "the entry of NVIDIA's OpenCL" "$(inside cat /etc/OpenCL/vendors/nvidia.icd)" libnvidia-opencl.so.1
is "no host key is in the image" "$(find "$root/etc/ssh" -name 'ssh_host_*' | wc -l)" 0
is "no compiler is in the image" "$(find "$root/usr/bin" -name 'gcc*' -o -name 'cc' | wc -l)" 0

# shellcheck disable=SC2086 # words of the Dockerfile
works "what it does by itself" "$entry" $default
is "that is the help" "$(word '^usage: tradestream')" 1
candles=/results/MADE-UP.1h.csv
works "candles" "$entry" tradestream data generate --interval 1h --bars 4000 --seed 1 --out $candles
discover=(tradestream discover --candles "$candles" --strategies all --evaluations 100 --threads 1)
works "a discovery" "$entry" "${discover[@]}" --out /results/one
works "a discovery on two ranks" "$entry" mpirun --bind-to none --oversubscribe -np 2 "${discover[@]}" --out /results/two
is "Open MPI does not complain" "$(word -E 'Read -1|WARNING|unable|rror')" 0
is "results" "$(wc -l <"$scratch/results/one/results.jsonl" | sed 's/^[1-9][0-9]*$/some/')" some
cmp "$scratch/results/one/results.jsonl" "$scratch/results/two/results.jsonl" >"$scratch/log" 2>&1
is "the ranks' results are the same bytes" $? 0

if [ -e "$root/etc/OpenCL/vendors/pocl.icd" ]; then # with --build-arg POCL=pocl-opencl-icd
    works "a discovery with OpenCL" "$entry" "${discover[@]}" --backend opencl --out /results/opencl
    cmp "$scratch/results/one/results.jsonl" "$scratch/results/opencl/results.jsonl" >"$scratch/log" 2>&1
    is "OpenCL's results are the same bytes" $? 0
fi
# shellcheck disable=SC2016 # for the shell in there
inside sh -c '(sleep 4; kill -TERM 1) & exec "$@"' sh "$entry" mpirun --bind-to none --oversubscribe -np 2 \
    "${discover[@]}" --evaluations 1000000 --out /results/stopped >"$scratch/log" 2>&1
is "TERM to process 1, which is launch" $? 75
is "its checkpoint" "$(find "$scratch/results/stopped" -name '*checkpoint*' | sed 's/.*/some/' | sort -u)" some

# shellcheck disable=SC2016 # for the shell in there
works "sshd as the MPI Operator starts it, and a login with the job's key" sh -c '
    /usr/sbin/sshd -De -f /home/mpiuser/.sshd_config &
    for try in 1 2 3 4 5 6 7 8 9 10; do
        sleep 0.3
        ssh 127.0.0.1 "echo logged in as \$(id -u) with \$POCL_CACHE_DIR, orted at \$(command -v orted)" && break
    done'
is "the user and environment of a login" "$(word '^logged in as 10001 with /cache/pocl, orted at /usr/bin/orted$')" 1
is "sshd does not complain" "$(word -iE 'error|permission|could not')" 0
printf '%d of %d hold\n' $((cases - failed)) $cases
[ $failed -eq 0 ]
