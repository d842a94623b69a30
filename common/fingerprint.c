#include "common/fingerprint.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <xxhash.h>

struct ts_fingerprint {
    XXH3_state_t *state;
};

static void hash_text(XXH128_hash_t hash, char text[TS_FINGERPRINT_TEXT])
{
    snprintf(text, TS_FINGERPRINT_TEXT, "%016llx%016llx", (unsigned long long)hash.high64,
             (unsigned long long)hash.low64);
}

ts_fingerprint *ts_fingerprint_new(void)
{
    ts_fingerprint *fingerprint = malloc(sizeof *fingerprint);
    if (!fingerprint) return NULL;
    fingerprint->state = XXH3_createState();
    if (!fingerprint->state) {
        free(fingerprint);
        return NULL;
    }
    XXH3_128bits_reset(fingerprint->state);
    return fingerprint;
}

void ts_fingerprint_free(ts_fingerprint *fingerprint)
{
    if (!fingerprint) return;
    XXH3_freeState(fingerprint->state);
    free(fingerprint);
}

void ts_fingerprint_add(ts_fingerprint *fingerprint, const void *bytes, size_t length)
{
    if (length) XXH3_128bits_update(fingerprint->state, bytes, length);
}

void ts_fingerprint_text(const ts_fingerprint *fingerprint, char text[TS_FINGERPRINT_TEXT])
{
    hash_text(XXH3_128bits_digest(fingerprint->state), text);
}

void ts_fingerprint_of(const void *bytes, size_t length, char text[TS_FINGERPRINT_TEXT])
{
    hash_text(XXH3_128bits(bytes, length), text);
}

uint64_t ts_checksum(const void *bytes, size_t length) { return XXH3_64bits(bytes, length); }
