/* What a disk would still hold if the power went: a library that is preloaded into a process and watches its syncs.

   POWERLOSS_TREE names the folder whose fate is of interest, POWERLOSS_KEPT a folder outside of it for the records:

       KEPT/files/<inode>             content of a regular file as of its last fsync or fdatasync
       KEPT/folders/<inode>.<number>  the names in a folder as of an fsync of that folder; the highest number counts.
                                      Each is a symbolic link to "f<inode>" or "d<inode>".

   So a name that was made, changed by a rename or removed counts only from the sync of its folder on, and octets only
   from the sync of their file on; whoever puts the tree back together (powerloss.py) needs nothing else.

   Three things to know. Closing any descriptor of a file gives up every record lock that the process has on it, and
   SQLite lives by those locks: what is open for reading is read through the very descriptor that is synced, and one
   that had to be opened here stays open. An inode must not be given away to another file while the process lives, so
   everything seen once is held by an O_PATH descriptor. And nothing here uses a system call that the harness sweeps, or
   the records would be crash points of their own. A record that cannot be kept ends the process: a harness that
   forgets would find faults that are none. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LONGEST 4096
#define MOST_HELD 8192

static ino_t held[MOST_HELD];
static size_t holding;

static void require(int well)
{
    if (!well)
        abort();
}

/* Make a record visible at once and as a whole. */
static void settle(const char *part, const char *record)
{
    require(syscall(SYS_renameat2, AT_FDCWD, part, AT_FDCWD, record, 0) == 0);
}

/* Hold an inode until the process ends. */
static void hold(int folder, const char *name, ino_t inode)
{
    for (size_t place = 0; place < holding; place++)
        if (held[place] == inode)
            return;
    require(holding < MOST_HELD);
    held[holding++] = inode;
    require(openat(folder, name, O_PATH | O_CLOEXEC | (folder == AT_FDCWD ? 0 : O_NOFOLLOW)) >= 0);
}

static void keep_file(int fd, const char *link, const struct stat *about, const char *kept)
{
    char part[LONGEST + 8], record[LONGEST];
    snprintf(record, sizeof record, "%s/files/%ju", kept, (uintmax_t)about->st_ino);
    snprintf(part, sizeof part, "%s.part", record);
    int readable = (fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY;
    int from = readable ? fd : open(link, O_RDONLY | O_CLOEXEC);
    int to = open(part, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    require(from >= 0 && to >= 0);
    off_t at = 0;
    while (at < about->st_size)
        require(sendfile(to, from, &at, about->st_size - at) > 0);
    require(fchmod(to, about->st_mode & 07777) == 0);
    close(to);
    settle(part, record);
    hold(AT_FDCWD, link, about->st_ino);
}

static void keep_folder(int fd, const struct stat *about, const char *kept)
{
    static unsigned number;
    char part[LONGEST + 8], record[LONGEST], name[2 * LONGEST], target[32];
    snprintf(record, sizeof record, "%s/folders/%ju.%u", kept, (uintmax_t)about->st_ino, number++);
    snprintf(part, sizeof part, "%s.part", record);
    require(mkdirat(AT_FDCWD, part, 0700) == 0);
    int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    require(again >= 0);
    DIR *folder = fdopendir(again);
    require(folder != NULL);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat found;
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        require(fstatat(fd, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0);
        snprintf(target, sizeof target, "%c%ju", S_ISDIR(found.st_mode) ? 'd' : 'f', (uintmax_t)found.st_ino);
        require(snprintf(name, sizeof name, "%s/%s", part, entry->d_name) < (int)sizeof name);
        require(symlink(target, name) == 0);
        hold(fd, entry->d_name, found.st_ino);
    }
    closedir(folder);
    settle(part, record);
}

static void synced(int fd)
{
    const char *tree = getenv("POWERLOSS_TREE"), *kept = getenv("POWERLOSS_KEPT");
    char link[64], path[LONGEST];
    struct stat about;
    if (!tree || !kept || fstat(fd, &about))
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return;
    path[length] = 0;
    size_t stem = strlen(tree);
    if (strncmp(path, tree, stem) || (path[stem] != '/' && path[stem] != 0))
        return;
    if (S_ISDIR(about.st_mode))
        keep_folder(fd, &about, kept);
    else if (S_ISREG(about.st_mode))
        keep_file(fd, link, &about, kept);
}

static int pass_on(const char *name, int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int answer = real(fd);
    if (answer == 0)
        synced(fd);
    return answer;
}

int fsync(int fd)
{
    return pass_on("fsync", fd);
}

int fdatasync(int fd)
{
    return pass_on("fdatasync", fd);
}
