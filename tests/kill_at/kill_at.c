/* Preloaded into a program: it dies, as by kill -9, at its Nth fsync, fdatasync, rename or unlink, N being in the
 * environment as KILL_AT. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void count(void)
{
    static atomic_int calls;
    const char *text = getenv("KILL_AT");
    if (text && atomic_fetch_add(&calls, 1) + 1 == (int)strtol(text, NULL, 10)) kill(getpid(), SIGKILL);
}

int fsync(int file)
{
    union {
        void *found;
        int (*call)(int);
    } real = {dlsym(RTLD_NEXT, "fsync")};
    count();
    return real.call(file);
}

int fdatasync(int file)
{
    union {
        void *found;
        int (*call)(int);
    } real = {dlsym(RTLD_NEXT, "fdatasync")};
    count();
    return real.call(file);
}

int unlink(const char *path)
{
    union {
        void *found;
        int (*call)(const char *);
    } real = {dlsym(RTLD_NEXT, "unlink")};
    count();
    return real.call(path);
}

int rename(const char *from, const char *to)
{
    union {
        void *found;
        int (*call)(const char *, const char *);
    } real = {dlsym(RTLD_NEXT, "rename")};
    count();
    return real.call(from, to);
}
