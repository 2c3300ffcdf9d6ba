/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include <glib-unix.h>

#include "vtoken/vt-control.h"
#include "vtoken/vt-device.h"
#include "vtoken/vt-options.h"
#include "vtoken/vt-state.h"

#define DEFAULT_SERIAL "YYV0000001"

/* The card of the state file, or a new one where there is no file yet. */
static VtCard *
open_card (const VtOptions *options, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (VtCard) card = vt_state_load (options->state, &problem);

  if (g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      const char *serial = options->serial != NULL ? options->serial : DEFAULT_SERIAL;

      card = vt_card_new (serial, (gsize) options->memory);
      if (!vt_state_save (card, options->state, error))
        return NULL;
      return g_steal_pointer (&card);
    }
  if (card == NULL)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&problem), "%s: ", options->state);
      return NULL;
    }
  if (options->serial != NULL && strcmp (options->serial, card->serial) != 0)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: this is token %s, not %s",
                   options->state, card->serial, options->serial);
      return NULL;
    }
  return g_steal_pointer (&card);
}

static VtDevice *
open_device (const VtOptions *options, GError **error)
{
  VtLog *log = NULL;
  VtCard *card = open_card (options, error);
  VtDevice *device = NULL;

  if (card == NULL)
    return NULL;
  if (options->apdu_log != NULL)
    {
      log = vt_log_open (options->apdu_log, error);
      if (log == NULL)
        {
          vt_card_free (card);
          return NULL;
        }
    }
  device = vt_device_new (card, options->state, log, (guint16) options->port);
  vt_device_set_delay (device, (guint) options->delay);
  vt_device_cut_before (device, (guint) options->cut_before);
  vt_device_cut_after (device, (guint) options->cut_after);
  return device;
}

static gboolean
on_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static void
run (VtDevice *device, const VtOptions *options)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_unix_signal_add (SIGTERM, on_signal, loop);
  g_unix_signal_add (SIGINT, on_signal, loop);
  if (!options->removed)
    vt_device_insert (device);
  /* whoever started it may now use the control socket */
  puts ("ready");
  fflush (stdout);
  g_main_loop_run (loop);
}

static gboolean
start (const VtOptions *options, GError **error)
{
  VtDevice *device = open_device (options, error);
  VtControl *control = NULL;

  if (device == NULL)
    return FALSE;
  if (options->control != NULL)
    {
      control = vt_control_new (device, options->control, error);
      if (control == NULL)
        {
          vt_device_free (device);
          return FALSE;
        }
    }
  run (device, options);
  g_clear_pointer (&control, vt_control_free);
  vt_device_free (device);
  return TRUE;
}

int
main (int argc, char **argv)
{
  VtOptions options = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;

  setlocale (LC_ALL, "");
  done = vt_options_parse (&options, &argc, &argv, &error) && start (&options, &error);
  if (!done)
    g_printerr ("yinyao-vtoken: %s\n", error->message);
  vt_options_clear (&options);
  return done ? 0 : error->domain == G_OPTION_ERROR ? 2 : 1;
}
