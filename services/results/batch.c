#include "services/results/batch.h"

#include <stdio.h>

void ts_entry_settle(ts_entry *entry, ts_record_fate fate, const char *why)
{
    entry->record->fate = fate;
    entry->open = false;
    if (why) snprintf(entry->record->why, sizeof entry->record->why, "%s", why);
}
