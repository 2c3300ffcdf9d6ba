/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/card-sc-hsm.h"

#include <string.h>

#include <glib/gi18n.h>
#include <openssl/asn1.h>
#include <openssl/err.h>

/* First byte of a file identifier; the second one is the key reference. */
#define CA_CERTIFICATE 0xCA
#define KEY            0xCC
#define DESCRIPTION    0xC4
#define CERTIFICATE    0xCE
#define DATA           0xCD

/* Tag of a certificate; a request has 0x67 (BSI TR-03110). */
#define SEQUENCE 0x30

/* Status words (ISO 7816-4, table 6) */
#define OK             0x9000
#define END_OF_FILE    0x6282
#define FILE_NOT_FOUND 0x6A82
#define NOT_ENOUGH     0x6A84
#define WRONG_OFFSET   0x6B00

/* A generous certificate, and the number of a data file that nobody uses. */
#define TRIAL_SIZE      2048
#define TRIAL_REFERENCE 0xFE

int
yy_sc_hsm_query_pin (YyCard *card, YyScHsmPin pin)
{
  const guint8 command[] = { 0x00, 0x20, 0x00, (guint8) pin };

  return yy_card_transmit (card, command, sizeof command, NULL, NULL);
}

void
yy_sc_hsm_forget_pin (YyCard *card)
{
  const guint8 command[] = { 0x00, 0xA4, 0x04, 0x0C, 0x0B, 0xE8, 0x2B, 0x06,
                             0x01, 0x04, 0x01, 0x81, 0xC3, 0x1F, 0x02, 0x01 };

  (void) yy_card_transmit (card, command, sizeof command, NULL, NULL);
}

GBytes *
yy_sc_hsm_list_files (YyCard *card, GError **error)
{
  /* ENUMERATE OBJECTS, extended length */
  const guint8 command[] = { 0x80, 0x58, 0x00, 0x00, 0x00, 0x00, 0x00 };
  g_autoptr (GBytes) files = NULL;
  int status = yy_card_transmit (card, command, sizeof command, &files, error);

  if (status < 0)
    return NULL;
  if (status != OK || g_bytes_get_size (files) % 2 != 0)
    {
      g_set_error (error, YY_ERROR, YY_ERROR_INVALID_DATA, _ ("The card does not list its files"));
      return NULL;
    }
  return g_steal_pointer (&files);
}

gboolean
yy_sc_hsm_has_foreign_certificates (GBytes *files)
{
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (files, &length);

  for (gsize i = 0; i + 1 < length; i += 2)
    if (data[i] == CA_CERTIFICATE)
      return TRUE;
  return FALSE;
}

void
yy_sc_hsm_parse_files (GBytes *files, guint8 states[256])
{
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (files, &length);

  memset (states, 0, 256);
  for (gsize i = 0; i + 1 < length; i += 2)
    {
      if (data[i] == KEY)
        states[data[i + 1]] |= YY_SC_HSM_KEY;
      else if (data[i] == DESCRIPTION)
        states[data[i + 1]] |= YY_SC_HSM_DESCRIPTION;
      else if (data[i] == CERTIFICATE)
        states[data[i + 1]] |= YY_SC_HSM_CERTIFICATE;
    }
}

static int
read_part (YyCard *card, guint16 fid, guint offset, GBytes **part, GError **error)
{
  /* READ BINARY with the file in P1-P2 and the offset in a data object, extended length */
  const guint8 command[] = { 0x00, 0xB1, fid >> 8,    fid & 0xFF,    0x00, 0x00, 0x04,
                             0x54, 0x02, offset >> 8, offset & 0xFF, 0x00, 0x00 };

  return yy_card_transmit (card, command, sizeof command, part, error);
}

GBytes *
yy_sc_hsm_read_file (YyCard *card, guint16 fid, gsize enough, GError **error)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();
  int status = OK;

  while (status == OK && content->len < enough && content->len < G_MAXUINT16)
    {
      g_autoptr (GBytes) part = NULL;
      gsize length = 0;

      status = read_part (card, fid, content->len, &part, error);
      if (status < 0)
        return NULL;
      /* A part of a file must not be taken for all of it: what is cut short may be deleted. */
      if (status != OK && status != END_OF_FILE && status != FILE_NOT_FOUND &&
          (status != WRONG_OFFSET || content->len == 0))
        {
          g_set_error (error, YY_ERROR, YY_ERROR_READ_BACK,
                       _ ("The card does not read a file (status %04X)"), (guint) status);
          return NULL;
        }
      length = g_bytes_get_size (part);
      g_byte_array_append (content, g_bytes_get_data (part, NULL), (guint) length);
      if (length == 0)
        break;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&content));
}

static GBytes *
read_file (YyCard *card, guint8 prefix, guint8 reference, gsize enough, GError **error)
{
  return yy_sc_hsm_read_file (card, (guint16) (prefix << 8 | reference), enough, error);
}

static gboolean
holds (YyCard *card, guint8 reference, GBytes *der, gboolean *found, GError **error)
{
  g_autoptr (GBytes) content =
      read_file (card, CERTIFICATE, reference, g_bytes_get_size (der), error);

  *found = content != NULL && g_bytes_equal (content, der);
  return content != NULL;
}

/* The newest key has the highest reference, usually. */
static gboolean
find_among (YyCard *card, GBytes *files, GBytes *der, gboolean *found, GError **error)
{
  guint8 states[256];

  yy_sc_hsm_parse_files (files, states);
  for (int reference = 255; reference > 0 && !*found; reference--)
    if ((states[reference] & YY_SC_HSM_KEY) && !holds (card, (guint8) reference, der, found, error))
      return FALSE;
  return TRUE;
}

/* Where a new key goes: modules take the lowest reference that is free. */
static guint8
lowest_free (GBytes *files)
{
  guint8 states[256];
  guint reference = 1;

  yy_sc_hsm_parse_files (files, states);
  while (reference < 255 && (states[reference] & YY_SC_HSM_KEY))
    reference++;
  return (guint8) reference;
}

gboolean
yy_sc_hsm_find_certificate (YyCard *card,
                            GBytes *files,
                            gboolean is_new,
                            GBytes *der,
                            gboolean *found,
                            GError **error)
{
  g_autoptr (GBytes) now = NULL;

  *found = FALSE;
  if (files != NULL && is_new && !holds (card, lowest_free (files), der, found, error))
    return FALSE;
  if (files != NULL && !is_new && !find_among (card, files, der, found, error))
    return FALSE;
  if (*found)
    return TRUE;
  now = yy_sc_hsm_list_files (card, error);
  return now != NULL && find_among (card, now, der, found, error);
}

static guint
count_descriptions (const guint8 states[256])
{
  guint count = 0;

  for (guint reference = 0; reference < 256; reference++)
    if (states[reference] & YY_SC_HSM_DESCRIPTION)
      count++;
  return count;
}

gboolean
yy_sc_hsm_may_have_orphans (GBytes *files, guint n_described)
{
  guint8 states[256];

  yy_sc_hsm_parse_files (files, states);
  for (guint reference = 1; reference < 256; reference++)
    if ((states[reference] & YY_SC_HSM_KEY) && (states[reference] & YY_SC_HSM_DESCRIPTION) == 0)
      return TRUE;
  return count_descriptions (states) != n_described;
}

/* FALSE without an error: it is none. */
static gboolean
is_orphan (YyCard *card, guint8 reference, guint8 state, gboolean all_described, GError **error)
{
  g_autoptr (GBytes) description = NULL;
  g_autoptr (GBytes) certificate = NULL;

  if (reference == 0 || (state & YY_SC_HSM_KEY) == 0)
    return FALSE;
  if ((state & YY_SC_HSM_DESCRIPTION) && all_described)
    return FALSE;
  if (state & YY_SC_HSM_DESCRIPTION)
    {
      description = read_file (card, DESCRIPTION, reference, 1, error);
      if (description == NULL || g_bytes_get_size (description) > 0)
        return FALSE;
    }
  certificate = read_file (card, CERTIFICATE, reference, 1, error);
  return certificate != NULL &&
         (g_bytes_get_size (certificate) == 0 ||
          *(const guint8 *) g_bytes_get_data (certificate, NULL) != SEQUENCE);
}

static gboolean
delete_file (YyCard *card, guint8 prefix, guint8 reference, GError **error)
{
  const guint8 command[] = { 0x00, 0xE4, 0x02, 0x00, 0x02, prefix, reference };
  int status = yy_card_transmit (card, command, sizeof command, NULL, error);

  if (status < 0)
    return FALSE;
  if (status == OK || status == FILE_NOT_FOUND)
    return TRUE;
  g_set_error (error, YY_ERROR, YY_ERROR_FAILED,
               _ ("The card does not delete a leftover (status %04X)"), (guint) status);
  return FALSE;
}

/* The key goes last: a cut before that leaves an orphan again, which is found again. */
static gboolean
delete_orphan (YyCard *card, guint8 reference, guint8 state, GError **error)
{
  if ((state & YY_SC_HSM_DESCRIPTION) && !delete_file (card, DESCRIPTION, reference, error))
    return FALSE;
  if ((state & YY_SC_HSM_CERTIFICATE) && !delete_file (card, CERTIFICATE, reference, error))
    return FALSE;
  return delete_file (card, KEY, reference, error);
}

gboolean
yy_sc_hsm_is_whole (const void *bytes, gsize length)
{
  const unsigned char *content = bytes;
  long content_length = 0;
  int tag = 0;
  int xclass = 0;
  gboolean whole = FALSE;

  if (length > 1 && length < G_MAXINT32)
    whole =
        (ASN1_get_object (&content, &content_length, &tag, &xclass, (long) length) & 0x80) == 0 &&
        content + content_length == (const unsigned char *) bytes + length;
  ERR_clear_error ();
  return whole;
}

gboolean
yy_sc_hsm_remove_broken_certificates (YyCard *card, GError **error)
{
  guint8 states[256];
  g_autoptr (GBytes) files = yy_sc_hsm_list_files (card, error);

  if (files == NULL)
    return FALSE;
  yy_sc_hsm_parse_files (files, states);
  for (guint reference = 1; reference < 256; reference++)
    {
      g_autoptr (GBytes) content = NULL;
      const guint8 *data = NULL;
      gsize length = 0;

      if ((states[reference] & YY_SC_HSM_KEY) == 0)
        continue;
      content = read_file (card, CERTIFICATE, (guint8) reference, G_MAXUINT16, error);
      if (content == NULL)
        return FALSE;
      data = g_bytes_get_data (content, &length);
      if (length > 0 && data[0] == SEQUENCE && !yy_sc_hsm_is_whole (data, length) &&
          !delete_file (card, CERTIFICATE, (guint8) reference, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
yy_sc_hsm_remove_orphans (YyCard *card, guint n_described, GError **error)
{
  guint8 states[256];
  gboolean all_described = FALSE;
  g_autoptr (GBytes) files = yy_sc_hsm_list_files (card, error);

  if (files == NULL)
    return FALSE;
  yy_sc_hsm_parse_files (files, states);
  all_described = count_descriptions (states) == n_described;
  for (guint reference = 1; reference < 256; reference++)
    {
      g_autoptr (GError) local = NULL;
      gboolean orphan =
          is_orphan (card, (guint8) reference, states[reference], all_described, &local);

      if (local == NULL && orphan)
        delete_orphan (card, (guint8) reference, states[reference], &local);
      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
yy_sc_hsm_is_full (YyCard *card)
{
  /* UPDATE BINARY with the file in P1-P2, offset and content in data objects, extended length */
  const guint8 head[] = { 0x00,
                          0xD7,
                          DATA,
                          TRIAL_REFERENCE,
                          0x00,
                          (TRIAL_SIZE + 8) >> 8,
                          (TRIAL_SIZE + 8) & 0xFF,
                          0x54,
                          0x02,
                          0x00,
                          0x00,
                          0x53,
                          0x82,
                          TRIAL_SIZE >> 8,
                          TRIAL_SIZE & 0xFF };
  guint8 command[sizeof head + TRIAL_SIZE] = { 0 };
  int status = 0;

  memcpy (command, head, sizeof head);
  status = yy_card_transmit (card, command, sizeof command, NULL, NULL);
  if (status == OK)
    (void) delete_file (card, DATA, TRIAL_REFERENCE, NULL);
  return status == NOT_ENOUGH;
}
