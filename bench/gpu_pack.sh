# shellcheck shell=bash
# Sourced by gpu.sh: building, and the folder that is carried to a machine that cannot build: the program, the harness, all
# libraries but glibc's own, and an OpenCL loader. About 20 MiB.

carried_tests=(opencl_devices_test opencl_programs_test opencl_queues_test opencl_engine_test kernelcheck_test walk_test)

build_all() {
    command -v cmake >/dev/null || { echo "no cmake"; return 1; }
    cmake --preset release -B "$1" && cmake --build "$1" -j "$(nproc)"
}

# What is linked to, and lies outside of glibc: the target has a glibc, and two of them do not mix.
libraries_of() {
    ldd "$@" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' | sort -u |
        grep -vE '/(ld-linux-x86-64|libc|libm|libdl|libpthread|librt|libresolv|libutil|libnsl|libanl)\.so\.[0-9]+$'
}

# pack INTO BUILD
pack() {
    local into=$1 build=$2 loader file
    build_all "$build" >&2 || die "it does not build"
    rm -rf "$into"
    mkdir -p "$into/bin" "$into/tests" "$into/lib"
    cp "$build/bin/tradestream" "$into/bin/" || die "there is no program to pack"
    for file in "${carried_tests[@]}"; do
        if [ -x "$build/tests/$file" ]; then cp "$build/tests/$file" "$into/tests/"; else say "$file: not built"; fi
    done
    find "$into/bin" "$into/tests" -type f -exec strip {} +
    loader=$(library_at libOpenCL.so.1)
    [ -n "$loader" ] || die "there is no libOpenCL.so.1 to pack (Debian: ocl-icd-libopencl1)"
    for file in "$loader" $(libraries_of "$into"/bin/* "$into"/tests/* "$loader"); do
        cp -L "$file" "$into/lib/${file##*/}"
    done
    strip --strip-unneeded "$into"/lib/*
    say "$into: $(du -sm "$into" | cut -f 1) MiB, $("$into/bin/tradestream" --version)"
}
