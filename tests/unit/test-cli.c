/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <string.h>

#include <glib/gstdio.h>
#include <openssl/x509v3.h>

#include "base/yy-error.h"
#include "base/yy-process.h"
#include "cli/exit-status.h"
#include "cli/export.h"
#include "cli/text.h"

static void
test_clean (void)
{
  static const struct
  {
    const char *text;
    const char *clean;
  } cases[] = {
    { NULL, "" },
    { "示例 OK", "示例 OK" },
    { "a\033[2Jb", "a?[2Jb" },
    { "a\nb\tc\rd", "a?b?c?d" },
    { "a\xc2\x9b"
      "2J",
      "a?2J" }, /* C1: CSI */
    { "abc\xe2\x80\xae"
      "fdp",
      "abc?fdp" }, /* right-to-left override */
    { "a\xe2\x80\xa8"
      "b",
      "a?b" }, /* line separator */
    { "a\xff"
      "b",
      "a\xef\xbf\xbd"
      "b" }, /* not UTF-8 */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *clean = text_clean (cases[i].text);

      g_assert_cmpstr (clean, ==, cases[i].clean);
    }
}

static void
test_width (void)
{
  g_assert_cmpuint (text_width (""), ==, 0);
  g_assert_cmpuint (text_width ("abc"), ==, 3);
  g_assert_cmpuint (text_width ("印钥 key"), ==, 8);
  g_assert_cmpuint (text_width ("e\xcc\x81"), ==, 1);
  g_assert_cmpuint (text_width ("（全角）"), ==, 8);
}

static void
test_exit_statuses_are_those_of_the_manual (void)
{
  g_autofree char *path = yy_process_find_data ("yinyaoctl.1");
  g_autofree char *manual = NULL;
  g_autofree char *help = exit_status_dup_help ();
  g_auto (GStrv) lines = NULL;
  g_autoptr (GString) expected = g_string_new (NULL);

  g_assert_true (g_file_get_contents (path, &manual, NULL, NULL));
  lines = g_strsplit (manual, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (g_ascii_isdigit (lines[i][0]) && strchr (lines[i], '|') != NULL)
      {
        g_auto (GStrv) parts = g_strsplit (lines[i], "|", 2);
        g_autoptr (GString) meaning = g_string_new (parts[1]);

        g_string_replace (meaning, "\\fB", "", 0);
        g_string_replace (meaning, "\\fR", "", 0);
        g_string_replace (meaning, "\\-", "-", 0);
        g_string_append_printf (expected, "  %3s  %s\n", parts[0], meaning->str);
      }
  g_assert_cmpstr (help, ==, expected->str);
}

static void
test_exit_status_of_errors (void)
{
  static const struct
  {
    YyError code;
    int status;
  } cases[] = {
    { YY_ERROR_USAGE, 2 },
    { YY_ERROR_NO_SUCH_TOKEN, 3 },
    { YY_ERROR_PIN_INCORRECT, 4 },
    { YY_ERROR_PIN_LOCKED, 5 },
    { YY_ERROR_PIN_LAST_TRY, 6 },
    { YY_ERROR_TOKEN_REMOVED, 7 },
    { YY_ERROR_DRIVER_FAILED, 8 },
    { YY_ERROR_DRIVER_NOT_RESPONDING, 8 },
    { YY_ERROR_SERVICE_FAILED, 9 },
    { YY_ERROR_SERVICE_UNREACHABLE, 9 },
    { YY_ERROR_REFUSED, 10 },
    { YY_ERROR_CODE_INCORRECT, 10 },
    { YY_ERROR_CODE_EXPIRED, 10 },
    { YY_ERROR_CODE_USED, 10 },
    { YY_ERROR_TOKEN_NOT_PREPARED, 10 },
    { YY_ERROR_CA_NOT_TRUSTED, 11 },
    { YY_ERROR_PIN_POLICY, 12 },
    { YY_ERROR_CLOCK, 13 },
    { YY_ERROR_TOKEN_FULL, 14 },
    { YY_ERROR_PROOF, 15 },
    { YY_ERROR_READ_BACK, 15 },
    { YY_ERROR_FAILED, 1 },
    { YY_ERROR_UNSUPPORTED, 1 },
    { YY_ERROR_INVALID_DATA, 1 },
    { YY_ERROR_NO_SUCH_OBJECT, 1 },
  };
  g_autoptr (GError) cancelled = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "x");
  g_autoptr (GError) exists = g_error_new (G_IO_ERROR, G_IO_ERROR_EXISTS, "x");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = g_error_new (YY_ERROR, (int) cases[i].code, "x");

      g_assert_cmpint (exit_status_for (error), ==, cases[i].status);
    }
  g_assert_cmpint (exit_status_for (cancelled), ==, 130);
  g_assert_cmpint (exit_status_for (exists), ==, 1);
}

static YyCertificate *
certificate_new (long start, long end)
{
  g_autoptr (X509) x509 = X509_new ();
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  YyCertificate *certificate = NULL;
  unsigned char *der = NULL;
  int length = 0;

  X509_set_version (x509, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (x509), 1);
  X509_gmtime_adj (X509_getm_notBefore (x509), start);
  X509_gmtime_adj (X509_getm_notAfter (x509), end);
  X509_set_pubkey (x509, key);
  X509_sign (x509, key, EVP_sha256 ());
  length = i2d_X509 (x509, &der);
  bytes = g_bytes_new (der, (gsize) length);
  OPENSSL_free (der);
  certificate = yy_certificate_new (bytes, &error);
  g_assert_no_error (error);
  return certificate;
}

static void
test_validity (void)
{
  static const struct
  {
    long start;
    long end;
    const char *part;
  } cases[] = {
    { -1000, 10 * 86400, "(10 days left)" },        { -1000, 86400 + 5, "(1 day left)" },
    { -1000, 86400 - 5, "(less than a day left)" }, { -2000, -1000, "expired on 20" },
    { 1000, 2000, "not valid before 20" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (YyCertificate) certificate = certificate_new (cases[i].start, cases[i].end);
      g_autofree char *text = text_dup_validity (certificate);

      g_assert_nonnull (strstr (text, cases[i].part));
    }
}

static void
test_export (void)
{
  g_autofree char *folder = g_dir_make_tmp ("yinyao-export-XXXXXX", NULL);
  g_autofree char *pem_path = g_build_filename (folder, "a.pem", NULL);
  g_autofree char *der_path = g_build_filename (folder, "a.CER", NULL);
  g_autofree char *nowhere = g_build_filename (folder, "no", "a.pem", NULL);
  g_autoptr (YyCertificate) certificate = certificate_new (0, 1000);
  g_autofree char *pem = yy_certificate_to_pem (certificate);
  g_autofree char *contents = NULL;
  g_autofree char *der = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *expected = yy_certificate_get_der (certificate);
  gsize length = 0;

  g_assert_true (export_certificate (certificate, pem_path, FALSE, &error));
  g_assert_true (export_certificate (certificate, der_path, FALSE, &error));
  g_assert_true (g_file_get_contents (pem_path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, pem);
  g_assert_true (g_file_get_contents (der_path, &der, &length, NULL));
  g_assert_cmpmem (der, length, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));

  g_assert_true (g_file_set_contents (pem_path, "mine", -1, NULL));
  g_assert_false (export_certificate (certificate, pem_path, FALSE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_clear_error (&error);
  g_clear_pointer (&contents, g_free);
  g_assert_true (g_file_get_contents (pem_path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "mine");
  g_assert_true (export_certificate (certificate, pem_path, TRUE, &error));
  g_assert_no_error (error);
  g_assert_false (export_certificate (certificate, nowhere, FALSE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);

  g_unlink (pem_path);
  g_unlink (der_path);
  /* Nothing temporary is left behind. */
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/clean", test_clean);
  g_test_add_func ("/cli/width", test_width);
  g_test_add_func ("/cli/exit-status/manual", test_exit_statuses_are_those_of_the_manual);
  g_test_add_func ("/cli/exit-status/errors", test_exit_status_of_errors);
  g_test_add_func ("/cli/validity", test_validity);
  g_test_add_func ("/cli/export", test_export);
  return g_test_run ();
}
