/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-application.h"
#include "base/yy-process.h"

static YyProfile *
load_profile (YySettings *settings, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GBytes) key_file = NULL;
  gsize length = 0;

  if (!g_file_get_contents (yy_settings_get_profile (settings), &text, &length, error))
    return NULL;
  key_file = g_bytes_new_take (g_steal_pointer (&text), length);
  return yy_profile_new (key_file, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (YyApplication) application = NULL;
  g_autoptr (YyClient) client = NULL;
  g_autoptr (YySettings) settings = NULL;
  g_autoptr (YyProfile) profile = NULL;
  g_autoptr (GError) error = NULL;

  yy_process_init ();
  settings = yy_settings_load (&error);
  if (settings != NULL)
    profile = load_profile (settings, &error);
  yy_process_set_language (settings == NULL ? NULL : yy_settings_get_language (settings),
                           profile == NULL ? NULL : yy_profile_get_language (profile));
  /* Han characters are unified: without this fontconfig may choose Japanese glyphs. */
  g_setenv ("FC_LANG", "zh-cn", FALSE);
  if (profile != NULL)
    client = yy_client_new (settings, profile);
  application = yy_application_new (client, error);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
