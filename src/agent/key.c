/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/key.h"

#include "agent/card-sc-hsm.h"
#include "agent/file-cache.h"
#include "agent/session.h"
#include "agent/store.h"

#include <string.h>

#include <glib/gi18n.h>

static guint
count (GPtrArray *objects, CK_OBJECT_CLASS object_class, GBytes *id)
{
  guint n = 0;

  for (guint i = 0; i < objects->len; i++)
    {
      YyObject *object = objects->pdata[i];

      if (object->object_class == object_class && (id == NULL || g_bytes_equal (object->id, id)))
        n++;
    }
  return n;
}

static GBytes *
certificate_spki (GPtrArray *objects, GBytes *id)
{
  YyObject *object = yy_objects_find (objects, CKO_CERTIFICATE, id);
  g_autoptr (YyCertificate) certificate = NULL;

  if (object != NULL && object->value != NULL)
    certificate = yy_certificate_new (object->value, NULL);
  return certificate == NULL ? NULL : yy_certificate_dup_spki (certificate);
}

GBytes *
yy_key_find_spki (GPtrArray *objects, GBytes *id)
{
  YyObject *private_key = yy_objects_find (objects, CKO_PRIVATE_KEY, id);
  YyObject *public_key = yy_objects_find (objects, CKO_PUBLIC_KEY, id);

  if (private_key != NULL && private_key->spki != NULL)
    return g_bytes_ref (private_key->spki);
  /* Of several public keys nobody can say which one is the private key's. */
  if (public_key != NULL && public_key->spki != NULL && count (objects, CKO_PUBLIC_KEY, id) == 1)
    return g_bytes_ref (public_key->spki);
  return certificate_spki (objects, id);
}

/* Destroys the objects of this class and CKA_ID, but (if not NULL) those with this public key. */
static gboolean
destroy (YyAgentToken *token,
         CK_OBJECT_CLASS object_class,
         GBytes *id,
         GBytes *spki,
         GError **error)
{
  for (guint i = 0; i < token->objects->len; i++)
    {
      YyObject *object = token->objects->pdata[i];

      if (object->object_class != object_class || !g_bytes_equal (object->id, id) ||
          (spki != NULL && (object->spki == NULL || g_bytes_equal (object->spki, spki))))
        continue;
      if (!yy_store_destroy (token, object, error))
        return FALSE;
    }
  return yy_agent_token_read_objects_strictly (token, error);
}

static gboolean
remove_broken_certificates (YyAgentToken *token, GError **error)
{
  g_autoptr (YyCard) card = NULL;

  if (token->card_type != YY_CARD_SC_HSM)
    return TRUE;
  card = yy_card_open (token->reader, error);
  return card != NULL && yy_sc_hsm_remove_broken_certificates (card, error);
}

/*
 * A certificate cut short while it was written hides its key's public half, and the module may not
 * even show it. Without it some cards show the key's request again, which takes a fresh look.
 */
static gboolean
uncover (YyAgentToken *token, GBytes *id, YyRebind rebind, gpointer rebind_data, GError **error)
{
  return destroy (token, CKO_CERTIFICATE, id, NULL, error) &&
         remove_broken_certificates (token, error) && rebind (token, rebind_data, error) &&
         yy_agent_token_read_objects_strictly (token, error);
}

/*
 * The private key that is there is the answer, if its public half is known. Several of them (or of
 * their public halves) are leftovers, of which the one with a certificate stays. A key whose public
 * half is lost is of no use to anybody.
 */
static gboolean
find_existing (YyAgentToken *token,
               GBytes *id,
               GBytes **spki,
               YyRebind rebind,
               gpointer rebind_data,
               GError **error)
{
  g_autoptr (GBytes) certified = certificate_spki (token->objects, id);
  g_autoptr (GBytes) known = yy_key_find_spki (token->objects, id);

  if (known == NULL && yy_objects_find (token->objects, CKO_PRIVATE_KEY, id) != NULL &&
      !uncover (token, id, rebind, rebind_data, error))
    return FALSE;
  if (count (token->objects, CKO_PRIVATE_KEY, id) > 1 &&
      !destroy (token, CKO_PRIVATE_KEY, id, certified, error))
    return FALSE;
  if (yy_objects_find (token->objects, CKO_PRIVATE_KEY, id) == NULL)
    return TRUE;
  *spki = yy_key_find_spki (token->objects, id);
  if (*spki == NULL)
    return destroy (token, CKO_PRIVATE_KEY, id, NULL, error);
  return count (token->objects, CKO_PUBLIC_KEY, id) <= 1 ||
         destroy (token, CKO_PUBLIC_KEY, id, *spki, error);
}

static gboolean
remove_orphans (YyAgentToken *token, guint n_keys, GError **error)
{
  g_autoptr (YyCard) card = yy_card_open (token->reader, error);

  return card != NULL && yy_sc_hsm_remove_orphans (card, n_keys, error);
}

static gboolean
remove_leftovers (YyAgentToken *token, GBytes *id, GError **error)
{
  guint n_keys = count (token->objects, CKO_PRIVATE_KEY, NULL);
  g_autoptr (GError) local = NULL;

  if (yy_objects_find (token->objects, CKO_PUBLIC_KEY, id) != NULL &&
      !destroy (token, CKO_PUBLIC_KEY, id, NULL, error))
    return FALSE;
  if (!yy_agent_token_list_files (token) || !yy_sc_hsm_may_have_orphans (token->files, n_keys) ||
      remove_orphans (token, n_keys, &local))
    return TRUE;
  /* Another program may have ended the login; the module does not know when the card is asked. */
  return yy_session_recover (token, CKR_USER_NOT_LOGGED_IN) &&
         remove_orphans (token, n_keys, error);
}

/* DER of the OID prime256v1 (RFC 5480, section 2.1.1.1) */
static const guint8 p256_oid[] = { 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07 };

static CK_RV
generate (YyAgentToken *token, const YyKeyRequest *request, gboolean ec)
{
  CK_MECHANISM mechanism = { ec ? CKM_EC_KEY_PAIR_GEN : CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  CK_ULONG bits = request->bits;
  guint8 exponent[] = { 0x01, 0x00, 0x01 };
  gpointer id = (gpointer) g_bytes_get_data (request->id, NULL);
  gsize id_length = g_bytes_get_size (request->id);
  gpointer label = (gpointer) request->label;
  gsize label_length = strlen (request->label);
  CK_OBJECT_HANDLE public_key = 0;
  CK_OBJECT_HANDLE private_key = 0;
  CK_ATTRIBUTE public_template[] = {
    { CKA_TOKEN, &yes, sizeof yes },
    { CKA_PRIVATE, &no, sizeof no },
    { CKA_VERIFY, &yes, sizeof yes },
    { CKA_ID, id, id_length },
    { CKA_LABEL, label, label_length },
    ec ? (CK_ATTRIBUTE){ CKA_EC_PARAMS, (gpointer) p256_oid, sizeof p256_oid }
       : (CK_ATTRIBUTE){ CKA_MODULUS_BITS, &bits, sizeof bits },
    { CKA_PUBLIC_EXPONENT, exponent, sizeof exponent },
  };
  CK_ATTRIBUTE private_template[] = {
    { CKA_TOKEN, &yes, sizeof yes },     { CKA_PRIVATE, &yes, sizeof yes },
    { CKA_SENSITIVE, &yes, sizeof yes }, { CKA_EXTRACTABLE, &no, sizeof no },
    { CKA_SIGN, &yes, sizeof yes },      { CKA_ID, id, id_length },
    { CKA_LABEL, label, label_length },
  };

  return token->module->f->C_GenerateKeyPair (token->session, &mechanism, public_template,
                                              G_N_ELEMENTS (public_template) - (ec ? 1 : 0),
                                              private_template, G_N_ELEMENTS (private_template),
                                              &public_key, &private_key);
}

static gboolean
check_request (const YyKeyRequest *request, gboolean *ec, GError **error)
{
  *ec = g_str_equal (request->type, "EC");
  if (g_bytes_get_size (request->id) > 0 && g_bytes_get_size (request->id) <= 64 &&
      ((*ec && request->bits == 256) ||
       (g_str_equal (request->type, "RSA") && request->bits == 2048)))
    return TRUE;
  g_set_error (error, YY_ERROR, YY_ERROR_UNSUPPORTED, _ ("Keys of type %s-%u are not supported"),
               request->type, request->bits);
  return FALSE;
}

GBytes *
yy_key_generate (YyAgentToken *token,
                 const YyKeyRequest *request,
                 YyRebind rebind,
                 gpointer rebind_data,
                 GError **error)
{
  GBytes *spki = NULL;
  gboolean ec = FALSE;
  CK_RV rv = CKR_OK;

  if (!check_request (request, &ec, error) || !yy_session_require_user (token, error) ||
      !yy_agent_token_read_objects_strictly (token, error) ||
      !find_existing (token, request->id, &spki, rebind, rebind_data, error))
    {
      g_clear_pointer (&spki, g_bytes_unref);
      return NULL;
    }
  if (spki != NULL)
    return spki;
  if (!remove_leftovers (token, request->id, error))
    return NULL;
  yy_file_cache_forget (token->info->serial);
  rv = generate (token, request, ec);
  if (yy_session_recover (token, rv))
    rv = generate (token, request, ec);
  token->has_new_key = TRUE;
  if (!yy_agent_token_check (token, rv, "C_GenerateKeyPair", error) ||
      !yy_agent_token_read_objects_strictly (token, error))
    return NULL;
  spki = yy_key_find_spki (token->objects, request->id);
  if (spki == NULL)
    g_set_error_literal (error, YY_ERROR, YY_ERROR_DRIVER_FAILED,
                         _ ("The token does not show the key it made"));
  return spki;
}
