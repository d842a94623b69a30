/* The canonical text of a JSON value, and the id that is its XXH3-128: two values that mean the same have one text.
 *
 * No blanks; the members of objects in the order of their names' bytes; texts as UTF-8 with only ", \ and control
 * characters escaped; numbers with the fewest of 15 to 17 digits (C's %g) that read back as the same double, so that 1,
 * 1.0 and 1e0 are all 1 and -0 is 0; whole numbers beyond 2^53 with all their digits. */
#ifndef TS_SERVICES_CANONICAL_H
#define TS_SERVICES_CANONICAL_H

#include "common/fingerprint.h"
#include "common/json.h"

/* Append the text of `value`, nested no deeper than TS_MESSAGE_DEPTH; members of the outermost object whose names are
 * in `without` (ended by NULL; may be NULL) are left out. A lack of memory is the buffer's failure. */
void ts_canonical_text(ts_strbuf *out, const json_t *value, const char *const *without);

/* The id of a value. -1: no memory. */
int ts_canonical_id(const json_t *value, const char *const *without, char id[TS_FINGERPRINT_TEXT], ts_error *error);

/* The id of a document that is canonical as it was written (`compact`, names in order); clears it. */
int ts_canonical_id_of(ts_json *document, char id[TS_FINGERPRINT_TEXT], ts_error *error);

#endif
