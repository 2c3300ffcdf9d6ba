/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/module.h"

#include "agent/keyring.h"

#include <dlfcn.h>
#include <string.h>

#include <glib/gi18n.h>

char *
yy_ck_text (const unsigned char *text, gsize length)
{
  g_autofree char *valid = NULL;

  /* Some modules terminate the field instead of padding it. */
  length = strnlen ((const char *) text, length);
  while (length > 0 && text[length - 1] == ' ')
    length--;
  valid = g_utf8_make_valid ((const char *) text, (gssize) length);
  for (char *c = valid; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  return g_steal_pointer (&valid);
}

static CK_FUNCTION_LIST *
load_functions (YyModule *self, GError **error)
{
  CK_C_GetFunctionList get_function_list = NULL;
  CK_FUNCTION_LIST *functions = NULL;

  self->handle = dlopen (self->path, RTLD_NOW | RTLD_LOCAL);
  if (self->handle == NULL)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_DRIVER_FAILED, _ ("The driver cannot be loaded: %s"),
                   dlerror ());
      return NULL;
    }
  *(void **) &get_function_list = dlsym (self->handle, "C_GetFunctionList");
  if (get_function_list == NULL)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_DRIVER_FAILED, _ ("%s is not a PKCS #11 module"),
                   self->path);
      return NULL;
    }
  if (!yy_ck_check (get_function_list (&functions), "C_GetFunctionList", error))
    return NULL;
  if (functions == NULL || functions->version.major != 2)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_DRIVER_FAILED,
                   _ ("%s does not offer the functions of PKCS #11 version 2"), self->path);
      return NULL;
    }
  return functions;
}

gboolean
yy_module_initialize (YyModule *self, GError **error)
{
  CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
  CK_RV rv = self->f->C_Initialize (&args);

  if (rv == CKR_CRYPTOKI_ALREADY_INITIALIZED)
    rv = CKR_OK;
  return yy_ck_check (rv, "C_Initialize", error);
}

static gboolean
describe (YyModule *self, GError **error)
{
  CK_INFO info = { 0 };
  g_autofree char *description = NULL;
  g_autofree char *manufacturer = NULL;

  if (!yy_ck_check (self->f->C_GetInfo (&info), "C_GetInfo", error))
    return FALSE;
  description = yy_ck_text (info.libraryDescription, sizeof info.libraryDescription);
  manufacturer = yy_ck_text (info.manufacturerID, sizeof info.manufacturerID);
  self->library = g_strdup_printf ("%s %u.%u (%s)", description, info.libraryVersion.major,
                                   info.libraryVersion.minor, manufacturer);
  return TRUE;
}

YyModule *
yy_module_open (const char *path, GError **error)
{
  g_autoptr (YyModule) self = g_new0 (YyModule, 1);

  self->path = g_strdup (path);
  self->keyrings = g_ptr_array_new_with_free_func ((GDestroyNotify) yy_keyring_free);
  self->f = load_functions (self, error);
  if (self->f == NULL)
    return NULL;
  if (!yy_module_initialize (self, error) || !describe (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* A bound for what a module may claim. */
#define MAX_SLOTS 1024

GArray *
yy_module_list_slots (YyModule *self, CK_BBOOL present, GError **error)
{
  g_autoptr (GArray) slots = g_array_new (FALSE, TRUE, sizeof (CK_SLOT_ID));
  CK_ULONG count = 0;
  CK_RV rv = CKR_OK;

  /* A token may arrive between the two calls: then the second one asks for more room. */
  do
    {
      rv = self->f->C_GetSlotList (present, NULL, &count);
      if (rv != CKR_OK || count == 0)
        break;
      count = MIN (count, MAX_SLOTS);
      g_array_set_size (slots, (guint) count);
      rv = self->f->C_GetSlotList (present, (CK_SLOT_ID *) (void *) slots->data, &count);
    }
  while (rv == CKR_BUFFER_TOO_SMALL && count < MAX_SLOTS);
  if (!yy_ck_check (rv, "C_GetSlotList", error))
    return NULL;
  g_array_set_size (slots, (guint) MIN (count, slots->len));
  return g_steal_pointer (&slots);
}

void
yy_module_keep_keyring (YyModule *self, YyKeyring *keyring)
{
  g_ptr_array_add (self->keyrings, keyring);
}

void
yy_module_finalize (YyModule *self)
{
  g_ptr_array_set_size (self->keyrings, 0);
  (void) self->f->C_Finalize (NULL);
}

void
yy_module_free (YyModule *self)
{
  g_ptr_array_unref (self->keyrings);
  g_free (self->path);
  g_free (self->library);
  g_free (self);
}
