#!/usr/bin/env bash
# minimal_build.sh PROGRAM: can the engine, its command and the benchmarks be built where there is nothing but HDF5 (and
# the zlib that it needs), jansson, xxHash and zstd? Configures the source tree with pkg-config knowing these alone, then
# looks at what PROGRAM, a build of `tradestream`, is linked to. With BUILD=1 in the environment it builds, too.
# No MPI, Kafka, Postgres or cmocka: what is to run on a bare machine with a graphics card needs none of them.
set -euo pipefail
program=${1:?the program: a build of tradestream}
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

mkdir "$folder/packages"
known=
for package in hdf5-serial hdf5 jansson libxxhash libzstd zlib; do
    found=$(pkg-config --variable=pcfiledir "$package" 2>/dev/null) || continue
    ln -s "$found/$package.pc" "$folder/packages/"
    known="$known $package"
done

export PKG_CONFIG_LIBDIR=$folder/packages PKG_CONFIG_PATH=
if ! cmake -S "$root" -B "$folder/build" -G Ninja -D CMAKE_BUILD_TYPE=RelWithDebInfo -D CMAKE_C_FLAGS_RELWITHDEBINFO=-O3 \
    -D CMAKE_DISABLE_FIND_PACKAGE_MPI=ON -D CMAKE_DISABLE_FIND_PACKAGE_CURL=ON \
    -D CMAKE_DISABLE_FIND_PACKAGE_PostgreSQL=ON >"$folder/log" 2>&1; then
    cat "$folder/log"
    echo "error: the source tree cannot be configured with only$known"
    exit 1
fi
grep -q 'No cmocka' "$folder/log" || { echo "error: cmocka was found, and should have been hidden"; exit 1; }
grep -q 'No Open MPI' "$folder/log" || { echo "error: Open MPI was found, and should have been hidden"; exit 1; }
grep -q 'No services' "$folder/log" || { echo "error: what services need was found, and should have been hidden"; exit 1; }
if [ "${BUILD:-}" = 1 ]; then
    cmake --build "$folder/build" -j "$(nproc)"
    "$folder/build/bin/tradestream" --version
    program=$folder/build/bin/tradestream
fi

allowed='^(libhdf5(_serial)?|libjansson|libxxhash|libzstd|libz|libm|libc|libdl|libpthread|libasan|libubsan|libtsan|libgcc_s)\.so'
linked=$(readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p')
[ -n "$linked" ] || { echo "error: $program names no library"; exit 1; }
if others=$(grep -vE "$allowed" <<<"$linked"); then
    echo "error: $program is linked to more than a bare machine has: $others"
    exit 1
fi
echo "configured with$known; linked to ${linked//$'\n'/ }"
