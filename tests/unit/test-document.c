/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-document.h"

#include <string.h>

/* Small documents of every format, made here: each is good as it is. */

#define WIDTH  5
#define HEIGHT 3

static void
put (GByteArray *out, const char *data, guint size)
{
  g_byte_array_append (out, (const guint8 *) data, size);
}

#define PUT(out, literal) put (out, literal, sizeof (literal) - 1)

static void
put_be32 (GByteArray *out, guint32 value)
{
  value = GUINT32_TO_BE (value);
  g_byte_array_append (out, (const guint8 *) &value, sizeof value);
}

static void
put_le32 (GByteArray *out, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (out, (const guint8 *) &value, sizeof value);
}

static void
put_le16 (GByteArray *out, guint16 value)
{
  value = GUINT16_TO_LE (value);
  g_byte_array_append (out, (const guint8 *) &value, sizeof value);
}

/* With two scans, restart markers, stuffed bytes and fill bytes, as ISO/IEC 10918-1 allows. */
static GByteArray *
make_jpeg (void)
{
  GByteArray *out = g_byte_array_new ();

  PUT (out, "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0");
  PUT (out, "\xff\xfe\0\7hello\xff\xff\xc2\0\x0b\x08\0\3\0\5\1\1\x11\0");
  PUT (out, "\xff\xda\0\x08\1\1\0\0\0\0ab\xff\0c\xff\xd0"
            "de\xff\xd7");
  PUT (out, "\xff\xda\0\x08\1\1\0\1\0\0xy\xff\xff\0z\xff\xd9");
  return out;
}

/* A bit at a time, so that it is not the table that is tested against itself. */
static guint32
crc_of (const guint8 *data, gsize size)
{
  guint32 crc = 0xFFFFFFFF;

  for (gsize i = 0; i < size; i++)
    {
      crc ^= data[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
    }
  return ~crc;
}

static void
put_chunk (GByteArray *out, const char *type, const char *data, guint size)
{
  guint start = out->len + 4;

  put_be32 (out, size);
  put (out, type, 4);
  put (out, data, size);
  put_be32 (out, crc_of (out->data + start, out->len - start));
}

#define CHUNK(out, type, literal) put_chunk (out, type, literal, sizeof (literal) - 1)

static GByteArray *
make_png (void)
{
  GByteArray *out = g_byte_array_new ();

  PUT (out, "\x89PNG\r\n\x1a\n");
  CHUNK (out, "IHDR", "\0\0\0\5\0\0\0\3\x08\3\0\0\1");
  CHUNK (out, "pHYs", "\0\0\0\1\0\0\0\1\0");
  CHUNK (out, "PLTE", "\0\0\0\xff\xff\xff");
  CHUNK (out, "IDAT", "ab");
  CHUNK (out, "IDAT", "");
  CHUNK (out, "tEXt", "a\0b");
  CHUNK (out, "IEND", "");
  return out;
}

static GByteArray *
make_gif (void)
{
  GByteArray *out = g_byte_array_new ();

  PUT (out, "GIF89a\5\0\3\0\x80\0\0\0\0\0\xff\xff\xff");
  PUT (out, "\x21\xff\x0bNETSCAPE2.0\3\1\0\0\0\x21\xf9\4\0\x0a\0\0\0");
  PUT (out, "\x2c\0\0\0\0\5\0\3\0\0\2\2ab\0");
  PUT (out, "\x2c\1\0\1\0\2\0\1\0\x81wwwwwwwwwwww\2\1a\0;");
  return out;
}

static GByteArray *
make_bmp (void)
{
  GByteArray *out = g_byte_array_new ();
  const guint size = (WIDTH * 3 + 1) * HEIGHT;

  PUT (out, "BM");
  put_le32 (out, 54 + size);
  put_le32 (out, 0);
  put_le32 (out, 54);
  put_le32 (out, 40);
  put_le32 (out, WIDTH);
  put_le32 (out, (guint32) -HEIGHT);
  put_le16 (out, 1);
  put_le16 (out, 24);
  for (guint i = 0; i < 6; i++)
    put_le32 (out, 0);
  g_byte_array_set_size (out, 54 + size);
  memset (out->data + 54, 'x', size);
  return out;
}

static void
add_object (GByteArray *out, guint number, const char *text)
{
  g_autofree char *object = g_strdup_printf ("%u 0 obj\n%s\nendobj\n", number, text);

  put (out, object, (guint) strlen (object));
}

static void
add_pages (GByteArray *out, guint pages)
{
  GString *node = g_string_new ("<</Type /Pages /Kids [");

  for (guint i = 0; i < pages; i++)
    g_string_append_printf (node, "%u 0 R ", 3 + i);
  g_string_append_printf (node, "] /Count %u /MediaBox [0 0 595 842.5]>>", pages);
  add_object (out, 1, "<</Type /Catalog /Pages 2 0 R /Lang (a\\)b(c)) /Other <feff>>>");
  add_object (out, 2, node->str);
  for (guint i = 0; i < pages; i++)
    add_object (out, 3 + i, "<</Type /Page /Parent 2 0 R>>");
  g_string_free (node, TRUE);
}

static GByteArray *
make_long_pdf (guint pages)
{
  GByteArray *out = g_byte_array_new ();

  PUT (out, "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n");
  add_pages (out, pages);
  PUT (out, "trailer\n<</Root 1 0 R /Size 4>>\nstartxref\n9\n%%EOF\n");
  return out;
}

static GByteArray *
make_pdf (void)
{
  return make_long_pdf (2);
}

static const struct
{
  const char *name;
  YyDocumentFormat format;
  GByteArray *(*make) (void);
  guint width;
  guint height;
  guint pages;
} samples[] = {
  { "jpg", YY_DOCUMENT_JPEG, make_jpeg, WIDTH, HEIGHT, 1 },
  { "png", YY_DOCUMENT_PNG, make_png, WIDTH, HEIGHT, 1 },
  { "gif", YY_DOCUMENT_GIF, make_gif, WIDTH, HEIGHT, 1 },
  { "bmp", YY_DOCUMENT_BMP, make_bmp, WIDTH, HEIGHT, 1 },
  { "pdf", YY_DOCUMENT_PDF, make_pdf, 0, 0, 2 },
};

/* In a block of exactly its size, so that the sanitizers see a look beyond. */
static YyDocumentFault
check_copy (const guint8 *data, gsize size, YyDocumentInfo *info)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  return yy_document_check (bytes, info);
}

static YyDocumentFault
check (const GByteArray *document)
{
  YyDocumentInfo info;

  return check_copy (document->data, document->len, &info);
}

#define assert_fault(document, fault)                                                              \
  g_assert_cmpstr (yy_document_fault_get_nick (check (document)), ==,                              \
                   yy_document_fault_get_nick (fault))

static void
test_good (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GByteArray) document = samples[i].make ();
      YyDocumentInfo info;

      g_test_message ("%s", samples[i].name);
      assert_fault (document, YY_DOCUMENT_GOOD);
      check_copy (document->data, document->len, &info);
      g_assert_cmpint (info.format, ==, samples[i].format);
      g_assert_cmpuint (info.width, ==, samples[i].width);
      g_assert_cmpuint (info.height, ==, samples[i].height);
      g_assert_cmpuint (info.pages, ==, samples[i].pages);
      g_assert_cmpstr (yy_document_format_get_suffix (info.format), ==, samples[i].name);
    }
}

/* An upload that was cut off is never taken for the whole; only a line's end may be missing. */
static void
test_truncated (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GByteArray) document = samples[i].make ();
      gsize whole = document->len - (samples[i].format == YY_DOCUMENT_PDF ? 1 : 0);

      for (gsize size = 0; size < whole; size++)
        {
          YyDocumentInfo info;

          g_test_message ("%s of %" G_GSIZE_FORMAT " bytes", samples[i].name, size);
          g_assert_cmpint (check_copy (document->data, size, &info), !=, YY_DOCUMENT_GOOD);
        }
    }
}

/* Whatever becomes of a byte, nothing is read that is not there, and what is found is in bounds. */
static void
test_every_byte_changed (void)
{
  static const guint8 masks[] = { 0x01, 0x80, 0xFF, 0x20, 0x55 };

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GByteArray) document = samples[i].make ();

      for (guint at = 0; at < document->len; at++)
        for (guint m = 0; m < G_N_ELEMENTS (masks); m++)
          {
            YyDocumentInfo info;

            document->data[at] ^= masks[m];
            if (check_copy (document->data, document->len, &info) == YY_DOCUMENT_GOOD)
              {
                g_assert_cmpuint (info.pages, >=, 1);
                g_assert_cmpuint (info.pages, <=, YY_DOCUMENT_MAX_PAGES);
                g_assert_cmpuint ((guint64) info.width * info.height, <=, YY_DOCUMENT_MAX_PIXELS);
              }
            document->data[at] ^= masks[m];
          }
    }
}

/* PNG alone has sums over all of it. */
static void
test_png_sums (void)
{
  g_autoptr (GByteArray) document = make_png ();

  for (guint at = 8; at < document->len; at++)
    {
      document->data[at] ^= 1;
      assert_fault (document, YY_DOCUMENT_CONTENT);
      document->data[at] ^= 1;
    }
}

static void
mutate (GByteArray *document)
{
  static const char *const words[] = {
    "obj",       "1 0 obj",   "stream\n", "endobj", "<<",           ">>",
    "[",         "]",         "/Kids",    "/Pages", "2 0 R",        "/N 3",
    "/First 20", "(",         ")",        "%",      "/Length 9",    "trailer",
    "%%EOF",     "startxref", "\xff\xd9", "\xff\0", "\xff\xff\xff", "\0\0\0",
  };
  guint at = (guint) g_test_rand_int_range (0, (gint32) document->len);
  const char *word = words[g_test_rand_int_range (0, G_N_ELEMENTS (words))];
  gsize length = MAX (1, strlen (word));

  switch (g_test_rand_int_range (0, 4))
    {
    case 0:
      document->data[at] = (guint8) g_test_rand_int ();
      break;
    case 1:
      memcpy (document->data + at, word, MIN (length, document->len - at));
      break;
    case 2:
      g_byte_array_remove_range (document, at, MIN (document->len - at, 1 + at % 7));
      break;
    default:
      {
        g_autofree guint8 *copy = g_memdup2 (document->data + at, MIN (document->len - at, 40));

        g_byte_array_append (document, copy, MIN (document->len - at, 40));
      }
      break;
    }
}

static void
test_mutations (void)
{
  guint rounds = g_test_slow () ? 200000 : 4000;

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    for (guint round = 0; round < rounds; round++)
      {
        g_autoptr (GByteArray) document = samples[i].make ();
        guint count = (guint) g_test_rand_int_range (1, 8);

        for (guint m = 0; m < count && document->len > 0; m++)
          mutate (document);
        (void) check (document);
      }
}

static void
test_sizes (void)
{
  g_autoptr (GByteArray) document = make_pdf ();
  g_autoptr (GByteArray) empty = g_byte_array_new ();
  guint size = document->len;

  assert_fault (empty, YY_DOCUMENT_EMPTY);
  g_byte_array_set_size (document, YY_DOCUMENT_MAX_SIZE);
  memset (document->data + size, '\n', document->len - size);
  assert_fault (document, YY_DOCUMENT_GOOD);
  PUT (document, "\n");
  assert_fault (document, YY_DOCUMENT_TOO_LARGE);
}

static void
test_types (void)
{
  static const char *const others[] = {
    "x",      "\xff\xd8", "\x89PNG\r\n\x1a", "GIF7",        "B", "%PDF",
    "PK\3\4", "MZ",       "<html>",          "#!/bin/sh\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (GByteArray) document = g_byte_array_new ();

      put (document, others[i], (guint) strlen (others[i]));
      assert_fault (document, YY_DOCUMENT_TYPE);
    }
}

static void
test_tails (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GByteArray) document = samples[i].make ();
      g_autoptr (GByteArray) pdf = samples[i].make ();
      g_autoptr (GByteArray) zip = samples[i].make ();

      g_test_message ("%s", samples[i].name);
      PUT (document, "\r\n\0\0\0");
      assert_fault (document, YY_DOCUMENT_GOOD);
      PUT (document, "a scanner's name");
      assert_fault (document, YY_DOCUMENT_GOOD);
      PUT (document, "................................................................");
      assert_fault (document, YY_DOCUMENT_CONTENT);
      PUT (zip, "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
      assert_fault (zip, YY_DOCUMENT_CONTENT);
      PUT (pdf, "%PDF-1.4\n");
      assert_fault (pdf, YY_DOCUMENT_CONTENT);
    }
}

/* One byte of a sample set to something that cannot be. */
static void
test_impossible (void)
{
  static const struct
  {
    guint sample;
    const char *what;
    guint at;
    guint8 value;
  } bad[] = {
    { 1, "no width", 19, 0 },
    { 2, "no width", 6, 0 },
    { 2, "no height", 8, 0 },
    { 2, "another version", 4, '8' },
    { 3, "no width", 18, 0 },
    { 3, "an unknown header", 14, 41 },
    { 3, "two planes", 26, 2 },
    { 3, "an odd depth", 28, 23 },
    { 3, "a picture in another format inside", 30, 4 },
    { 3, "pixels in the header", 10, 53 },
    { 3, "pixels behind the end", 12, 1 },
    { 3, "more rows than there are", 22, 0xF0 },
    { 4, "another header", 5, 'x' },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GByteArray) document = samples[bad[i].sample].make ();

      g_test_message ("%s: %s", samples[bad[i].sample].name, bad[i].what);
      document->data[bad[i].at] = bad[i].value;
      assert_fault (document, YY_DOCUMENT_CONTENT);
    }
}

static GByteArray *
jpeg_of_size (guint16 width, guint16 height, guint scans)
{
  GByteArray *out = g_byte_array_new ();
  const guint8 size[] = { (guint8) (height >> 8), (guint8) height, (guint8) (width >> 8),
                          (guint8) width };

  PUT (out, "\xff\xd8\xff\xc0\0\x0b\x08");
  put (out, (const char *) size, sizeof size);
  PUT (out, "\1\1\x11\0");
  for (guint i = 0; i < scans; i++)
    PUT (out, "\xff\xda\0\x08\1\1\0\0\0\0a");
  PUT (out, "\xff\xd9");
  return out;
}

static void
test_jpeg_limits (void)
{
  static const struct
  {
    guint16 width;
    guint16 height;
    guint scans;
    YyDocumentFault fault;
  } cases[] = {
    { 8000, 8000, 1, YY_DOCUMENT_GOOD }, { 8000, 8001, 1, YY_DOCUMENT_CONTENT },
    { 65535, 976, 1, YY_DOCUMENT_GOOD }, { 65535, 65535, 1, YY_DOCUMENT_CONTENT },
    { 10, 0, 1, YY_DOCUMENT_CONTENT },   { 0, 10, 1, YY_DOCUMENT_CONTENT },
    { 10, 10, 0, YY_DOCUMENT_CONTENT },  { 10, 10, 64, YY_DOCUMENT_GOOD },
    { 10, 10, 65, YY_DOCUMENT_CONTENT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) document =
          jpeg_of_size (cases[i].width, cases[i].height, cases[i].scans);

      g_test_message ("%u by %u, %u scans", cases[i].width, cases[i].height, cases[i].scans);
      assert_fault (document, cases[i].fault);
    }
}

static void
test_page_limit (void)
{
  static const struct
  {
    guint pages;
    YyDocumentFault fault;
  } cases[] = {
    { 0, YY_DOCUMENT_CONTENT },
    { 1, YY_DOCUMENT_GOOD },
    { YY_DOCUMENT_MAX_PAGES, YY_DOCUMENT_GOOD },
    { YY_DOCUMENT_MAX_PAGES + 1, YY_DOCUMENT_PAGES },
    { 100, YY_DOCUMENT_PAGES },
    { 10000, YY_DOCUMENT_PAGES },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) document = make_long_pdf (cases[i].pages);

      g_test_message ("%u pages", cases[i].pages);
      assert_fault (document, cases[i].fault);
    }
}

/* The text of a PDF with one thing replaced. */
static void
test_pdf_faults (void)
{
  static const struct
  {
    const char *part;
    const char *by;
  } bad[] = {
    { "/Root 1", "/Encrypt 3 0 R /Root 1" },
    { "/Root 1", "/Encrypt <<>> /Root 1" },
    { "/Type /Page ", "/Encrypt <<>> " },
    { "/Pages 2 0 R", "" },
    { "/Pages 2 0 R", "/Pages 7 0 R" },
    { "/Pages 2 0 R", "/Pages <</Kids [3 0 R]>>" },
    { "[3 0 R", "[2 0 R" },
    { "[3 0 R", "[7 0 R" },
    { "[3 0 R", "[3 0R" },
    { "[3 0 R", "[null" },
    { "[3 0 R", "[[3 0 R]" },
    { "/Kids", "/Kids [] /Kids" },
    { "startxref\n9", "startxref\n" },
    { "startxref\n9", "startxref\n-9" },
    { "startxref\n9", "startxref\n99999" },
    { "startxref\n9", "startxref\nnine" },
    { "%%EOF", "%%E0F" },
    { "595 842", "595 >> 842" },
    { "(a\\)b(c))", "(a\\)b(c)\\)" },
    { "<feff>", "<feff" },
  };
  g_autoptr (GByteArray) document = make_pdf ();

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GString) text = g_string_new_len ((char *) document->data, document->len);
      g_autoptr (GBytes) bytes = NULL;
      YyDocumentInfo info;

      g_test_message ("%s", bad[i].by);
      g_assert_cmpuint (g_string_replace (text, bad[i].part, bad[i].by, 1), ==, 1);
      bytes = g_bytes_new (text->str, text->len);
      g_assert_cmpint (yy_document_check (bytes, &info), ==, YY_DOCUMENT_CONTENT);
    }
}

static void
test_nesting (void)
{
  static const struct
  {
    guint depth;
    YyDocumentFault fault;
  } cases[] = {
    { 50, YY_DOCUMENT_GOOD },
    { 70, YY_DOCUMENT_CONTENT },
    { 100000, YY_DOCUMENT_CONTENT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) document = g_byte_array_new ();
      g_autofree char *open = g_strnfill (cases[i].depth, '[');
      g_autofree char *close = g_strnfill (cases[i].depth, ']');
      g_autofree char *nested = g_strconcat (open, close, NULL);

      PUT (document, "%PDF-1.4\n");
      add_pages (document, 1);
      add_object (document, 9, nested);
      PUT (document, "startxref\n9\n%%EOF");
      assert_fault (document, cases[i].fault);
    }
}

static void
test_names (void)
{
  for (int i = 0; i < YY_DOCUMENT_N_FAULTS; i++)
    {
      YyDocumentFault fault = YY_DOCUMENT_GOOD;

      g_assert_true (
          yy_document_fault_from_nick (yy_document_fault_get_nick ((YyDocumentFault) i), &fault));
      g_assert_cmpint (fault, ==, i);
      g_assert_cmpstr (yy_document_fault_get_message (fault), !=, "");
    }
  g_assert_cmpstr (yy_document_fault_get_nick (YY_DOCUMENT_TOO_LARGE), ==, "too-large");
  g_assert_false (yy_document_fault_from_nick ("bad", &(YyDocumentFault){ YY_DOCUMENT_GOOD }));
  g_assert_false (yy_document_fault_from_nick (NULL, &(YyDocumentFault){ YY_DOCUMENT_GOOD }));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/document/good", test_good);
  g_test_add_func ("/document/truncated", test_truncated);
  g_test_add_func ("/document/every-byte-changed", test_every_byte_changed);
  g_test_add_func ("/document/png-sums", test_png_sums);
  g_test_add_func ("/document/mutations", test_mutations);
  g_test_add_func ("/document/sizes", test_sizes);
  g_test_add_func ("/document/types", test_types);
  g_test_add_func ("/document/tails", test_tails);
  g_test_add_func ("/document/impossible", test_impossible);
  g_test_add_func ("/document/jpeg-limits", test_jpeg_limits);
  g_test_add_func ("/document/page-limit", test_page_limit);
  g_test_add_func ("/document/pdf-faults", test_pdf_faults);
  g_test_add_func ("/document/nesting", test_nesting);
  g_test_add_func ("/document/names", test_names);
  return g_test_run ();
}
