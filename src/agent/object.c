/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/object.h"

#include "agent/public-key.h"

#include <string.h>

#include <glib/gi18n.h>

/* Bounds for what a token may claim: far above any real one, far below what would hurt. */
#define MAX_OBJECTS     1024
#define MAX_CERTIFICATE (64 * 1024)

/* CK_CERTIFICATE_CATEGORY_AUTHORITY of PKCS #11 2.40, not in every header. */
#define CATEGORY_AUTHORITY 2

enum
{
  AT_CLASS,
  AT_ID,
  AT_LABEL,
  AT_APPLICATION,
  AT_OBJECT_ID,
  AT_CATEGORY,
  AT_KEY_TYPE,
  AT_MODULUS,
  AT_EXPONENT,
  AT_EC_PARAMS,
  AT_EC_POINT,
  N_ATTRIBUTES
};

/* One buffer for every attribute asked of an object, so that one call answers all. */
typedef struct
{
  CK_ATTRIBUTE attributes[N_ATTRIBUTES];
  CK_OBJECT_CLASS object_class;
  CK_ULONG category;
  CK_KEY_TYPE key_type;
  guint8 id[256];
  char label[512];
  char application[512];
  guint8 object_id[256];
  guint8 modulus[1025];
  guint8 exponent[8];
  guint8 ec_params[64];
  guint8 ec_point[256];
} Attributes;

void
yy_object_free (YyObject *self)
{
  g_bytes_unref (self->id);
  g_free (self->label);
  g_free (self->application);
  g_bytes_unref (self->object_id);
  g_clear_pointer (&self->value, g_bytes_unref);
  g_clear_pointer (&self->spki, g_bytes_unref);
  g_free (self);
}

static void
attributes_init (Attributes *a)
{
  const CK_ATTRIBUTE wanted[N_ATTRIBUTES] = {
    [AT_CLASS] = { CKA_CLASS, &a->object_class, sizeof a->object_class },
    [AT_ID] = { CKA_ID, a->id, sizeof a->id },
    [AT_LABEL] = { CKA_LABEL, a->label, sizeof a->label },
    [AT_APPLICATION] = { CKA_APPLICATION, a->application, sizeof a->application },
    [AT_OBJECT_ID] = { CKA_OBJECT_ID, a->object_id, sizeof a->object_id },
    [AT_CATEGORY] = { CKA_CERTIFICATE_CATEGORY, &a->category, sizeof a->category },
    [AT_KEY_TYPE] = { CKA_KEY_TYPE, &a->key_type, sizeof a->key_type },
    [AT_MODULUS] = { CKA_MODULUS, a->modulus, sizeof a->modulus },
    [AT_EXPONENT] = { CKA_PUBLIC_EXPONENT, a->exponent, sizeof a->exponent },
    [AT_EC_PARAMS] = { CKA_EC_PARAMS, a->ec_params, sizeof a->ec_params },
    [AT_EC_POINT] = { CKA_EC_POINT, a->ec_point, sizeof a->ec_point },
  };

  memset (a, 0, sizeof *a);
  memcpy (a->attributes, wanted, sizeof wanted);
}

/* A module that claims more than the buffer holds did not write it: the attribute is not there. */
static void
attributes_bound (Attributes *a)
{
  Attributes limits;

  attributes_init (&limits);
  for (int i = 0; i < N_ATTRIBUTES; i++)
    if (a->attributes[i].ulValueLen > limits.attributes[i].ulValueLen)
      a->attributes[i].ulValueLen = 0;
}

static gboolean
is_answered (CK_RV rv)
{
  return rv == CKR_OK || rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE ||
         rv == CKR_BUFFER_TOO_SMALL;
}

static char *
dup_text (const CK_ATTRIBUTE *attribute)
{
  return yy_ck_text (attribute->pValue, attribute->ulValueLen);
}

static GBytes *
dup_bytes (const CK_ATTRIBUTE *attribute)
{
  return g_bytes_new (attribute->pValue, attribute->ulValueLen);
}

static GBytes *
dup_spki (const Attributes *a)
{
  const CK_ATTRIBUTE *first = &a->attributes[a->key_type == CKK_EC ? AT_EC_PARAMS : AT_MODULUS];
  const CK_ATTRIBUTE *second = &a->attributes[a->key_type == CKK_EC ? AT_EC_POINT : AT_EXPONENT];

  if (a->attributes[AT_KEY_TYPE].ulValueLen != sizeof a->key_type || first->ulValueLen == 0 ||
      second->ulValueLen == 0)
    return NULL;
  if (a->key_type == CKK_EC)
    return yy_public_key_from_ec (first->pValue, first->ulValueLen, second->pValue,
                                  second->ulValueLen);
  if (a->key_type == CKK_RSA)
    return yy_public_key_from_rsa (first->pValue, first->ulValueLen, second->pValue,
                                   second->ulValueLen);
  return NULL;
}

static GBytes *
read_value (YyModule *module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle)
{
  CK_ATTRIBUTE value = { CKA_VALUE, NULL, 0 };
  g_autofree guint8 *buffer = NULL;

  if (module->f->C_GetAttributeValue (session, handle, &value, 1) != CKR_OK ||
      value.ulValueLen == 0 || value.ulValueLen > MAX_CERTIFICATE)
    return NULL;
  buffer = g_malloc0 (value.ulValueLen);
  value.pValue = buffer;
  if (module->f->C_GetAttributeValue (session, handle, &value, 1) != CKR_OK ||
      value.ulValueLen == 0 || value.ulValueLen > MAX_CERTIFICATE)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&buffer), value.ulValueLen);
}

/* NULL without an error: an object that cannot be described is left out. */
static YyObject *
read_object (YyModule *module,
             CK_SESSION_HANDLE session,
             CK_OBJECT_HANDLE handle,
             gboolean strict,
             GError **error)
{
  Attributes a;
  YyObject *self = NULL;
  CK_RV rv = CKR_OK;

  attributes_init (&a);
  rv = module->f->C_GetAttributeValue (session, handle, a.attributes, N_ATTRIBUTES);
  if (yy_ck_is_removal (rv) || (strict && !is_answered (rv)))
    {
      yy_ck_check (rv, "C_GetAttributeValue", error);
      return NULL;
    }
  attributes_bound (&a);
  if (!is_answered (rv) || a.attributes[AT_CLASS].ulValueLen != sizeof a.object_class)
    return NULL;
  self = g_new0 (YyObject, 1);
  self->handle = handle;
  self->object_class = a.object_class;
  self->id = dup_bytes (&a.attributes[AT_ID]);
  self->label = dup_text (&a.attributes[AT_LABEL]);
  self->application = dup_text (&a.attributes[AT_APPLICATION]);
  self->object_id = dup_bytes (&a.attributes[AT_OBJECT_ID]);
  self->authority =
      a.attributes[AT_CATEGORY].ulValueLen == sizeof a.category && a.category == CATEGORY_AUTHORITY;
  self->spki = dup_spki (&a);
  if (self->object_class == CKO_CERTIFICATE)
    self->value = read_value (module, session, handle);
  return self;
}

static GArray *
find_handles (YyModule *module, CK_SESSION_HANDLE session, GError **error)
{
  g_autoptr (GArray) handles = g_array_new (FALSE, FALSE, sizeof (CK_OBJECT_HANDLE));
  CK_RV rv = module->f->C_FindObjectsInit (session, NULL, 0);
  gboolean more = TRUE;

  if (!yy_ck_check (rv, "C_FindObjectsInit", error))
    return NULL;
  while (rv == CKR_OK && more && handles->len < MAX_OBJECTS)
    {
      CK_OBJECT_HANDLE found[64];
      CK_ULONG count = 0;

      rv = module->f->C_FindObjects (session, found, G_N_ELEMENTS (found), &count);
      more = rv == CKR_OK && count > 0 && count <= G_N_ELEMENTS (found);
      if (more)
        g_array_append_vals (handles, found, (guint) count);
    }
  (void) module->f->C_FindObjectsFinal (session);
  return yy_ck_check (rv, "C_FindObjects", error) ? g_steal_pointer (&handles) : NULL;
}

GPtrArray *
yy_objects_list (YyModule *module, CK_SESSION_HANDLE session, gboolean strict, GError **error)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func ((GDestroyNotify) yy_object_free);
  g_autoptr (GArray) handles = find_handles (module, session, error);

  if (handles == NULL)
    return NULL;
  for (guint i = 0; i < handles->len; i++)
    {
      g_autoptr (GError) local = NULL;
      YyObject *object = read_object (module, session, g_array_index (handles, CK_OBJECT_HANDLE, i),
                                      strict, &local);

      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      if (object != NULL)
        g_ptr_array_add (objects, object);
    }
  return g_steal_pointer (&objects);
}

YyObject *
yy_objects_find (GPtrArray *objects, CK_OBJECT_CLASS object_class, GBytes *id)
{
  for (guint i = 0; i < objects->len; i++)
    {
      YyObject *object = objects->pdata[i];

      if (object->object_class == object_class && g_bytes_equal (object->id, id))
        return object;
    }
  return NULL;
}
