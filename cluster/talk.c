#include "cluster/talk.h"

#include "common/bytes.h"

int ts_job_say(ts_comm *comm, int to, int tag, uint64_t number, const void *bytes, size_t size, ts_error *error)
{
    ts_strbuf text = {0};
    ts_put_u64(&text, number);
    if (size) ts_strbuf_append(&text, bytes, size);
    int status = ts_strbuf_failed(&text) ? ts_no_memory(error, "a message")
                                         : ts_comm_send(comm, to, tag, text.text, text.length, error);
    ts_strbuf_clear(&text);
    return status;
}
