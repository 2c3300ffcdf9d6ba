/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

/*
 * magic | version | payload | SHA-256 of all before it. Numbers are big-endian of four bytes, and
 * everything of variable length has its length before it.
 */
#define MAGIC        "YYVTOKEN"
#define MAGIC_LENGTH 8
#define VERSION      1
#define HASH_LENGTH  32
#define MAX_STATE    (64 * 1024 * 1024)

G_DEFINE_QUARK (vt - state - error - quark, vt_state_error)

static void
put_number (GByteArray *out, guint32 number)
{
  guint32 wire = GUINT32_TO_BE (number);

  g_byte_array_append (out, (const guint8 *) &wire, sizeof wire);
}

static void
put_bytes (GByteArray *out, const guint8 *bytes, gsize length)
{
  put_number (out, (guint32) length);
  if (length > 0)
    g_byte_array_append (out, bytes, (guint) length);
}

static void
put_pin (GByteArray *out, const VtPin *pin)
{
  put_bytes (out, pin->salt, VT_PIN_SALT);
  put_bytes (out, pin->hash, VT_PIN_HASH);
  put_number (out, pin->length);
  put_number (out, pin->tries);
}

static void
put_key (GByteArray *out, guint reference, const VtKey *key)
{
  g_autoptr (GByteArray) der = vt_key_to_der (key);

  put_number (out, reference);
  put_bytes (out, der->data, der->len);
  put_bytes (out, key->request->data, key->request->len);
  OPENSSL_cleanse (der->data, der->len);
}

static void
put_file (guint16 fid, const GByteArray *content, gpointer out)
{
  put_number (out, fid);
  put_bytes (out, content->data, content->len);
}

static void
put_hash (GByteArray *out)
{
  guint8 hash[HASH_LENGTH];

  if (EVP_Digest (out->data, out->len, hash, NULL, EVP_sha256 (), NULL) != 1)
    g_error ("libcrypto has no SHA-256");
  g_byte_array_append (out, hash, sizeof hash);
}

GByteArray *
vt_state_encode (VtCard *card)
{
  GByteArray *out = g_byte_array_new ();
  guint keys = 0;

  g_byte_array_append (out, (const guint8 *) MAGIC, MAGIC_LENGTH);
  put_number (out, VERSION);
  put_bytes (out, (const guint8 *) card->serial, strlen (card->serial));
  put_number (out, (guint32) card->memory);
  put_pin (out, &card->user_pin);
  put_pin (out, &card->so_pin);
  put_number (out, card->transport_pin);
  put_key (out, 0, card->device);
  for (guint i = 1; i <= VT_MAX_KEY; i++)
    keys += card->keys[i] != NULL;
  put_number (out, keys);
  for (guint i = 1; i <= VT_MAX_KEY; i++)
    if (card->keys[i] != NULL)
      put_key (out, i, card->keys[i]);
  put_number (out, vt_files_count (card->files));
  vt_files_each (card->files, put_file, out);
  put_hash (out);
  return out;
}

static gboolean
get_number (VtSpan *in, guint32 *number)
{
  if (in->length < sizeof *number)
    return FALSE;
  memcpy (number, in->data, sizeof *number);
  *number = GUINT32_FROM_BE (*number);
  in->data += sizeof *number;
  in->length -= sizeof *number;
  return TRUE;
}

static gboolean
get_bytes (VtSpan *in, VtSpan *bytes)
{
  guint32 length = 0;

  if (!get_number (in, &length) || length > in->length)
    return FALSE;
  *bytes = (VtSpan){ in->data, length };
  in->data += length;
  in->length -= length;
  return TRUE;
}

static gboolean
get_pin (VtSpan *in, VtPin *pin, guint max_length)
{
  VtSpan salt = { 0 }, hash = { 0 };
  guint32 length = 0, tries = 0;

  if (!get_bytes (in, &salt) || !get_bytes (in, &hash) || !get_number (in, &length) ||
      !get_number (in, &tries))
    return FALSE;
  if (salt.length != VT_PIN_SALT || hash.length != VT_PIN_HASH || length > max_length ||
      tries > pin->max_tries)
    return FALSE;
  memcpy (pin->salt, salt.data, VT_PIN_SALT);
  memcpy (pin->hash, hash.data, VT_PIN_HASH);
  pin->length = (guint8) length;
  pin->tries = (guint8) tries;
  return TRUE;
}

static gboolean
get_key (VtSpan *in, guint32 *reference, VtKey **key)
{
  VtSpan der = { 0 }, request = { 0 };

  if (!get_number (in, reference) || !get_bytes (in, &der) || !get_bytes (in, &request))
    return FALSE;
  *key = vt_key_new_from_der (der, request);
  return *key != NULL;
}

static gboolean
get_keys (VtSpan *in, VtCard *card)
{
  guint32 count = 0, reference = 0;

  if (!get_number (in, &count))
    return FALSE;
  for (; count > 0; count--)
    {
      g_autoptr (VtKey) key = NULL;

      if (!get_key (in, &reference, &key))
        return FALSE;
      if (reference == 0 || reference > VT_MAX_KEY || card->keys[reference] != NULL)
        return FALSE;
      card->keys[reference] = g_steal_pointer (&key);
    }
  return TRUE;
}

static gboolean
get_files (VtSpan *in, VtCard *card)
{
  guint32 count = 0, fid = 0;
  VtSpan content = { 0 };

  if (!get_number (in, &count))
    return FALSE;
  for (; count > 0; count--)
    {
      if (!get_number (in, &fid) || !get_bytes (in, &content))
        return FALSE;
      if (fid > G_MAXUINT16 || content.length > VT_MAX_FILE)
        return FALSE;
      vt_files_write (card->files, (guint16) fid, 0, content);
    }
  return TRUE;
}

static VtCard *
get_card (VtSpan *in)
{
  VtSpan serial = { 0 };
  guint32 memory = 0, transport_pin = 0, reference = 0;
  VtKey *device = NULL;
  g_autofree char *text = NULL;
  g_autoptr (VtCard) card = NULL;

  if (!get_bytes (in, &serial) || !get_number (in, &memory))
    return NULL;
  text = g_strndup ((const char *) serial.data, serial.length);
  if (!vt_card_serial_is_valid (text) || memory > VT_MEMORY_MAX)
    return NULL;
  card = vt_card_new (text, memory);
  if (!get_pin (in, &card->user_pin, VT_USER_PIN_MAX) ||
      !get_pin (in, &card->so_pin, VT_SO_PIN_LENGTH) || !get_number (in, &transport_pin) ||
      !get_key (in, &reference, &device))
    return NULL;
  vt_key_free (card->device);
  card->device = device;
  card->transport_pin = transport_pin != 0;
  if (!get_keys (in, card) || !get_files (in, card) || in->length != 0)
    return NULL;
  card->changed = FALSE;
  return g_steal_pointer (&card);
}

static gboolean
hash_is_right (VtSpan bytes)
{
  guint8 hash[HASH_LENGTH];

  if (bytes.length < HASH_LENGTH)
    return FALSE;
  bytes.length -= HASH_LENGTH;
  return EVP_Digest (bytes.data, bytes.length, hash, NULL, EVP_sha256 (), NULL) == 1 &&
         memcmp (hash, bytes.data + bytes.length, HASH_LENGTH) == 0;
}

VtCard *
vt_state_decode (VtSpan bytes, GError **error)
{
  VtSpan in = bytes;
  guint32 version = 0;
  VtCard *card = NULL;

  if (memcmp (bytes.data, MAGIC, MIN (bytes.length, MAGIC_LENGTH)) != 0)
    {
      g_set_error (error, VT_STATE_ERROR, VT_STATE_ERROR_NOT_A_STATE,
                   "this is not the state of a virtual token");
      return NULL;
    }
  if (bytes.length < MAGIC_LENGTH || !hash_is_right (bytes))
    {
      g_set_error (error, VT_STATE_ERROR, VT_STATE_ERROR_DAMAGED,
                   "the state is damaged: the file was cut short or changed");
      return NULL;
    }
  in = (VtSpan){ in.data + MAGIC_LENGTH, in.length - MAGIC_LENGTH - HASH_LENGTH };
  if (!get_number (&in, &version) || version != VERSION)
    {
      g_set_error (error, VT_STATE_ERROR, VT_STATE_ERROR_VERSION,
                   "the state has version %u, this program reads version %d", version, VERSION);
      return NULL;
    }
  card = get_card (&in);
  if (card == NULL)
    g_set_error (error, VT_STATE_ERROR, VT_STATE_ERROR_DAMAGED,
                 "the state is whole but its content is not valid");
  return card;
}

VtCard *
vt_state_load (const char *path, GError **error)
{
  g_autofree char *bytes = NULL;
  gsize length = 0;
  VtCard *card = NULL;
  GStatBuf info;

  if (g_stat (path, &info) == 0 && info.st_size > MAX_STATE)
    {
      g_set_error (error, VT_STATE_ERROR, VT_STATE_ERROR_NOT_A_STATE,
                   "the file is too large for a virtual token's state");
      return NULL;
    }
  if (!g_file_get_contents (path, &bytes, &length, error))
    return NULL;
  card = vt_state_decode ((VtSpan){ (const guint8 *) bytes, length }, error);
  OPENSSL_cleanse (bytes, length);
  return card;
}

static gboolean
write_all (int fd, const guint8 *bytes, gsize length)
{
  while (length > 0)
    {
      ssize_t written = TEMP_FAILURE_RETRY (write (fd, bytes, length));

      if (written <= 0)
        return FALSE;
      bytes += written;
      length -= (gsize) written;
    }
  return TRUE;
}

static gboolean
write_durably (const char *path, const GByteArray *bytes)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean written = fd >= 0 && write_all (fd, bytes->data, bytes->len) && fsync (fd) == 0;

  if (fd >= 0 && close (fd) != 0)
    written = FALSE;
  return written;
}

/* A rename is durable when its folder is. */
static gboolean
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean synced = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return synced;
}

gboolean
vt_state_save (VtCard *card, const char *path, GError **error)
{
  g_autofree char *temporary = g_strconcat (path, ".new", NULL);
  g_autoptr (GByteArray) bytes = vt_state_encode (card);
  gboolean saved =
      write_durably (temporary, bytes) && rename (temporary, path) == 0 && sync_folder (path);

  if (!saved)
    {
      g_set_error (error, VT_STATE_ERROR, VT_STATE_ERROR_IO, "cannot write %s: %s", path,
                   g_strerror (errno));
      (void) unlink (temporary);
    }
  else
    card->changed = FALSE;
  OPENSSL_cleanse (bytes->data, bytes->len);
  return saved;
}
