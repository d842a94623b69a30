/* A study as bytes, to be sent or kept. */
#ifndef TS_HOST_STUDY_BYTES_H
#define TS_HOST_STUDY_BYTES_H

#include "common/bytes.h"
#include "host/study/study.h"

void ts_study_put(ts_strbuf *out, const ts_study *study);

/* TS_BAD_DATA when the bytes are no study. Freed with ts_study_clear. */
int ts_study_take(ts_reader *in, ts_study *study, ts_error *error);

#endif
