# Sourced by ./demo and ./check: the list of packages, and what installs Debian's missing ones.

build_packages=(build-essential cmake ninja-build pkg-config libhdf5-dev libjansson-dev libxxhash-dev libzstd-dev
    zlib1g-dev uthash-dev opencl-c-headers libcmocka-dev libopenmpi-dev openmpi-bin libmicrohttpd-dev
    libcurl4-openssl-dev libjwt-dev librdkafka-dev libpq-dev libhiredis-dev libwebsockets-dev)
server_packages=(maven openjdk-17-jre-headless postgresql redis-server influxdb) # what tests/stack starts
check_packages=(git clang libclang-rt-dev clang-format python3 python3-venv zstd ocl-icd-opencl-dev pocl-opencl-icd
    chromium openssh-server openssh-client iproute2 shellcheck openssl faketime
    "${server_packages[@]}")
# For ./check, in build/venv: the comparison with TA-Lib in the version of tests/golden; Kubernetes' schemas for its manifests;
# JSON Schema and XXH3 for the messages; what asks an API all that its description allows.
python_packages=(TA-Lib==0.6.8 numpy kubernetes-validate==1.37.0 jsonschema==4.26.0 PyYAML==6.0.3 xxhash==4.1.0
    schemathesis==4.32.5)

say() { printf '== %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else die "installing packages needs root or sudo; by hand: apt-get install $*"
    fi
}

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Debian starts what serves as soon as it is installed, and again with the machine. Nothing here wants that: the tests start
# their own servers. A policy that denies starting is there while packages are installed; afterwards the units are off.
servers=(postgresql redis-server influxdb)
policy=/usr/sbin/policy-rc.d

without_services() { # without_services COMMAND...: run it with the start of services denied
    local own=0 status=0
    if [ ! -e $policy ]; then
        own=1
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod 755 $policy
    fi
    "$@" || status=$?
    [ $own -eq 0 ] || as_root rm -f $policy
    return $status
}

not_at_boot() { # the servers among what was just installed
    local name server
    command -v systemctl >/dev/null || return 0
    for name in "$@"; do
        for server in "${servers[@]}"; do
            [ "$name" != "$server" ] || as_root systemctl disable --quiet "$server" || true
        done
    done
}

# install_packages NAME...: those that are not installed, with apt.
install_packages() {
    local missing=() name
    command -v dpkg-query >/dev/null || die "this script installs with apt; on another system install the likes of: $*"
    for name in "$@"; do installed "$name" || missing+=("$name"); done
    if [ ${#missing[@]} -eq 0 ]; then
        say "packages: all $# are installed"
        return
    fi
    say "packages: installing ${missing[*]} with apt"
    as_root apt-get update -q
    without_services as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
    not_at_boot "${missing[@]}"
}

# unpack_promtool FOLDER: promtool of Debian's prometheus, which is not installed: it would start a server.
unpack_promtool() {
    [ -x "$1/promtool" ] && return
    rm -rf "$1" && mkdir -p "$1/package"
    (cd "$1" && apt-get download -q prometheus && dpkg -x prometheus_*.deb package)
    mv "$1/package/usr/bin/promtool" "$1/promtool"
    rm -rf "$1/package" "$1"/prometheus_*.deb
}
