/* What the files of a study share. */
#ifndef TS_HOST_STUDY_INTERNAL_H
#define TS_HOST_STUDY_INTERNAL_H

#include "host/search/together.h"
#include "host/study/study.h"

/* A study under way. */
typedef struct ts_course {
    ts_engine *engine;
    const ts_study_settings *settings;
    const ts_study_task *task;
    const ts_study_watch *watch;
    ts_reader earlier; /* answers of an earlier start that are still to be used */
    int64_t interval_ms;
    ts_market **window;  /* searched: given by the caller, or the train windows */
    ts_train_test *when; /* of a walk-forward, else NULL */
    size_t windows;
    ts_trial_book **book; /* one a window; NULL, all or one: no statistics */
    double least_warmup;  /* of all genomes so far */
    ts_walks *walks;      /* room for one round of questions */
    /* genomes of one round, each once, and for every question which they are */
    ts_genome *genomes;
    size_t *place;
    uint32_t *listed;
    size_t room;
} ts_course;

/* Answer the searches; see ts_answerer. */
int ts_course_answer(void *course, const ts_question *questions, size_t count, ts_error *error);

/* Try on every test window what was found in training, and stitch. */
int ts_course_test(ts_course *course, ts_search_result *results, ts_study *study, ts_error *error);

#endif
