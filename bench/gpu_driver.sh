# shellcheck shell=bash
# Sourced by gpu.sh: makes the OpenCL loader find the drivers of this machine, also where no file names them.
# A loader reads a folder of files, each with the name of a driver's library; containers often have the library alone.

driver_names=(libnvidia-opencl.so.1 libamdocl64.so libigdrcl.so libpocl.so.2)
driver_folders=(/usr/lib/x86_64-linux-gnu /usr/lib64 /usr/lib /usr/local/nvidia/lib64 /usr/local/nvidia/lib
    /usr/lib/wsl/lib /run/opengl-driver/lib /opt/rocm/lib /usr/lib/x86_64-linux-gnu/intel-opencl
    /usr/local/lib/x86_64-linux-gnu /usr/lib/nvidia /opt/nvidia/lib64)

# library_at NAME: its path, from what the dynamic loader knows and the folders of drivers; nothing when it is not there.
library_at() {
    local folder path
    case $1 in /*) [ -e "$1" ] && echo "$1"; return ;; esac
    path=$({ ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | sed -n "s|^[[:space:]]*$1 (.*x86-64.*) => ||p" | head -n 1)
    if [ -e "$path" ]; then echo "$path"; return; fi
    for folder in "${driver_folders[@]}"; do
        [ -e "$folder/$1" ] || continue
        echo "$folder/$1"
        return
    done
}

# find_drivers FOLDER: write one file a driver to the new FOLDER and point the loaders to it, both the Khronos group's
# and ocl-icd. What OCL_ICD_VENDORS or OPENCL_VENDOR_PATH say already stands. Folders of drivers are added to `libraries`.
find_drivers() {
    local file name path known="|"
    if [ -n "${OCL_ICD_VENDORS:-}${OPENCL_VENDOR_PATH:-}" ]; then
        say "drivers: as ${OCL_ICD_VENDORS:-$OPENCL_VENDOR_PATH} says"
        return
    fi
    mkdir "$1"
    for name in $(cat /etc/OpenCL/vendors/*.icd 2>/dev/null) "${driver_names[@]}"; do
        path=$(library_at "$name")
        [ -n "$path" ] || continue
        path=$(readlink -f "$path") file=${path##*/} # one driver has several names
        [[ $known != *"|$file|"* ]] || continue
        known="$known$file|"
        echo "$path" >"$1/$file.icd"
        # Its own parts lie beside it, where the dynamic loader may not look. After ours: never in their place.
        case ${path%/*} in
        /usr/lib/x86_64-linux-gnu | /lib/x86_64-linux-gnu | /usr/lib64 | /usr/lib) ;;
        *) libraries=${libraries:+$libraries:}${path%/*} ;;
        esac
    done
    export OCL_ICD_VENDORS=$1 OPENCL_VENDOR_PATH=$1
    known=${known//|/ }
    say "drivers:${known% }"
}
