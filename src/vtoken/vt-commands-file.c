/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-commands.h"

#include <string.h>

static const guint8 application[] = {
  0xe8, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x81, 0xc3, 0x1f, 0x02, 0x01,
};

/* File control parameters of the application; 85: options, platform, version 3.5 */
static const guint8 application_fcp[] = {
  0x6f, 0x0c, 0x82, 0x01, 0x78, 0x83, 0x00, 0x85, 0x05, 0x00, 0x00, 0xff, 0x03, 0x05,
};

static guint16
to_fid (const guint8 *bytes)
{
  return (guint16) (bytes[0] << 8 | bytes[1]);
}

static gboolean
is_key (guint16 fid)
{
  return (fid & 0xff00) == VT_EF_KEY;
}

static gboolean
exists (VtCard *card, guint16 fid)
{
  if (is_key (fid))
    return (fid & 0xff) == 0 || card->keys[fid & 0xff] != NULL;
  return vt_card_read (card, fid) != NULL;
}

static guint16
select_application (VtCard *card, const VtCommand *command, GByteArray *out)
{
  if (command->data.length != sizeof application ||
      memcmp (command->data.data, application, sizeof application) != 0)
    return VT_SW_NO_SUCH_FILE;
  /* selecting the application is how a session is ended */
  vt_card_reset (card);
  if (command->p2 != 0x0c)
    g_byte_array_append (out, application_fcp, sizeof application_fcp);
  return VT_SW_OK;
}

static void
append_file_fcp (VtCard *card, guint16 fid, GByteArray *out)
{
  const GByteArray *content = vt_card_read (card, fid);
  gsize size = content == NULL ? 0 : content->len;
  /* three bytes of size: some software reads two as a negative number from 0x8000 up */
  const guint8 fcp[] = {
    0x80, 0x03, 0x00, size >> 8, size, 0x82, 0x01, 0x01, 0x83, 0x02, fid >> 8, fid,
  };

  vt_tlv_append (out, 0x6f, fcp, sizeof fcp);
}

guint16
vt_command_select (VtCard *card, const VtCommand *command, GByteArray *out)
{
  guint16 fid = 0;

  if (command->p1 == 0x04)
    return select_application (card, command, out);
  if (command->p1 != 0x00 && command->p1 != 0x02 && command->p1 != 0x08)
    return VT_SW_WRONG_P1P2;
  if (command->data.length != 2)
    return command->data.length == 0 ? VT_SW_WRONG_LENGTH : VT_SW_NO_SUCH_FILE;
  fid = to_fid (command->data.data);
  if (!exists (card, fid))
    return VT_SW_NO_SUCH_FILE;
  card->current = fid;
  if (command->p2 != 0x0c)
    append_file_fcp (card, fid, out);
  return VT_SW_OK;
}

static void
append_fid (GByteArray *out, guint16 fid)
{
  const guint8 bytes[] = { fid >> 8, fid };

  g_byte_array_append (out, bytes, sizeof bytes);
}

static void
append_file (guint16 fid, const GByteArray *content, gpointer user_data)
{
  append_fid (user_data, fid);
}

guint16
vt_command_enumerate (VtCard *card, const VtCommand *command, GByteArray *out)
{
  /* the device key has reference 0, so that no software hands it out again */
  append_fid (out, VT_EF_KEY);
  for (guint i = 1; i <= VT_MAX_KEY; i++)
    if (card->keys[i] != NULL)
      {
        append_fid (out, (guint16) (VT_EF_KEY | i));
        if (vt_files_get (card->files, (guint16) (VT_EF_CERTIFICATE | i)) == NULL)
          append_fid (out, (guint16) (VT_EF_CERTIFICATE | i));
      }
  vt_files_each (card->files, append_file, out);
  return VT_SW_OK;
}

/* READ and UPDATE with odd instruction name the file in P1-P2 (0: the current one), and the offset
 * in a data object 54. */
static guint16
locate (VtCard *card, const VtCommand *command, VtSpan *rest, guint16 *fid, gsize *offset)
{
  VtSpan value = { 0 };
  guint tag = 0;

  *fid = (guint16) (command->p1 << 8 | command->p2);
  if (*fid == 0)
    *fid = card->current;
  if (*fid == 0)
    return VT_SW_NO_CURRENT_FILE;
  *rest = command->data;
  if (!vt_tlv_next (rest, &tag, &value) || tag != 0x54 || value.length < 1 || value.length > 2)
    return VT_SW_WRONG_DATA;
  *offset = value.length == 1 ? value.data[0] : (gsize) to_fid (value.data);
  return VT_SW_OK;
}

guint16
vt_command_read (VtCard *card, const VtCommand *command, GByteArray *out)
{
  const GByteArray *content = NULL;
  VtSpan rest = { 0 };
  guint16 fid = 0;
  gsize offset = 0, length = 0;
  guint16 sw = locate (card, command, &rest, &fid, &offset);

  if (sw != VT_SW_OK)
    return sw;
  content = is_key (fid) ? NULL : vt_card_read (card, fid);
  if (content == NULL)
    return is_key (fid) && exists (card, fid) ? VT_SW_NOT_ALLOWED : VT_SW_NO_SUCH_FILE;
  if ((fid & 0xff00) == VT_EF_PRIVATE_DATA && !card->verified)
    return VT_SW_NOT_VERIFIED;
  if (offset > content->len)
    return VT_SW_WRONG_OFFSET;
  length = MIN (MIN (command->le, content->len - offset), VT_MAX_ANSWER);
  if (length > 0)
    g_byte_array_append (out, content->data + offset, (guint) length);
  return length < command->le ? VT_SW_END_OF_FILE : VT_SW_OK;
}

guint16
vt_command_update (VtCard *card, const VtCommand *command, GByteArray *out)
{
  const GByteArray *content = NULL;
  VtSpan rest = { 0 }, bytes = { 0 };
  guint16 fid = 0;
  gsize offset = 0, size = 0, growth = 0;
  guint tag = 0;
  guint16 sw = locate (card, command, &rest, &fid, &offset);

  if (sw != VT_SW_OK)
    return sw;
  if (!vt_tlv_next (&rest, &tag, &bytes) || tag != 0x53)
    return VT_SW_WRONG_DATA;
  if (!card->verified)
    return VT_SW_NOT_VERIFIED;
  if (is_key (fid) || fid == VT_EF_DEVICE_CERTIFICATE)
    return VT_SW_NOT_ALLOWED;
  content = vt_files_get (card->files, fid);
  size = content == NULL ? 0 : content->len;
  if (offset > size)
    return VT_SW_WRONG_OFFSET;
  growth = (offset + bytes.length > size ? offset + bytes.length - size : 0) +
           (content == NULL ? VT_FILE_OVERHEAD : 0);
  if (offset + bytes.length > VT_MAX_FILE || growth > vt_card_memory_free (card))
    return VT_SW_FULL;
  vt_files_write (card->files, fid, offset, bytes);
  card->current = fid;
  card->changed = TRUE;
  return VT_SW_OK;
}

static guint16
delete_key (VtCard *card, guint16 fid)
{
  guint reference = fid & 0xff;

  if (reference == 0)
    return VT_SW_NOT_ALLOWED;
  if (card->keys[reference] == NULL)
    return VT_SW_NO_SUCH_FILE;
  g_clear_pointer (&card->keys[reference], vt_key_free);
  card->changed = TRUE;
  return VT_SW_OK;
}

guint16
vt_command_delete (VtCard *card, const VtCommand *command, GByteArray *out)
{
  guint16 fid = 0;

  if (command->p1 != 0x02 || command->data.length != 2)
    return command->p1 != 0x02 ? VT_SW_WRONG_P1P2 : VT_SW_WRONG_LENGTH;
  fid = to_fid (command->data.data);
  if (!exists (card, fid))
    return VT_SW_NO_SUCH_FILE;
  if (!card->verified)
    return VT_SW_NOT_VERIFIED;
  if (is_key (fid))
    return delete_key (card, fid);
  if (fid == VT_EF_DEVICE_CERTIFICATE)
    return VT_SW_NOT_ALLOWED;
  /* no file under a key's request: there is nothing to remove, and the request stays */
  if (vt_files_remove (card->files, fid))
    card->changed = TRUE;
  if (card->current == fid)
    card->current = 0;
  return VT_SW_OK;
}
