/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/store.h"

#include "agent/card-sc-hsm.h"
#include "agent/file-cache.h"
#include "agent/session.h"

#include <string.h>

#include <glib/gi18n.h>

gboolean
yy_store_destroy (YyAgentToken *token, YyObject *object, GError **error)
{
  CK_RV rv = CKR_OK;

  yy_file_cache_forget (token->info->serial);
  rv = token->module->f->C_DestroyObject (token->session, object->handle);
  if (yy_session_recover (token, rv))
    rv = token->module->f->C_DestroyObject (token->session, object->handle);
  return yy_agent_token_check (token, rv, "C_DestroyObject", error);
}

/* FALSE without an error: nothing is left to be written. */
static gboolean
make_room (YyAgentToken *token, GBytes *id, GBytes *der, GError **error)
{
  gboolean needed = TRUE;

  for (guint i = 0; i < token->objects->len; i++)
    {
      YyObject *object = token->objects->pdata[i];

      if (object->object_class != CKO_CERTIFICATE || !g_bytes_equal (object->id, id))
        continue;
      if (object->value != NULL && g_bytes_equal (object->value, der))
        needed = FALSE;
      else if (!yy_store_destroy (token, object, error))
        return FALSE;
    }
  return needed;
}

typedef struct
{
  unsigned char *subject;
  unsigned char *issuer;
  unsigned char *serial;
  int subject_length;
  int issuer_length;
  int serial_length;
} Names;

static void
names_init (Names *names, X509 *x509)
{
  memset (names, 0, sizeof *names);
  names->subject_length = i2d_X509_NAME (X509_get_subject_name (x509), &names->subject);
  names->issuer_length = i2d_X509_NAME (X509_get_issuer_name (x509), &names->issuer);
  names->serial_length = i2d_ASN1_INTEGER (X509_get0_serialNumber (x509), &names->serial);
}

static void
names_clear (Names *names)
{
  OPENSSL_free (names->subject);
  OPENSSL_free (names->issuer);
  OPENSSL_free (names->serial);
}

static CK_RV
create (YyAgentToken *token, GBytes *id, const char *label, GBytes *der, const Names *names)
{
  CK_OBJECT_CLASS object_class = CKO_CERTIFICATE;
  CK_CERTIFICATE_TYPE type = CKC_X_509;
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  CK_OBJECT_HANDLE handle = 0;
  gpointer id_bytes = (gpointer) g_bytes_get_data (id, NULL);
  gpointer der_bytes = (gpointer) g_bytes_get_data (der, NULL);
  CK_ATTRIBUTE template[] = {
    { CKA_CLASS, &object_class, sizeof object_class },
    { CKA_CERTIFICATE_TYPE, &type, sizeof type },
    { CKA_TOKEN, &yes, sizeof yes },
    { CKA_PRIVATE, &no, sizeof no },
    { CKA_LABEL, (gpointer) label, strlen (label) },
    { CKA_ID, id_bytes, g_bytes_get_size (id) },
    { CKA_SUBJECT, names->subject, (CK_ULONG) names->subject_length },
    { CKA_ISSUER, names->issuer, (CK_ULONG) names->issuer_length },
    { CKA_SERIAL_NUMBER, names->serial, (CK_ULONG) names->serial_length },
    { CKA_VALUE, der_bytes, g_bytes_get_size (der) },
  };

  return token->module->f->C_CreateObject (token->session, template, G_N_ELEMENTS (template),
                                           &handle);
}

gboolean
yy_store_certificate (YyAgentToken *token,
                      GBytes *id,
                      const char *label,
                      YyCertificate *certificate,
                      GError **error)
{
  GBytes *der = yy_certificate_get_der (certificate);
  g_autoptr (GError) local = NULL;
  Names names;
  CK_RV rv = CKR_OK;

  if (!make_room (token, id, der, &local))
    {
      gboolean done = local == NULL;

      if (!done)
        g_propagate_error (error, g_steal_pointer (&local));
      return done;
    }
  yy_file_cache_forget (token->info->serial);
  names_init (&names, yy_certificate_peek_x509 (certificate));
  rv = create (token, id, label, der, &names);
  if (yy_session_recover (token, rv))
    rv = create (token, id, label, der, &names);
  names_clear (&names);
  return yy_agent_token_check (token, rv, "C_CreateObject", error);
}

static gboolean
read_from_card (YyAgentToken *token, GBytes *der, gboolean *found, GError **error)
{
  g_autoptr (YyCard) card = yy_card_open (token->reader, error);

  return card != NULL &&
         yy_sc_hsm_find_certificate (card, token->files, token->has_new_key, der, found, error);
}

static gboolean
read_in_fresh_session (YyAgentToken *token,
                       GBytes *id,
                       GBytes *der,
                       gboolean *found,
                       GError **error)
{
  CK_SESSION_HANDLE session = 0;
  g_autoptr (GPtrArray) objects = NULL;
  CK_RV rv = token->module->f->C_OpenSession (token->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION,
                                              NULL, NULL, &session);

  if (!yy_agent_token_check (token, rv, "C_OpenSession", error))
    return FALSE;
  objects = yy_objects_list (token->module, session, FALSE, error);
  (void) token->module->f->C_CloseSession (session);
  for (guint i = 0; objects != NULL && i < objects->len; i++)
    {
      YyObject *object = objects->pdata[i];

      if (object->object_class == CKO_CERTIFICATE && g_bytes_equal (object->id, id) &&
          object->value != NULL && g_bytes_equal (object->value, der))
        *found = TRUE;
    }
  return objects != NULL;
}

gboolean
yy_store_read_back (YyAgentToken *token, GBytes *id, YyCertificate *certificate, GError **error)
{
  GBytes *der = yy_certificate_get_der (certificate);
  gboolean found = FALSE;
  gboolean read = token->card_type == YY_CARD_SC_HSM
                      ? read_from_card (token, der, &found, error)
                      : read_in_fresh_session (token, id, der, &found, error);

  if (!read || found)
    return read;
  g_set_error_literal (error, YY_ERROR, YY_ERROR_READ_BACK,
                       _ ("The certificate on the token is not the one that was written"));
  return FALSE;
}
