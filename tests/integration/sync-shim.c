/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Preloaded into the service by the tests: counts its writes to the disk (fsync, fdatasync) and
 * kills it at a chosen one, so that every place where a power cut can happen is tried. The counter
 * is a file of two 64-bit numbers: how many are left, and whether the one that kills is lost. If it
 * is, everything written since the last synchronization of that file is undone, as a power cut may
 * do.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FD 1024

typedef struct Undo
{
  struct Undo *next;
  off64_t offset;
  size_t length;
  off64_t size; /* of the file before the write */
  char before[];
} Undo;

static Undo *undos[MAX_FD];
static volatile int64_t *counter;

static void __attribute__ ((constructor)) set_up (void)
{
  const char *path = getenv ("YINYAO_SYNC_COUNTER");
  int fd = path == NULL ? -1 : open (path, O_RDWR | O_CLOEXEC);
  void *memory = MAP_FAILED;

  if (fd >= 0)
    memory = mmap (NULL, 2 * sizeof (int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory != MAP_FAILED)
    counter = memory;
  if (fd >= 0)
    close (fd);
  /* The commands this process starts are not counted. */
  unsetenv ("LD_PRELOAD");
}

static void
remember (int fd, size_t length, off64_t offset)
{
  struct stat64 status;
  Undo *undo = NULL;

  if (counter == NULL || fd >= MAX_FD || fstat64 (fd, &status) != 0 || !S_ISREG (status.st_mode))
    return;
  undo = calloc (1, sizeof *undo + length);
  if (undo == NULL)
    abort ();
  undo->offset = offset;
  undo->size = status.st_size;
  undo->length = 0;
  if (offset < status.st_size)
    {
      ssize_t got = pread64 (fd, undo->before, length, offset);

      undo->length = got > 0 ? (size_t) got : 0;
    }
  undo->next = undos[fd];
  undos[fd] = undo;
}

static void
forget (int fd)
{
  while (fd < MAX_FD && undos[fd] != NULL)
    {
      Undo *undo = undos[fd];

      undos[fd] = undo->next;
      free (undo);
    }
}

static ssize_t
real_write (int fd, const void *data, size_t length, off64_t offset)
{
  static ssize_t (*real) (int, const void *, size_t, off64_t);

  if (real == NULL)
    real = (ssize_t (*) (int, const void *, size_t, off64_t)) dlsym (RTLD_NEXT, "pwrite64");
  return real (fd, data, length, offset);
}

static void
undo_all (int fd)
{
  for (Undo *undo = fd < MAX_FD ? undos[fd] : NULL; undo != NULL; undo = undo->next)
    {
      if (undo->length > 0)
        real_write (fd, undo->before, undo->length, undo->offset);
      if (ftruncate64 (fd, undo->size) != 0)
        abort ();
    }
}

static int
count (int fd, const char *name)
{
  int (*real) (int) = (int (*) (int)) dlsym (RTLD_NEXT, name);
  bool last = counter != NULL && __atomic_sub_fetch (&counter[0], 1, __ATOMIC_SEQ_CST) == 0;
  int result = 0;

  if (last && counter[1])
    {
      undo_all (fd);
      kill (getpid (), SIGKILL);
    }
  result = real (fd);
  if (last)
    kill (getpid (), SIGKILL);
  forget (fd);
  return result;
}

int
fsync (int fd)
{
  return count (fd, "fsync");
}

int
fdatasync (int fd)
{
  return count (fd, "fdatasync");
}

ssize_t
pwrite64 (int fd, const void *data, size_t length, off64_t offset)
{
  remember (fd, length, offset);
  return real_write (fd, data, length, offset);
}

int
close (int fd)
{
  static int (*real) (int);

  if (real == NULL)
    real = (int (*) (int)) dlsym (RTLD_NEXT, "close");
  if (fd >= 0)
    forget (fd);
  return real (fd);
}
