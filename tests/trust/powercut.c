/* A power cut, as a library to preload (Linux): of the folder POWERCUT_FROM, POWERCUT_TO keeps only what was flushed.
 *
 *     POWERCUT_TO/bytes/<file>   the bytes of a file at its last fsync or fdatasync
 *     POWERCUT_TO/names/...      the folders and names; each name is a symbolic link to the bytes it names. A name comes,
 *                                changes or goes only when its *folder* is flushed, as POSIX promises no more
 *     POWERCUT_TO/lock           held alone by whoever copies, shared by whoever writes: a copy is a file at one moment
 *
 * What the folder holds when the first process starts counts as flushed. The worst a disk may do, given that it does
 * not lie about a flush. Files made durable without fsync (O_SYNC, msync, sync) are not followed: SQLite and we use none.
 *
 *     gcc -O2 -shared -fPIC -o powercut.so powercut.c -ldl
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define LONG 4096

static const char *from, *to;
static size_t from_length;

/* ── Places ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* The path of an open file, in `path`, if it lies in the folder we follow. */
static int is_ours(int fd, char path[LONG]) {
    char link[64];
    if (!from || !to) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, LONG - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return !strncmp(path, from, from_length) && (path[from_length] == '/' || path[from_length] == 0);
}

/* One name for one file for ever: its number alone is given again to a later file. */
static int bytes_of(int fd, const char *path, char bytes[LONG]) {
    struct statx found;
    if (statx(fd, path, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &found)) return -1;
    snprintf(bytes, LONG, "%s/bytes/%llu-%lld-%u", to, (unsigned long long)found.stx_ino,
             (long long)found.stx_btime.tv_sec, found.stx_btime.tv_nsec);
    return 0;
}

/* ── The lock: through raw calls, so that our own writes are not followed ────────────────────────────────────────── */

static int lock(int how) {
    char path[LONG];
    snprintf(path, sizeof path, "%s/lock", to);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0) flock(fd, how);
    return fd;
}

static void unlock(int fd) {
    if (fd >= 0) close(fd);
}

/* ── Flushing ───────────────────────────────────────────────────────────────────────────────────────────────────── */

static void copy(int in, const char *bytes) {
    char beside[LONG + 8], buffer[65536];
    snprintf(beside, sizeof beside, "%s.new", bytes);
    int out = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0) return;
    off_t at = 0;
    ssize_t got;
    while ((got = pread(in, buffer, sizeof buffer, at)) > 0) {
        if (syscall(SYS_write, out, buffer, got) != got) break;
        at += got;
    }
    close(out);
    rename(beside, bytes);
}

static void flush_file(int fd, const char *path) {
    char bytes[LONG];
    if (bytes_of(fd, "", bytes)) return;
    /* Read through the caller's own descriptor: closing another one of the same file would drop all the locks that
     * this process holds on it, and corrupt the database under test. A file open for writing only has no such locks. */
    if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY) {
        copy(fd, bytes);
        return;
    }
    int in = open(path, O_RDONLY | O_CLOEXEC);
    if (in >= 0) copy(in, bytes);
    if (in >= 0) close(in);
}

/* Make the names of one folder what they are now; `with_bytes` takes the bytes too, and the folders below. */
static void flush_folder(const char *path, int with_bytes) {
    char names[LONG], here[LONG], there[LONG], bytes[LONG], old[LONG];
    struct dirent *entry;
    struct stat found;
    snprintf(names, sizeof names, "%s/names%s", to, path + from_length);
    for (char *slash = names + strlen(to) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = 0;
        mkdir(names, 0700);
    }
    mkdir(names, 0700);

    DIR *folder = opendir(names);
    while (folder && (entry = readdir(folder))) { /* names that are gone */
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        if (snprintf(here, sizeof here, "%s/%s", path, entry->d_name) >= LONG) continue;
        if (snprintf(there, sizeof there, "%s/%s", names, entry->d_name) >= LONG) continue;
        if (lstat(here, &found) && errno == ENOENT) unlink(there);
    }
    if (folder) closedir(folder);

    folder = opendir(path);
    while (folder && (entry = readdir(folder))) { /* names that came, or changed hands */
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        if (snprintf(here, sizeof here, "%s/%s", path, entry->d_name) >= LONG) continue;
        if (snprintf(there, sizeof there, "%s/%s", names, entry->d_name) >= LONG) continue;
        if (lstat(here, &found)) continue;
        if (S_ISDIR(found.st_mode)) {
            mkdir(there, 0700);
            if (with_bytes) flush_folder(here, 1);
        } else if (S_ISREG(found.st_mode) && !bytes_of(AT_FDCWD, here, bytes)) {
            ssize_t length = readlink(there, old, sizeof old - 1);
            if (length < 0 || (old[length] = 0, strcmp(old, bytes))) {
                unlink(there);
                if (symlink(bytes, there)) continue;
            }
            int in = with_bytes ? open(here, O_RDONLY | O_CLOEXEC) : -1;
            if (in >= 0) {
                copy(in, bytes);
                close(in);
            }
        }
    }
    if (folder) closedir(folder);
}

static void flushed(int fd) {
    char path[LONG];
    struct stat found;
    if (!is_ours(fd, path) || fstat(fd, &found)) return;
    int held = lock(LOCK_EX);
    if (S_ISDIR(found.st_mode)) flush_folder(path, 0);
    if (S_ISREG(found.st_mode)) flush_file(fd, path);
    unlock(held);
}

/* The first process finds everything on the disk. It has no lock yet on any database, so it may open what it likes. */
__attribute__((constructor)) static void begin(void) {
    char names[LONG], bytes[LONG];
    from = getenv("POWERCUT_FROM");
    to = getenv("POWERCUT_TO");
    if (!from || !to) return;
    from_length = strlen(from);
    mkdir(to, 0700);
    int held = lock(LOCK_EX);
    snprintf(names, sizeof names, "%s/names", to);
    snprintf(bytes, sizeof bytes, "%s/bytes", to);
    if (!mkdir(bytes, 0700) && !mkdir(names, 0700)) flush_folder(from, 1);
    unlock(held);
}

/* ── The calls we stand before ──────────────────────────────────────────────────────────────────────────────────── */

#define FLUSHES(name)                                           \
    int name(int fd) {                                          \
        static int (*real)(int);                                \
        if (!real) real = dlsym(RTLD_NEXT, #name);              \
        int result = real(fd), error = errno;                   \
        if (!result) flushed(fd);                               \
        errno = error;                                          \
        return result;                                          \
    }

/* A write waits while a copy is being made. */
#define WRITES(type, name, parameters, arguments)               \
    type name parameters {                                      \
        static type(*real) parameters;                          \
        char path[LONG];                                        \
        if (!real) real = dlsym(RTLD_NEXT, #name);              \
        int held = is_ours(fd, path) ? lock(LOCK_SH) : -1;      \
        type result = real arguments;                           \
        int error = errno;                                      \
        unlock(held);                                           \
        errno = error;                                          \
        return result;                                          \
    }

FLUSHES(fsync)
FLUSHES(fdatasync)
WRITES(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
WRITES(ssize_t, writev, (int fd, const struct iovec *data, int count), (fd, data, count))
WRITES(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
WRITES(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
WRITES(ssize_t, pwritev, (int fd, const struct iovec *data, int count, off_t at), (fd, data, count, at))
WRITES(ssize_t, pwritev64, (int fd, const struct iovec *data, int count, off64_t at), (fd, data, count, at))
WRITES(int, ftruncate, (int fd, off_t size), (fd, size))
WRITES(int, ftruncate64, (int fd, off64_t size), (fd, size))
