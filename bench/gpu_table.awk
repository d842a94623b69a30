# The lines of gpu.sh for people: the device, the steps, the grids beside the device's limits, the strategies.
# usage: awk -f bench/gpu_table.awk FILE.jsonl

function text(key,   at) {
    at = index($0, "\"" key "\": \"")
    if (!at) return ""
    at = substr($0, at + length(key) + 5)
    return substr(at, 1, index(at, "\"") - 1)
}
function number(key,   at) {
    at = index($0, "\"" key "\": ")
    return at ? substr($0, at + length(key) + 4) + 0 : -1
}
function shown(value, format) { return value < 0 ? "-" : sprintf(format, value) }
function percent(key) { return shown(100 * number(key) > 0 ? 100 * number(key) : -1, "%.1f%%") }

FNR == 1 {
    if (text("device") == "") print "\nno OpenCL device that can be used"
    else printf "\n%s\n%s; driver %s, %s\n", text("device"), text("platform"), text("driver"), text("opencl")
    printf "host: %s\n", text("machine")
    next
}
text("step") != "" { steps[++count] = sprintf("  %-22s %-24s %5d s", text("step"), text("verdict"), number("seconds")); next }
text("case") == "strategies" {
    if (text("item") ~ /mean$/) means = means sprintf("  %-28s %8.3f\n", text("item"), number("genome_bars_per_s") / 1e9)
    else {
        strategies++
        rate = number("genome_bars_per_s") / 1e9
        line = sprintf("  %-28s %8.3f   rows %5s  masks %5s  walks %5s", text("item"), rate, percent("rows_share"),
                       percent("masks_share"), percent("walks_share"))
        if (slowest == "" || rate < low) { low = rate; slowest = line }
        if (rate > high) { high = rate; fastest = line }
    }
    next
}
text("case") != "" {
    if (number("device_memory_bytes_per_s") > 0)
        limits = sprintf("limits measured: memory %.0f GB/s, cache %.0f GB/s, doubles %.0f G/s, words %.0f G/s; units x clock %.0f G/s",
                         number("device_memory_bytes_per_s") / 1e9, number("device_cache_bytes_per_s") / 1e9,
                         number("device_double_ops_per_s") / 1e9, number("device_word_ops_per_s") / 1e9,
                         number("device_unit_cycles_per_s") / 1e9)
    rates[++grids] = sprintf("  %-15s %8d %8d %7.0f %10.3f %8s %8s %8s %9s", text("case"), number("genomes"), number("bars"),
                             number("trades_per_genome"), number("genome_bars_per_s") / 1e9, percent("rows_share"),
                             percent("masks_share"), percent("walks_share"), percent("settlement_share"))
    bounds[grids] = sprintf("  %-15s %8d %8d %11s %8s %11s %8s %9s %8s %9s %8s", text("case"), number("genomes"), number("bars"),
                            shown(number("least_bytes_per_genome_bar"), "%.2f"), percent("memory_fraction"),
                            shown(number("asked_bytes_per_genome_bar"), "%.2f"), percent("cache_fraction"),
                            shown(number("double_ops_per_genome_bar"), "%.2f"), percent("double_fraction"),
                            shown(number("word_ops_per_genome_bar"), "%.2f"), percent("word_fraction"))
}
END {
    if (limits != "") print limits
    print "\nsteps"
    for (i = 1; i <= count; i++) print steps[i]
    if (grids) {
        printf "\n  %-15s %8s %8s %7s %10s %8s %8s %8s %9s\n", "case", "genomes", "bars", "trades", "G gb/s", "rows", "masks",
               "walks", "settling"
        for (i = 1; i <= grids; i++) print rates[i]
        printf "\n  a genome-bar:                     %11s %8s %11s %8s %9s %8s %9s %8s\n", "least bytes", "of mem.", "asked bytes",
               "of cache", "doubles", "of it", "words", "of it"
        for (i = 1; i <= grids; i++) print bounds[i]
    }
    if (strategies) {
        printf "\n%d strategies, G genome-bars/s\n%s", strategies, means
        print slowest
        print fastest
    }
}
