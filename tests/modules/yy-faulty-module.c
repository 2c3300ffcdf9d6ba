/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A PKCS #11 module for tests: another module ($YINYAO_TEST_MODULE) whose functions fail as the
 * file $YINYAO_TEST_FAULTS says at the moment of the call. Lines of the file:
 *
 *   FUNCTION [N] ACTION
 *
 * FUNCTION is the name of a Cryptoki function, or "load" for the moment this module is loaded. With
 * N, only the Nth call since the file was changed; without, every one. ACTION is one of RV return
 * this number (0x30), without doing anything after RV  do it, then return this number hang never
 * return crash     end by SIGSEGV exit      end the process with status 0 garbage   do it, then
 * spoil what it answers Every fault appends the function's name to $YINYAO_TEST_FAULTS.log.
 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FUNCTIONS(X)                                                                               \
  X (C_Initialize, (CK_VOID_PTR a), (a))                                                           \
  X (C_Finalize, (CK_VOID_PTR a), (a))                                                             \
  X (C_GetInfo, (CK_INFO * a), (a))                                                                \
  X (C_GetSlotList, (CK_BBOOL a, CK_SLOT_ID * b, CK_ULONG * c), (a, b, c))                         \
  X (C_GetSlotInfo, (CK_SLOT_ID a, CK_SLOT_INFO * b), (a, b))                                      \
  X (C_GetTokenInfo, (CK_SLOT_ID a, CK_TOKEN_INFO * b), (a, b))                                    \
  X (C_InitToken, (CK_SLOT_ID a, CK_BYTE * b, CK_ULONG c, CK_BYTE * d), (a, b, c, d))              \
  X (C_InitPIN, (CK_SESSION_HANDLE a, CK_BYTE * b, CK_ULONG c), (a, b, c))                         \
  X (C_SetPIN, (CK_SESSION_HANDLE a, CK_BYTE * b, CK_ULONG c, CK_BYTE * d, CK_ULONG e),            \
     (a, b, c, d, e))                                                                              \
  X (C_OpenSession, (CK_SLOT_ID a, CK_FLAGS b, void *c, CK_NOTIFY d, CK_SESSION_HANDLE *e),        \
     (a, b, c, d, e))                                                                              \
  X (C_CloseSession, (CK_SESSION_HANDLE a), (a))                                                   \
  X (C_CloseAllSessions, (CK_SLOT_ID a), (a))                                                      \
  X (C_Login, (CK_SESSION_HANDLE a, CK_USER_TYPE b, CK_BYTE * c, CK_ULONG d), (a, b, c, d))        \
  X (C_Logout, (CK_SESSION_HANDLE a), (a))                                                         \
  X (C_CreateObject, (CK_SESSION_HANDLE a, CK_ATTRIBUTE * b, CK_ULONG c, CK_OBJECT_HANDLE * d),    \
     (a, b, c, d))                                                                                 \
  X (C_DestroyObject, (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b), (a, b))                           \
  X (C_GetAttributeValue, (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b, CK_ATTRIBUTE * c, CK_ULONG d), \
     (a, b, c, d))                                                                                 \
  X (C_FindObjectsInit, (CK_SESSION_HANDLE a, CK_ATTRIBUTE * b, CK_ULONG c), (a, b, c))            \
  X (C_FindObjects, (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE * b, CK_ULONG c, CK_ULONG * d),         \
     (a, b, c, d))                                                                                 \
  X (C_FindObjectsFinal, (CK_SESSION_HANDLE a), (a))                                               \
  X (C_SignInit, (CK_SESSION_HANDLE a, CK_MECHANISM * b, CK_OBJECT_HANDLE c), (a, b, c))           \
  X (C_Sign, (CK_SESSION_HANDLE a, CK_BYTE * b, CK_ULONG c, CK_BYTE * d, CK_ULONG * e),            \
     (a, b, c, d, e))                                                                              \
  X (C_GenerateKeyPair,                                                                            \
     (CK_SESSION_HANDLE a, CK_MECHANISM * b, CK_ATTRIBUTE * c, CK_ULONG d, CK_ATTRIBUTE * e,       \
      CK_ULONG f, CK_OBJECT_HANDLE * g, CK_OBJECT_HANDLE * h),                                     \
     (a, b, c, d, e, f, g, h))                                                                     \
  X (C_WaitForSlotEvent, (CK_FLAGS a, CK_SLOT_ID * b, void *c), (a, b, c))

enum
{
#define X(name, parameters, arguments) INDEX_##name,
  FUNCTIONS (X)
#undef X
      N_FUNCTIONS
};

typedef enum
{
  NOTHING,
  RETURN,
  AFTER,
  GARBAGE,
} Action;

static CK_FUNCTION_LIST *real;
static CK_FUNCTION_LIST list;
static unsigned int calls[N_FUNCTIONS];
static struct timespec changed;

CK_RV C_GetFunctionList (CK_FUNCTION_LIST **functions);

/* Counting starts again when the file changes. */
static void
forget_calls (FILE *file)
{
  struct stat info;

  if (fstat (fileno (file), &info) != 0 || memcmp (&info.st_mtim, &changed, sizeof changed) == 0)
    return;
  changed = info.st_mtim;
  memset (calls, 0, sizeof calls);
}

static void
note (const char *name)
{
  char path[4096];
  FILE *log = NULL;

  snprintf (path, sizeof path, "%s.log", getenv ("YINYAO_TEST_FAULTS"));
  log = fopen (path, "a");
  if (log == NULL)
    return;
  fprintf (log, "%s\n", name);
  fclose (log);
}

static Action
act (const char *action, CK_RV *rv)
{
  if (strcmp (action, "hang") == 0)
    for (;;)
      pause ();
  if (strcmp (action, "crash") == 0)
    {
      signal (SIGSEGV, SIG_DFL);
      raise (SIGSEGV);
    }
  if (strcmp (action, "exit") == 0)
    _exit (0);
  if (strcmp (action, "garbage") == 0)
    return GARBAGE;
  if (strncmp (action, "after ", 6) == 0)
    {
      *rv = strtoul (action + 6, NULL, 0);
      return AFTER;
    }
  *rv = strtoul (action, NULL, 0);
  return RETURN;
}

/* Whether @line is about this call; then @action is its action. */
static int
matches (const char *line, const char *name, unsigned int call, char action[64])
{
  char function[64] = "";
  unsigned int wanted = 0;

  if (sscanf (line, "%63s %u %63[^\n]", function, &wanted, action) == 3 && action[0] != 'x')
    return strcmp (function, name) == 0 && call == wanted;
  return sscanf (line, "%63s %63[^\n]", function, action) == 2 && strcmp (function, name) == 0;
}

static Action
find_fault (const char *name, unsigned int *count, CK_RV *rv)
{
  const char *path = getenv ("YINYAO_TEST_FAULTS");
  FILE *file = path == NULL ? NULL : fopen (path, "r");
  char line[256];
  char action[64] = "";
  int found = 0;

  if (file == NULL)
    return NOTHING;
  forget_calls (file);
  if (count != NULL)
    ++*count;
  while (!found && fgets (line, sizeof line, file) != NULL)
    found = matches (line, name, count == NULL ? 0 : *count, action);
  fclose (file);
  if (!found)
    return NOTHING;
  note (name);
  return act (action, rv);
}

static void
spoil_attributes (CK_ATTRIBUTE *attributes, CK_ULONG count)
{
  for (CK_ULONG i = 0; i < count; i++)
    {
      if (attributes[i].pValue != NULL && attributes[i].ulValueLen != (CK_ULONG) -1)
        memset (attributes[i].pValue, 0xA5 + (int) i, attributes[i].ulValueLen);
      attributes[i].ulValueLen = i % 3 == 0 ? (CK_ULONG) -2 : attributes[i].ulValueLen + i * 7;
    }
}

#define SPOIL(type, pointer) memset ((pointer), 0xFE, sizeof (type))

#define X(name, parameters, arguments)                                                             \
  static void spoil_##name parameters;                                                             \
  static CK_RV faulty_##name parameters                                                            \
  {                                                                                                \
    CK_RV rv = CKR_OK;                                                                             \
    Action action = find_fault (#name, &calls[INDEX_##name], &rv);                                 \
    CK_RV done = CKR_OK;                                                                           \
                                                                                                   \
    if (action == RETURN)                                                                          \
      return rv;                                                                                   \
    done = real->name arguments;                                                                   \
    if (action == GARBAGE)                                                                         \
      spoil_##name arguments;                                                                      \
    return action == AFTER ? rv : done;                                                            \
  }
FUNCTIONS (X)
#undef X

static void
spoil_C_GetInfo (CK_INFO *a)
{
  SPOIL (CK_INFO, a);
}

static void
spoil_C_GetSlotList (CK_BBOOL a, CK_SLOT_ID *b, CK_ULONG *c)
{
  *c = 0x7FFFFFFF;
}

static void
spoil_C_GetSlotInfo (CK_SLOT_ID a, CK_SLOT_INFO *b)
{
  SPOIL (CK_SLOT_INFO, b);
}

static void
spoil_C_GetTokenInfo (CK_SLOT_ID a, CK_TOKEN_INFO *b)
{
  SPOIL (CK_TOKEN_INFO, b);
}

static void
spoil_C_GetAttributeValue (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b, CK_ATTRIBUTE *c, CK_ULONG d)
{
  spoil_attributes (c, d);
}

static void
spoil_C_FindObjects (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE *b, CK_ULONG c, CK_ULONG *d)
{
  memset (b, 0xFE, c * sizeof *b);
  *d = c + 1000;
}

static void
spoil_C_Sign (CK_SESSION_HANDLE a, CK_BYTE *b, CK_ULONG c, CK_BYTE *d, CK_ULONG *e)
{
  if (d != NULL)
    memset (d, 0x17, *e);
}

/* The others answer nothing, or only a handle that is not looked at. */
#define NOTHING_TO_SPOIL(name, parameters)                                                         \
  static void spoil_##name parameters                                                              \
  {                                                                                                \
  }
NOTHING_TO_SPOIL (C_Initialize, (CK_VOID_PTR a))
NOTHING_TO_SPOIL (C_Finalize, (CK_VOID_PTR a))
NOTHING_TO_SPOIL (C_InitToken, (CK_SLOT_ID a, CK_BYTE *b, CK_ULONG c, CK_BYTE *d))
NOTHING_TO_SPOIL (C_InitPIN, (CK_SESSION_HANDLE a, CK_BYTE *b, CK_ULONG c))
NOTHING_TO_SPOIL (C_SetPIN, (CK_SESSION_HANDLE a, CK_BYTE *b, CK_ULONG c, CK_BYTE *d, CK_ULONG e))
NOTHING_TO_SPOIL (C_OpenSession,
                  (CK_SLOT_ID a, CK_FLAGS b, void *c, CK_NOTIFY d, CK_SESSION_HANDLE *e))
NOTHING_TO_SPOIL (C_CloseSession, (CK_SESSION_HANDLE a))
NOTHING_TO_SPOIL (C_CloseAllSessions, (CK_SLOT_ID a))
NOTHING_TO_SPOIL (C_Login, (CK_SESSION_HANDLE a, CK_USER_TYPE b, CK_BYTE *c, CK_ULONG d))
NOTHING_TO_SPOIL (C_Logout, (CK_SESSION_HANDLE a))
NOTHING_TO_SPOIL (C_CreateObject,
                  (CK_SESSION_HANDLE a, CK_ATTRIBUTE *b, CK_ULONG c, CK_OBJECT_HANDLE *d))
NOTHING_TO_SPOIL (C_DestroyObject, (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b))
NOTHING_TO_SPOIL (C_FindObjectsInit, (CK_SESSION_HANDLE a, CK_ATTRIBUTE *b, CK_ULONG c))
NOTHING_TO_SPOIL (C_FindObjectsFinal, (CK_SESSION_HANDLE a))
NOTHING_TO_SPOIL (C_SignInit, (CK_SESSION_HANDLE a, CK_MECHANISM *b, CK_OBJECT_HANDLE c))
NOTHING_TO_SPOIL (C_GenerateKeyPair,
                  (CK_SESSION_HANDLE a,
                   CK_MECHANISM *b,
                   CK_ATTRIBUTE *c,
                   CK_ULONG d,
                   CK_ATTRIBUTE *e,
                   CK_ULONG f,
                   CK_OBJECT_HANDLE *g,
                   CK_OBJECT_HANDLE *h))
NOTHING_TO_SPOIL (C_WaitForSlotEvent, (CK_FLAGS a, CK_SLOT_ID *b, void *c))

__attribute__ ((constructor)) static void
on_load (void)
{
  CK_RV rv = CKR_OK;

  (void) find_fault ("load", NULL, &rv);
}

CK_RV
C_GetFunctionList (CK_FUNCTION_LIST **functions)
{
  const char *path = getenv ("YINYAO_TEST_MODULE");
  void *handle = path == NULL ? NULL : dlopen (path, RTLD_NOW | RTLD_LOCAL);
  CK_C_GetFunctionList get = NULL;
  CK_RV rv = CKR_OK;

  if (handle == NULL)
    return CKR_GENERAL_ERROR;
  *(void **) &get = dlsym (handle, "C_GetFunctionList");
  rv = get == NULL ? CKR_GENERAL_ERROR : get (&real);
  if (rv != CKR_OK)
    return rv;
  list = *real;
#define X(name, parameters, arguments) list.name = faulty_##name;
  FUNCTIONS (X)
#undef X
  *functions = &list;
  return CKR_OK;
}
