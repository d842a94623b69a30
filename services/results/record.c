#include "services/results/record.h"

#include <string.h>

void ts_record_discovered(ts_record *record, const ts_discovered *discovered)
{
    const ts_result_ids *ids = &discovered->ids;
    record->kind = TS_RECORD_RESULT;
    record->result = &discovered->result;
    memcpy(record->request_id, ids->request_id, sizeof record->request_id);
    memcpy(record->run_id, ids->run_id, sizeof record->run_id);
    memcpy(record->result_id, ids->result_id, sizeof record->result_id);
    memcpy(record->evaluation_id, ids->evaluation_id, sizeof record->evaluation_id);
}

void ts_record_outcome(ts_record *record, const ts_outcome_message *outcome)
{
    record->kind = TS_RECORD_OUTCOME;
    memcpy(record->request_id, outcome->request_id, sizeof record->request_id);
    record->status = ts_outcome_names[outcome->status];
    record->reason = *outcome->reason ? outcome->reason : NULL;
    record->winners = outcome->winners;
    record->evaluations = outcome->evaluations;
}

void ts_record_request(ts_record *record, const ts_request *request)
{
    record->kind = TS_RECORD_REQUEST;
    record->request = request;
    memcpy(record->request_id, request->request_id, sizeof record->request_id);
}
