/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "token/yy-token.h"

#include <glib/gi18n.h>

#include "token/yy-token-parse.h"

/* CK_TOKEN_INFO.flags (PKCS #11 v2.40, section 3.2); the module's header stays on the agent's side.
 */
#define FLAG_USER_PIN_INITIALIZED (1u << 3)
#define FLAG_USER_PIN_COUNT_LOW   (1u << 16)
#define FLAG_USER_PIN_FINAL_TRY   (1u << 17)
#define FLAG_USER_PIN_LOCKED      (1u << 18)
#define FLAG_SO_PIN_FINAL_TRY     (1u << 21)
#define FLAG_SO_PIN_LOCKED        (1u << 22)

struct _YyToken
{
  GObject parent_instance;

  char *key;
  char *module;
  YyTokenFields fields;
};

G_DEFINE_FINAL_TYPE (YyToken, yy_token, G_TYPE_OBJECT)

static void
yy_token_finalize (GObject *object)
{
  YyToken *self = YY_TOKEN (object);

  g_free (self->key);
  g_free (self->module);
  yy_token_fields_clear (&self->fields);
  G_OBJECT_CLASS (yy_token_parent_class)->finalize (object);
}

static void
yy_token_class_init (YyTokenClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yy_token_finalize;
}

static void
yy_token_init (YyToken *self)
{
}

YyToken *
yy_token_new (const char *module, GHashTable *properties, GError **error)
{
  YyTokenFields fields;
  YyToken *self = NULL;

  if (!yy_token_parse (properties, &fields, error))
    return NULL;
  self = g_object_new (YY_TYPE_TOKEN, NULL);
  self->module = g_strdup (module);
  self->key = g_strdup_printf ("%s#%s", module, fields.serial);
  self->fields = fields;
  return self;
}

const char *
yy_pin_state_to_nick (YyPinState state)
{
  switch (state)
    {
    case YY_PIN_OK:
      return "ok";
    case YY_PIN_COUNT_LOW:
      return "count-low";
    case YY_PIN_FINAL_TRY:
      return "final-try";
    case YY_PIN_LOCKED:
      return "locked";
    case YY_PIN_NOT_SET:
      return "not-set";
    default:
      g_return_val_if_reached (NULL);
    }
}

const char *
yy_token_get_key (YyToken *self)
{
  return self->key;
}

const char *
yy_token_get_module (YyToken *self)
{
  return self->module;
}

const char *
yy_token_get_serial (YyToken *self)
{
  return self->fields.serial;
}

const char *
yy_token_get_label (YyToken *self)
{
  return self->fields.label;
}

const char *
yy_token_get_manufacturer (YyToken *self)
{
  return self->fields.manufacturer;
}

const char *
yy_token_get_model (YyToken *self)
{
  return self->fields.model;
}

const char *
yy_token_get_reader (YyToken *self)
{
  return self->fields.reader;
}

/* What the card itself says about its counter is worth more than the module's flags. */
YyPinState
yy_token_get_pin_state (YyToken *self)
{
  guint64 flags = self->fields.flags;
  int tries = self->fields.tries_left;

  if (tries < 0 && (flags & FLAG_USER_PIN_LOCKED))
    return YY_PIN_LOCKED;
  if (!(flags & FLAG_USER_PIN_INITIALIZED))
    return YY_PIN_NOT_SET;
  if (tries == 0)
    return YY_PIN_LOCKED;
  if (tries == 1 || (tries < 0 && (flags & FLAG_USER_PIN_FINAL_TRY)))
    return YY_PIN_FINAL_TRY;
  return flags & FLAG_USER_PIN_COUNT_LOW ? YY_PIN_COUNT_LOW : YY_PIN_OK;
}

int
yy_token_get_tries_left (YyToken *self)
{
  return self->fields.tries_left;
}

char *
yy_token_dup_tries_text (YyToken *self)
{
  int tries = self->fields.tries_left;
  YyPinState state = yy_token_get_pin_state (self);

  if (state == YY_PIN_LOCKED)
    return g_strdup (_ ("The PIN is locked"));
  if (state == YY_PIN_NOT_SET)
    return g_strdup (_ ("No PIN is set"));
  if (tries > 0)
    return g_strdup_printf (g_dngettext (NULL, "%d try left", "%d tries left",
                                         (unsigned long) tries),
                            tries);
  /* Flags are what a driver says: some never set them, others never take them back. */
  if (state == YY_PIN_FINAL_TRY)
    return g_strdup (_ ("The driver says that one try is left"));
  if (state == YY_PIN_COUNT_LOW)
    return g_strdup (_ ("A wrong PIN was typed before; how many tries are left is unknown"));
  return g_strdup (_ ("How many tries are left is unknown"));
}

gboolean
yy_token_is_so_pin_usable (YyToken *self)
{
  return (self->fields.flags & (FLAG_SO_PIN_FINAL_TRY | FLAG_SO_PIN_LOCKED)) == 0;
}

guint
yy_token_get_min_pin_length (YyToken *self)
{
  return self->fields.min_pin_length;
}

guint
yy_token_get_max_pin_length (YyToken *self)
{
  return self->fields.max_pin_length;
}

gint64
yy_token_get_free_memory (YyToken *self)
{
  return self->fields.free_memory;
}

GPtrArray *
yy_token_get_certificates (YyToken *self)
{
  return self->fields.certificates;
}

GPtrArray *
yy_token_get_keys (YyToken *self)
{
  return self->fields.keys;
}

GPtrArray *
yy_token_get_data_objects (YyToken *self)
{
  return self->fields.data_objects;
}

YyTokenCertificate *
yy_token_find_certificate (YyToken *self, GBytes *id)
{
  for (guint i = 0; i < self->fields.certificates->len; i++)
    {
      YyTokenCertificate *certificate = self->fields.certificates->pdata[i];

      if (g_bytes_equal (certificate->id, id))
        return certificate;
    }
  return NULL;
}

YyTokenKey *
yy_token_find_key (YyToken *self, GBytes *id)
{
  for (guint i = 0; i < self->fields.keys->len; i++)
    {
      YyTokenKey *key = self->fields.keys->pdata[i];

      if (g_bytes_equal (key->id, id))
        return key;
    }
  return NULL;
}
