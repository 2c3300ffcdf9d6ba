/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-device.h"

#include <openssl/crypto.h>

#include "vtoken/vt-link.h"
#include "vtoken/vt-state.h"

struct _VtDevice
{
  VtCard *card;
  char *state_path;
  VtLog *log;
  VtLink *link;
  VtEventFunc event_func;
  gpointer event_data;

  guint delay; /* ms */
  guint delayed;
  guint8 *command; /* the link's, while it is delayed */
  gsize command_length;

  guint cut_before, cut_after; /* APDUs until then, 0: never */
  gboolean cut;

  guint64 apdus, bytes_in, bytes_out;
};

static void
tell (VtDevice *device, VtEvent event)
{
  if (device->event_func != NULL)
    device->event_func (event, device->event_data);
}

static void
on_reset (gpointer user_data)
{
  VtDevice *device = user_data;

  g_clear_handle_id (&device->delayed, g_source_remove);
  vt_card_reset (device->card);
  vt_log_event (device->log, "reset");
}

static void
on_inserted (gpointer user_data)
{
  VtDevice *device = user_data;

  vt_log_event (device->log, "inserted");
  tell (device, VT_EVENT_INSERTED);
}

static void
on_gone (gpointer user_data)
{
  VtDevice *device = user_data;

  vt_log_event (device->log, "gone");
  tell (device, VT_EVENT_GONE);
}

void
vt_device_insert (VtDevice *device)
{
  vt_link_insert (device->link);
}

void
vt_device_remove (VtDevice *device)
{
  g_clear_handle_id (&device->delayed, g_source_remove);
  vt_card_reset (device->card);
  vt_log_event (device->log, "pulled out");
  vt_link_remove (device->link);
}

static void
happen (VtDevice *device, const char *what)
{
  vt_log_event (device->log, what);
  device->cut_before = device->cut_after = 0;
  device->cut = TRUE;
  vt_device_remove (device);
  tell (device, VT_EVENT_CUT);
}

/* A change that cannot be kept did not happen as far as the reader is told. */
static void
save (VtDevice *device, GByteArray *answer)
{
  const guint8 failure[] = { VT_SW_MEMORY_FAILURE >> 8, VT_SW_MEMORY_FAILURE & 0xff };
  g_autoptr (GError) error = NULL;

  if (!device->card->changed || device->state_path == NULL)
    return;
  if (vt_state_save (device->card, device->state_path, &error))
    return;
  g_printerr ("yinyao-vtoken: %s\n", error->message);
  g_byte_array_set_size (answer, 0);
  g_byte_array_append (answer, failure, sizeof failure);
}

static void
process (VtDevice *device, guint8 *bytes, gsize length)
{
  g_autoptr (GByteArray) answer = g_byte_array_new ();

  vt_log_command (device->log, bytes, length);
  vt_card_process (device->card, bytes, length, answer);
  save (device, answer);
  OPENSSL_cleanse (bytes, length);
  device->apdus++;
  device->bytes_in += length;
  device->bytes_out += answer->len;
  vt_log_answer (device->log, answer->data, answer->len);
  if (device->cut_after > 0 && --device->cut_after == 0)
    happen (device, "cut: the last answer is lost");
  else
    vt_link_answer (device->link, answer->data, answer->len);
}

static gboolean
on_delay_over (gpointer user_data)
{
  VtDevice *device = user_data;

  device->delayed = 0;
  process (device, device->command, device->command_length);
  return G_SOURCE_REMOVE;
}

static void
on_command (guint8 *bytes, gsize length, gpointer user_data)
{
  VtDevice *device = user_data;

  if (device->cut_before > 0 && --device->cut_before == 0)
    {
      happen (device, "cut: the next command is lost");
      return;
    }
  if (device->delay == 0)
    {
      process (device, bytes, length);
      return;
    }
  device->command = bytes;
  device->command_length = length;
  device->delayed = g_timeout_add (device->delay, on_delay_over, device);
}

static const VtLinkHandler link_handler = {
  .reset = on_reset,
  .command = on_command,
  .inserted = on_inserted,
  .gone = on_gone,
};

VtDevice *
vt_device_new (VtCard *card, const char *state_path, VtLog *log, guint16 port)
{
  VtDevice *device = g_new0 (VtDevice, 1);

  device->card = card;
  device->state_path = g_strdup (state_path);
  device->log = log;
  device->link = vt_link_new (port, &link_handler, device);
  return device;
}

void
vt_device_free (VtDevice *device)
{
  g_clear_handle_id (&device->delayed, g_source_remove);
  vt_link_free (device->link);
  vt_card_free (device->card);
  g_clear_pointer (&device->log, vt_log_close);
  g_free (device->state_path);
  g_free (device);
}

void
vt_device_set_event_func (VtDevice *device, VtEventFunc func, gpointer user_data)
{
  device->event_func = func;
  device->event_data = user_data;
}

void
vt_device_set_delay (VtDevice *device, guint milliseconds)
{
  device->delay = milliseconds;
}

void
vt_device_cut_before (VtDevice *device, guint n)
{
  device->cut_before = n;
  device->cut = FALSE;
}

void
vt_device_cut_after (VtDevice *device, guint n)
{
  device->cut_after = n;
  device->cut = FALSE;
}

gboolean
vt_device_is (VtDevice *device, VtEvent event)
{
  switch (event)
    {
    case VT_EVENT_INSERTED:
      return vt_link_is_inserted (device->link);
    case VT_EVENT_GONE:
      return vt_link_is_gone (device->link);
    case VT_EVENT_CUT:
    default:
      return device->cut;
    }
}

void
vt_device_reset_counters (VtDevice *device)
{
  device->apdus = device->bytes_in = device->bytes_out = 0;
}

void
vt_device_describe_counters (VtDevice *device, GString *out)
{
  g_string_append_printf (out,
                          "\"apdus\":%" G_GUINT64_FORMAT ",\"bytes_in\":%" G_GUINT64_FORMAT
                          ",\"bytes_out\":%" G_GUINT64_FORMAT ",\"inserted\":%s,\"cut\":%s",
                          device->apdus, device->bytes_in, device->bytes_out,
                          vt_link_is_inserted (device->link) ? "true" : "false",
                          device->cut ? "true" : "false");
}

void
vt_device_describe_state (VtDevice *device, GString *out)
{
  vt_card_describe (device->card, out);
}
