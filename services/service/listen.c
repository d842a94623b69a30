#define _GNU_SOURCE
#include "services/service/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BACKLOG = 511, HOST = 64 };

/* Split at the last ':'; the host without its brackets. */
static bool split(const char *text, char host[HOST], const char **port)
{
    const char *colon = strrchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : 0;
    bool brackets = length > 2 && text[0] == '[' && text[length - 1] == ']';
    if (!length || length >= HOST || (memchr(text, ':', length) && !brackets)) return false;
    snprintf(host, HOST, "%.*s", (int)(length - (brackets ? 2 : 0)), text + brackets);
    if (!strcmp(host, "localhost")) snprintf(host, HOST, "127.0.0.1");
    *port = colon + 1;
    return true;
}

static bool a_port(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits <= 5 && !text[digits] && strtol(text, NULL, 10) <= 65535;
}

static bool is_loopback(const struct sockaddr_storage *socket)
{
    if (socket->ss_family == AF_INET) return ntohl(((const struct sockaddr_in *)socket)->sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)socket)->sin6_addr);
}

int ts_address_read(const char *text, const char *what, ts_address *address, ts_error *error)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char host[HOST];
    const char *port;
    memset(address, 0, sizeof *address);
    if (!split(text, host, &port) || !a_port(port) || getaddrinfo(host, port, &hints, &found))
        return ts_fail(error, TS_BAD_CONFIG,
                       "%s: '%.80s' is not an address to listen on, such as 127.0.0.1:8080 or [::1]:0", what, text);
    memcpy(&address->socket, found->ai_addr, found->ai_addrlen);
    address->length = found->ai_addrlen;
    address->loopback = is_loopback(&address->socket);
    freeaddrinfo(found);
    return 0;
}

static int bound_port(int file)
{
    struct sockaddr_storage socket = {0};
    socklen_t length = sizeof socket;
    if (getsockname(file, (struct sockaddr *)&socket, &length)) return 0;
    if (socket.ss_family == AF_INET) return ntohs(((const struct sockaddr_in *)&socket)->sin_port);
    return ntohs(((const struct sockaddr_in6 *)&socket)->sin6_port);
}

int ts_address_listen(const ts_address *address, int *port, ts_error *error)
{
    int yes = 1, file = socket(address->socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0) return ts_fail(error, TS_UNAVAILABLE, "no socket: %s", strerror(errno));
    setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(file, (const struct sockaddr *)&address->socket, address->length) || listen(file, BACKLOG)) {
        ts_fail(error, TS_UNAVAILABLE, "cannot listen: %s", strerror(errno));
        close(file);
        return -1;
    }
    *port = bound_port(file);
    return file;
}
