/* Which engine made a result, and which build is running. */
#ifndef TS_COMMON_VERSION_H
#define TS_COMMON_VERSION_H

/* The engine's version, such as "0.1.0": part of every result, the same in every build of that version. */
const char *ts_version(void);

/* The commit that was built, such as "1a2b3c4-dirty", or "unknown": for people and run.json, never part of a result. */
const char *ts_commit(void);

#endif
