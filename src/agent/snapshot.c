/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/snapshot.h"

YyInfo *
yy_info_read (YyModule *module, CK_SLOT_ID slot, GError **error)
{
  CK_TOKEN_INFO info = { 0 };
  YyInfo *self = NULL;

  if (!yy_ck_check (module->f->C_GetTokenInfo (slot, &info), "C_GetTokenInfo", error))
    return NULL;
  self = g_new0 (YyInfo, 1);
  self->serial = yy_ck_text (info.serialNumber, sizeof info.serialNumber);
  self->label = yy_ck_text (info.label, sizeof info.label);
  self->manufacturer = yy_ck_text (info.manufacturerID, sizeof info.manufacturerID);
  self->model = yy_ck_text (info.model, sizeof info.model);
  self->flags = info.flags;
  self->min_pin_length = (guint) MIN (info.ulMinPinLen, G_MAXUINT32);
  self->max_pin_length = (guint) MIN (info.ulMaxPinLen, G_MAXUINT32);
  self->free_memory =
      info.ulFreePrivateMemory > G_MAXINT64 ? -1 : (gint64) info.ulFreePrivateMemory;
  return self;
}

void
yy_info_free (YyInfo *self)
{
  g_free (self->serial);
  g_free (self->label);
  g_free (self->manufacturer);
  g_free (self->model);
  g_free (self);
}

static GVariant *
bytes_to_variant (GBytes *bytes)
{
  gsize length = 0;
  gconstpointer data = bytes == NULL ? NULL : g_bytes_get_data (bytes, &length);

  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data, length, 1);
}

static int
has_key (GPtrArray *objects,
         YyObject *certificate,
         gboolean logged_in,
         YyKeyHint hint,
         gpointer user_data)
{
  if (yy_objects_find (objects, CKO_PRIVATE_KEY, certificate->id) != NULL)
    return 1;
  return logged_in ? 0 : hint (certificate, user_data);
}

GVariant *
yy_snapshot_certificates (GPtrArray *objects,
                          gboolean logged_in,
                          YyKeyHint hint,
                          gpointer user_data)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(aysayi)"));
  for (guint i = 0; i < objects->len; i++)
    {
      YyObject *object = objects->pdata[i];

      if (object->object_class == CKO_CERTIFICATE && object->value != NULL)
        g_variant_builder_add (&builder, "(@ays@ayi)", bytes_to_variant (object->id), object->label,
                               bytes_to_variant (object->value),
                               has_key (objects, object, logged_in, hint, user_data));
    }
  return g_variant_builder_end (&builder);
}

GVariant *
yy_snapshot_keys (GPtrArray *objects)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(aysay)"));
  for (guint i = 0; i < objects->len; i++)
    {
      YyObject *object = objects->pdata[i];
      YyObject *public = NULL;

      if (object->object_class != CKO_PRIVATE_KEY)
        continue;
      public = yy_objects_find (objects, CKO_PUBLIC_KEY, object->id);
      g_variant_builder_add (&builder, "(@ays@ay)", bytes_to_variant (object->id), object->label,
                             bytes_to_variant (object->spki == NULL && public != NULL
                                                   ? public->spki
                                                   : object->spki));
    }
  return g_variant_builder_end (&builder);
}

GVariant *
yy_snapshot_data_objects (GPtrArray *objects)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ssayx)"));
  for (guint i = 0; i < objects->len; i++)
    {
      YyObject *object = objects->pdata[i];

      /* The size is not asked for: modules read the whole value to tell it. */
      if (object->object_class == CKO_DATA)
        g_variant_builder_add (&builder, "(ss@ayx)", object->label, object->application,
                               bytes_to_variant (object->object_id), (gint64) -1);
    }
  return g_variant_builder_end (&builder);
}
