/* A table's cell whose colour says what its number says: the one hue above 0, the other below, with the sign. */
#ifndef TS_HOST_HEAT_H
#define TS_HOST_HEAT_H

#include "common/strbuf.h"

/* `share` is how strong the colour is, -1 to 1; the number has so many digits after the point, an undefined one is
 * empty. `style` is one more class of the style sheet, or "". */
void ts_heat_cell(ts_strbuf *out, double share, double value, int digits, const char *style);

#endif
