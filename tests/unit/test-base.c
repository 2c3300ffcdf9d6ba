/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <openssl/err.h>

#include "base/yy-json.h"
#include "base/yy-openssl.h"
#include "base/yy-secret.h"
#include "base/yy-settings.h"

/* Secrets */

static int
pipe_with (const void *bytes, gsize length)
{
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (write (ends[1], bytes, length), ==, (gssize) length);
  close (ends[1]);
  return ends[0];
}

static void
test_secret_travels (void)
{
  g_autoptr (YySecret) secret = yy_secret_new ("a\0b \n", 5);
  g_autoptr (YySecret) other = NULL;
  g_autoptr (GError) error = NULL;
  int fd = yy_secret_to_fd (secret, &error);

  g_assert_no_error (error);
  other = yy_secret_new_from_fd (fd, &error);
  g_assert_no_error (error);
  close (fd);
  /* One line feed at the end is not part of a secret read from a descriptor. */
  g_assert_cmpmem (yy_secret_bytes (other), yy_secret_length (other), "a\0b ", 4);
  g_assert_false (yy_secret_equal (secret, other));
}

static void
test_secret_from_fd (void)
{
  static const struct
  {
    gsize zeros;
    const char *text;
    gssize length; /* -1: refused */
  } cases[] = {
    { 0, "", -1 },
    { 0, "\n", -1 },
    { 0, "1\n", 1 },
    { 0, "1\n\n", 2 },
    { 0, "1", 1 },
    { YY_SECRET_MAX, "", YY_SECRET_MAX },
    { YY_SECRET_MAX - 1, "\n", YY_SECRET_MAX - 1 },
    { YY_SECRET_MAX, "x", -1 },
    { YY_SECRET_MAX * 3, "", -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize length = cases[i].zeros + strlen (cases[i].text);
      g_autofree char *bytes = g_strnfill (length, '0');
      g_autoptr (GError) error = NULL;
      g_autoptr (YySecret) secret = NULL;
      int fd = -1;

      memcpy (bytes + cases[i].zeros, cases[i].text, strlen (cases[i].text));
      fd = pipe_with (bytes, length);
      secret = yy_secret_new_from_fd (fd, &error);
      close (fd);
      if (cases[i].length < 0)
        g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
      else
        g_assert_cmpint ((gssize) yy_secret_length (secret), ==, cases[i].length);
    }
}

static void
test_secret_bad_fd (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (yy_secret_new_from_fd (-1, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == G_IO_ERROR);
}

static void
test_secret_piecewise (void)
{
  g_autoptr (YySecret) secret = yy_secret_new ("", 0);
  gsize room = 0;
  char *tail = yy_secret_get_tail (secret, &room);

  g_assert_cmpuint (room, ==, YY_SECRET_MAX);
  memcpy (tail, "hello", 5);
  yy_secret_extend (secret, 5);
  tail = yy_secret_get_tail (secret, &room);
  g_assert_cmpuint (room, ==, YY_SECRET_MAX - 5);
  memcpy (tail, "!", 1);
  yy_secret_extend (secret, 1);
  g_assert_cmpstr (yy_secret_bytes (secret), ==, "hello!");
  yy_secret_truncate (secret, 2);
  g_assert_cmpmem (yy_secret_bytes (secret), 7, "he\0\0\0\0\0", 7);
  g_assert_cmpuint (yy_secret_length (secret), ==, 2);
}

static void
test_secret_random (void)
{
  guint seen[3] = { 0 };
  g_autoptr (YySecret) secret = yy_secret_new_random (1000, "abc");
  g_autoptr (YySecret) other = yy_secret_new_random (1000, "abc");

  g_assert_cmpuint (strspn (yy_secret_bytes (secret), "abc"), ==, 1000);
  for (gsize i = 0; i < 1000; i++)
    seen[yy_secret_bytes (secret)[i] - 'a']++;
  for (gsize i = 0; i < 3; i++)
    g_assert_cmpuint (seen[i], >, 200);
  g_assert_false (yy_secret_equal (secret, other));
}

static void
test_secret_equal (void)
{
  g_autoptr (YySecret) a = yy_secret_new ("same", 4);
  g_autoptr (YySecret) b = yy_secret_dup (a);
  g_autoptr (YySecret) shorter = yy_secret_new ("sam", 3);
  g_autoptr (YySecret) different = yy_secret_new ("samf", 4);

  g_assert_true (yy_secret_equal (a, b));
  g_assert_false (yy_secret_equal (a, shorter));
  g_assert_false (yy_secret_equal (a, different));
  g_assert_true (yy_secret_bytes (a) != yy_secret_bytes (b));
}

/* Errors */

static void
test_error_crosses_dbus (void)
{
  for (int code = 0; code <= YY_ERROR_USAGE; code++)
    {
      g_autoptr (GError) error = g_error_new (YY_ERROR, code, "it happened");
      g_autofree char *name = g_dbus_error_encode_gerror (error);
      g_autoptr (GError) back = g_dbus_error_new_for_dbus_error (name, error->message);

      g_assert_true (g_str_has_prefix (name, "org.yinyao.Error."));
      g_assert_error (back, YY_ERROR, code);
      g_dbus_error_strip_remote_error (back);
      g_assert_cmpstr (back->message, ==, "it happened");
    }
}

static void
test_error_advice (void)
{
  static const int without[] = { YY_ERROR_FAILED, YY_ERROR_INVALID_DATA, YY_ERROR_UNSUPPORTED,
                                 YY_ERROR_USAGE };
  g_autoptr (GError) foreign = g_error_new (G_IO_ERROR, YY_ERROR_PIN_LOCKED, "x");

  g_assert_null (yy_error_advice (foreign));
  for (int code = 0; code <= YY_ERROR_USAGE; code++)
    {
      g_autoptr (GError) error = g_error_new (YY_ERROR, code, "x");
      gboolean none = FALSE;

      for (gsize i = 0; i < G_N_ELEMENTS (without); i++)
        none |= without[i] == code;
      if (none)
        g_assert_null (yy_error_advice (error));
      else
        g_assert_nonnull (yy_error_advice (error));
    }
}

static void
test_error_of_openssl (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) second = NULL;

  ERR_raise (ERR_LIB_X509, X509_R_NO_CERTIFICATE_FOUND);
  ERR_raise (ERR_LIB_X509, X509_R_BAD_X509_FILETYPE);
  g_assert_false (yy_set_openssl_error (&error, YY_ERROR_PROOF, "Failed"));
  g_assert_error (error, YY_ERROR, YY_ERROR_PROOF);
  g_assert_true (g_str_has_prefix (error->message, "Failed: "));
  g_assert_cmpuint (ERR_peek_error (), ==, 0);
  yy_set_openssl_error (&second, YY_ERROR_PROOF, "Failed");
  g_assert_cmpstr (second->message, ==, "Failed");
}

/* Settings */

static YySettings *
load (const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (g_get_user_config_dir (), "settings.conf", NULL);
  YySettings *settings = NULL;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_setenv ("YINYAO_CONFIG", path, TRUE);
  settings = yy_settings_load (error);
  g_unsetenv ("YINYAO_CONFIG");
  g_unlink (path);
  return settings;
}

static void
test_settings_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (YySettings) settings = load ("", &error);

  g_assert_no_error (error);
  g_assert_null (yy_settings_get_service_url (settings));
  g_assert_null (yy_settings_get_ca_file (settings));
  g_assert_nonnull (yy_settings_get_profile (settings));
  g_assert_nonnull (yy_settings_get_agent (settings));
  g_assert_true (yy_settings_get_use_p11_kit (settings));
  g_assert_cmpuint (g_strv_length ((char **) yy_settings_get_module_paths (settings)), ==, 0);
  g_assert_cmpuint (yy_settings_get_service_timeout (settings), ==, 30);
}

static void
test_settings_read (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (YySettings) settings =
      load ("[service]\nurl=https://ca.example:8443//\nca-file=/ca.pem\ntimeout=7\n"
            "[modules]\np11-kit=false\npaths=/a.so;/b.so;\ncall-timeout=3\nkey-timeout=9\n"
            "[interface]\nlanguage=zh_CN\n",
            &error);

  g_assert_no_error (error);
  g_assert_cmpstr (yy_settings_get_service_url (settings), ==, "https://ca.example:8443");
  g_assert_cmpstr (yy_settings_get_ca_file (settings), ==, "/ca.pem");
  g_assert_cmpstr (yy_settings_get_language (settings), ==, "zh_CN");
  g_assert_cmpuint (yy_settings_get_service_timeout (settings), ==, 7);
  g_assert_cmpuint (yy_settings_get_call_timeout (settings), ==, 3);
  g_assert_cmpuint (yy_settings_get_key_timeout (settings), ==, 9);
  g_assert_false (yy_settings_get_use_p11_kit (settings));
  g_assert_cmpstr (yy_settings_get_module_paths (settings)[1], ==, "/b.so");
}

static void
test_settings_refused (void)
{
  static const char *const texts[] = {
    "[service]\nurl=http://ca.example\n",
    "[service]\nurl=file:///etc/passwd\n",
    "[service]\ntimeout=0\n",
    "[service]\ntimeout=soon\n",
    "[service]\ntimeout=99999\n",
    "[modules]\np11-kit=perhaps\n",
    "[modules]\ncall-timeout=-1\n",
    "no group\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (load (texts[i], &error));
      g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
      /* The message names the file. */
      g_assert_nonnull (strstr (error->message, "settings.conf"));
    }
}

static void
test_settings_named_file_is_missing (void)
{
  g_autoptr (GError) error = NULL;

  g_setenv ("YINYAO_CONFIG", "/nonexistent", TRUE);
  g_assert_null (yy_settings_load (&error));
  g_assert_error (error, YY_ERROR, YY_ERROR_INVALID_DATA);
  g_unsetenv ("YINYAO_CONFIG");
}

static void
test_settings_of_the_user (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_config_dir (), "yinyao", NULL);
  g_autofree char *path = g_build_filename (folder, "yinyao.conf", NULL);
  g_autoptr (YySettings) settings = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "[service]\nurl=https://own.example\n", -1, NULL));
  settings = yy_settings_load (&error);
  g_assert_no_error (error);
  g_assert_cmpstr (yy_settings_get_service_url (settings), ==, "https://own.example");
  g_unlink (path);
  g_rmdir (folder);
}

/* JSON */

static gboolean
is_harmless (const char *text)
{
  return yy_json_is_harmless (text, strlen (text), 3);
}

static void
test_json (void)
{
  g_assert_true (is_harmless (""));
  g_assert_true (is_harmless ("{\"a\": [[1], [2], [3]], \"b\": {}}"));
  g_assert_false (is_harmless ("[[[[1]]]]"));
  g_assert_false (is_harmless ("[{\"a\": [{"));
  g_assert_true (is_harmless ("[[[\"[[[{{{\"]]]"));
  g_assert_true (is_harmless ("[\"\\\"[[[[\"]"));
  g_assert_false (is_harmless ("[\"\\\\\", [[[1]]]]"));
  g_assert_true (is_harmless ("]]]][[[1]]]"));
  g_assert_false (is_harmless ("[\"a\\u0000b\"]"));
  g_assert_true (is_harmless ("[\"a\\\\u0000b\"]"));
  g_assert_true (is_harmless ("[\"a\\u000"));
  g_assert_true (is_harmless ("[\"\\"));
}

int
main (int argc, char **argv)
{
  g_autofree char *home = g_dir_make_tmp ("yinyao-base-XXXXXX", NULL);
  int status = 0;

  setlocale (LC_ALL, "C.UTF-8");
  g_setenv ("XDG_CONFIG_HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("YINYAO_CONFIG");
  g_test_add_func ("/secret/travels", test_secret_travels);
  g_test_add_func ("/secret/from-fd", test_secret_from_fd);
  g_test_add_func ("/secret/bad-fd", test_secret_bad_fd);
  g_test_add_func ("/secret/piecewise", test_secret_piecewise);
  g_test_add_func ("/secret/random", test_secret_random);
  g_test_add_func ("/secret/equal", test_secret_equal);
  g_test_add_func ("/error/crosses-dbus", test_error_crosses_dbus);
  g_test_add_func ("/error/advice", test_error_advice);
  g_test_add_func ("/error/openssl", test_error_of_openssl);
  g_test_add_func ("/json", test_json);
  g_test_add_func ("/settings/defaults", test_settings_defaults);
  g_test_add_func ("/settings/read", test_settings_read);
  g_test_add_func ("/settings/refused", test_settings_refused);
  g_test_add_func ("/settings/named-file-is-missing", test_settings_named_file_is_missing);
  g_test_add_func ("/settings/of-the-user", test_settings_of_the_user);
  status = g_test_run ();
  g_rmdir (home);
  return status;
}
