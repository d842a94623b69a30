/* The connections of a listener, and the thread that ends those whose time is up: a client that sends one byte now and
 * then is never idle, and would otherwise hold its place for ever. */
#define _GNU_SOURCE
#include "common/clock.h"
#include "common/memory.h"
#include "services/service/http_mhd.h"

#include <stdlib.h>
#include <time.h>

void ts_http_deadline(ts_http *http, ts_http_client *client, double seconds)
{
    if (!client) return;
    pthread_mutex_lock(&http->lock);
    client->deadline = seconds > 0 ? ts_clock_seconds() + seconds : 0;
    pthread_mutex_unlock(&http->lock);
}

static ts_http_client *add(ts_http *http, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    ts_http_client *client = info ? ts_alloc(1, sizeof *client) : NULL;
    if (!client) return NULL; /* served without a deadline of ours; libmicrohttpd has its own for the idle */
    client->file = info->connect_fd;
    client->deadline = ts_clock_seconds() + http->setup.head_seconds;
    pthread_mutex_lock(&http->lock);
    client->next = http->clients;
    if (client->next) client->next->previous = client;
    http->clients = client;
    pthread_mutex_unlock(&http->lock);
    return client;
}

static void drop(ts_http *http, ts_http_client *client)
{
    if (!client) return;
    pthread_mutex_lock(&http->lock);
    if (client->next) client->next->previous = client->previous;
    if (client->previous) client->previous->next = client->next;
    else http->clients = client->next;
    pthread_mutex_unlock(&http->lock);
    free(client);
}

void ts_http_client_event(void *http, struct MHD_Connection *connection, void **client,
                          enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *client = add(http, connection);
    } else {
        drop(http, *client);
        *client = NULL;
    }
}

/* The socket is still open here: its client leaves the list, under this lock, before libmicrohttpd closes it. */
static void cut_the_late(ts_http *http)
{
    double now = ts_clock_seconds();
    for (ts_http_client *client = http->clients; client; client = client->next) {
        if (client->deadline == 0 || now < client->deadline) continue;
        client->deadline = 0;
        shutdown(client->file, SHUT_RDWR);
        ts_meter_count(&ts_http_meters[TS_HTTP_CUT], 1, http->setup.name, "late", NULL);
    }
}

static void *keep(void *context)
{
    ts_http *http = context;
    pthread_mutex_lock(&http->lock);
    while (!http->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
        pthread_cond_timedwait(&http->wake, &http->lock, &until);
        cut_the_late(http);
        pthread_mutex_unlock(&http->lock);
        for (const ts_http_route *route = http->setup.routes; route->method; route++)
            if (route->hub && *route->hub) ts_http_hub_keep(*route->hub);
        pthread_mutex_lock(&http->lock);
    }
    pthread_mutex_unlock(&http->lock);
    return NULL;
}

int ts_http_keeper_start(ts_http *http, ts_error *error)
{
    http->keeping = !pthread_create(&http->keeper, NULL, keep, http);
    return http->keeping ? 0 : ts_fail(error, TS_FAILED, "no thread for a listener");
}

void ts_http_keeper_stop(ts_http *http)
{
    if (!http->keeping) return;
    pthread_mutex_lock(&http->lock);
    http->stopping = true;
    pthread_cond_signal(&http->wake);
    pthread_mutex_unlock(&http->lock);
    pthread_join(http->keeper, NULL);
    http->keeping = false;
}
