/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-document-format.h"
#include "order/yy-pdf-pages.h"

#include <string.h>

/* Objects lie beside each other: a file is read about once, its references up to three times. */
#define READINGS 6
/* Of all object streams together; those of 20 pages have some 100 KB. */
#define MAX_INFLATED (4 * 1024 * 1024)
#define MAX_RATIO    100
#define FREE_OUTPUT  (64 * 1024)
#define MAX_OBJECTS  100000
#define MAX_DIGITS   10

/* Entries of an object's own dictionary; one bit each, to notice when one is there twice. */
typedef enum
{
  SEEN_KIDS = 1 << 0,
  SEEN_N = 1 << 1,
  SEEN_FIRST = 1 << 2,
  SEEN_FILTER = 1 << 3,
  SEEN_LENGTH = 1 << 4,
  SEEN_ODD = 1 << 5, /* entries that an object stream has no use for */
} Seen;

typedef struct
{
  YyPdfPages *pages;
  gsize budget;
  gsize inflated;
  guint objects;
  gboolean encrypted;
} Scan;

typedef struct
{
  Scan *scan;
  guint seen;
  guint twice;
  gboolean object_stream;
  YyPdfValue kids;
  YyPdfValue filter;
  gint64 count;
  gint64 n;
  gint64 first;
  gint64 length;
} Entries;

static guint
bit_of (const char *key)
{
  static const struct
  {
    const char *key;
    guint bit;
  } known[] = {
    { "Kids", SEEN_KIDS },     { "N", SEEN_N },           { "First", SEEN_FIRST },
    { "Filter", SEEN_FILTER }, { "Length", SEEN_LENGTH }, { "DecodeParms", SEEN_ODD },
    { "DP", SEEN_ODD },        { "F", SEEN_ODD },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (key, known[i].key))
      return known[i].bit;
  return 0;
}

static void
note_entry (Entries *entries, guint bit, const YyPdfValue *value)
{
  gint64 integer = value->type == YY_PDF_INTEGER ? value->integer : -1;

  entries->twice |= entries->seen & bit;
  entries->seen |= bit;
  switch (bit)
    {
    case SEEN_KIDS:
      entries->kids = *value;
      break;
    case SEEN_FILTER:
      entries->filter = *value;
      break;
    case SEEN_N:
      entries->n = integer;
      break;
    case SEEN_FIRST:
      entries->first = integer;
      break;
    case SEEN_LENGTH:
      entries->length = integer;
      break;
    default:
      break;
    }
}

static gboolean
on_entry (const char *key, const YyPdfValue *value, guint depth, gpointer user_data)
{
  Entries *entries = user_data;

  /* A catalogue may stand inside a trailer. */
  if (g_str_equal (key, "Pages") && value->type == YY_PDF_REFERENCE)
    yy_pdf_pages_add_root (entries->scan->pages, value->integer);
  if (g_str_equal (key, "Pages") && value->type == YY_PDF_DICTIONARY)
    return FALSE;
  if (depth > 1)
    return TRUE;
  if (g_str_equal (key, "Encrypt") && value->type != YY_PDF_OTHER)
    entries->scan->encrypted = TRUE;
  if (g_str_equal (key, "Count") && value->type == YY_PDF_INTEGER)
    entries->count = MAX (entries->count, value->integer);
  if (g_str_equal (key, "Type") && value->type == YY_PDF_NAME)
    entries->object_stream |= g_str_equal (value->name, "ObjStm");
  note_entry (entries, bit_of (key), value);
  return TRUE;
}

static void
reader_init (YyPdfReader *reader, Entries *entries, Scan *scan, const guint8 *data, gsize size)
{
  *entries = (Entries){ .scan = scan };
  *reader = (YyPdfReader){
    .data = data,
    .size = size,
    .budget = &scan->budget,
    .entry = on_entry,
    .user_data = entries,
  };
}

/* Whatever the reader stands at is the object @number. */
static gboolean
read_object (YyPdfReader *reader, Entries *entries, guint32 number)
{
  YyPdfValue value;
  gboolean kids = FALSE;

  if (++entries->scan->objects > MAX_OBJECTS || !yy_pdf_reader_read_value (reader, &value) ||
      (entries->twice & SEEN_KIDS) != 0)
    return FALSE;
  kids = (entries->seen & SEEN_KIDS) != 0;
  yy_pdf_pages_add (entries->scan->pages, number, &value, kids ? &entries->kids : NULL,
                    entries->count);
  return TRUE;
}

/* ISO 32000-1, 7.5.7: pairs of an object's number and its place behind @first, then the objects. */
static gboolean
read_packed_objects (Scan *scan, const guint8 *data, gsize size, gint64 n, gint64 first)
{
  YyPdfReader table;
  Entries none;

  if (n < 0 || first < 0 || first > (gint64) size)
    return FALSE;
  reader_init (&table, &none, scan, data, (gsize) first);
  for (gint64 i = 0; i < n; i++)
    {
      YyPdfValue number;
      YyPdfValue offset;
      YyPdfReader reader;
      Entries entries;

      if (!yy_pdf_reader_read_value (&table, &number) || number.type != YY_PDF_INTEGER ||
          !yy_pdf_reader_read_value (&table, &offset) || offset.type != YY_PDF_INTEGER ||
          number.integer < 0 || number.integer > G_MAXUINT32 || offset.integer < 0 ||
          offset.integer > (gint64) size - first)
        return FALSE;
      reader_init (&reader, &entries, scan, data, size);
      reader.position = (gsize) (first + offset.integer);
      if (!read_object (&reader, &entries, (guint32) number.integer))
        return FALSE;
    }
  return TRUE;
}

/* Inflates what begins at @data, within the limits, or returns NULL. */
static GByteArray *
inflate (Scan *scan, const guint8 *data, gsize size)
{
  g_autoptr (GZlibDecompressor) zlib = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
  g_autoptr (GByteArray) output = g_byte_array_new ();
  GConverterResult result = G_CONVERTER_CONVERTED;
  guint8 buffer[16 * 1024];
  gsize position = 0;

  while (result == G_CONVERTER_CONVERTED)
    {
      gsize used = 0;
      gsize made = 0;

      result = g_converter_convert (G_CONVERTER (zlib), data + position, size - position, buffer,
                                    sizeof buffer, G_CONVERTER_INPUT_AT_END, &used, &made, NULL);
      position += used;
      scan->inflated += made;
      if (result == G_CONVERTER_ERROR || used > scan->budget || scan->inflated > MAX_INFLATED ||
          output->len + made > FREE_OUTPUT + MAX_RATIO * position)
        return NULL;
      scan->budget -= used;
      g_byte_array_append (output, buffer, (guint) made);
    }
  scan->budget += (gsize) READINGS * output->len;
  return g_steal_pointer (&output);
}

static gboolean
is_deflated (const YyPdfValue *filter)
{
  return (filter->type == YY_PDF_NAME || (filter->type == YY_PDF_ARRAY && filter->n_items == 1)) &&
         g_str_equal (filter->name, "FlateDecode");
}

/* The reader stands behind the keyword "stream". Only the plain forms that programs write are
   read; readers would have to agree on the others. */
static gboolean
read_object_stream (YyPdfReader *reader, Entries *entries)
{
  const guint8 *data = reader->data + reader->position;
  gsize size = reader->size - reader->position;
  gsize newline = size > 1 && data[0] == '\r' && data[1] == '\n' ? 2 : 1;

  if (entries->twice != 0 || (entries->seen & SEEN_ODD) != 0 || size < newline ||
      (data[0] != '\r' && data[0] != '\n'))
    return FALSE;
  data += newline;
  size -= newline;
  if ((entries->seen & SEEN_FILTER) == 0)
    return entries->length >= 0 && entries->length <= (gint64) size &&
           read_packed_objects (entries->scan, data, (gsize) entries->length, entries->n,
                                entries->first);
  if (is_deflated (&entries->filter))
    {
      g_autoptr (GByteArray) packed = inflate (entries->scan, data, size);

      return packed != NULL && read_packed_objects (entries->scan, packed->data, packed->len,
                                                    entries->n, entries->first);
    }
  return FALSE;
}

static gboolean
read_plain_object (Scan *scan, const guint8 *data, gsize size, gsize position, guint32 number)
{
  YyPdfReader reader;
  Entries entries;
  const guint packed = SEEN_N | SEEN_FIRST;

  reader_init (&reader, &entries, scan, data, size);
  reader.position = position;
  if (!read_object (&reader, &entries, number))
    return FALSE;
  if ((!entries.object_stream && (entries.seen & packed) != packed) ||
      !yy_pdf_reader_skip_keyword (&reader, "stream"))
    return TRUE;
  return read_object_stream (&reader, &entries);
}

static gsize
skip_space_back (const guint8 *data, gsize position)
{
  while (position > 0 && yy_pdf_is_space (data[position - 1]))
    position--;
  return position;
}

typedef enum
{
  HEADER_NONE,
  HEADER_FOUND,
  HEADER_HIDDEN, /* written in a way that has no purpose but to hide it */
} Header;

/* Whether the text that ends at @end is in a comment. */
static gboolean
ends_in_comment (const guint8 *data, gsize end)
{
  while (end > 0 && data[end - 1] != '\n' && data[end - 1] != '\r')
    if (data[--end] == '%')
      return TRUE;
  return FALSE;
}

/* The number that ends at *@position, which is moved to its beginning. */
static Header
read_number_back (const guint8 *data, gsize *position, guint32 *number)
{
  guint64 weight = 1;
  guint64 value = 0;
  gsize end = *position;

  while (*position > 0 && g_ascii_isdigit (data[*position - 1]))
    {
      (*position)--;
      if (end - *position > MAX_DIGITS)
        return HEADER_HIDDEN;
      value += weight * (guint64) (data[*position] - '0');
      weight *= 10;
    }
  *number = (guint32) MIN (value, G_MAXUINT32);
  if (*position == end)
    return ends_in_comment (data, end) ? HEADER_HIDDEN : HEADER_NONE;
  if (*position > 0 && strchr ("+-.", data[*position - 1]) != NULL && data[*position - 1] != 0)
    return HEADER_HIDDEN;
  return HEADER_FOUND;
}

/* Whether "NUMBER GENERATION obj" stands around @position, where "obj" begins. */
static Header
read_header_back (const guint8 *data, gsize size, gsize position, guint32 *number)
{
  gsize end = skip_space_back (data, position);
  gsize start = end;
  guint32 generation = 0;
  Header header = HEADER_NONE;

  if (end == 0 || (end == position && !g_ascii_isdigit (data[end - 1])) ||
      (position + 3 < size && g_ascii_isalnum (data[position + 3])))
    return HEADER_NONE;
  header = read_number_back (data, &start, &generation);
  if (header != HEADER_FOUND)
    return header;
  end = skip_space_back (data, start);
  return end == start ? HEADER_NONE : read_number_back (data, &end, number);
}

/* Every object in the file, wherever it lies: the table that says which of them count is not
   believed, and a stream's data is not passed over, as neither could be if the file is hostile. */
static gboolean
read_all_objects (Scan *scan, const guint8 *data, gsize size)
{
  const guint8 *end = data + size;

  for (const guint8 *c = data; (c = memmem (c, (gsize) (end - c), "obj", 3)) != NULL; c += 3)
    {
      gsize position = (gsize) (c - data);
      guint32 number = 0;
      Header header = read_header_back (data, size, position, &number);

      if (header == HEADER_HIDDEN ||
          (header == HEADER_FOUND && !read_plain_object (scan, data, size, position + 3, number)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_all_trailers (Scan *scan, const guint8 *data, gsize size)
{
  static const char keyword[] = "trailer";
  const gsize length = sizeof keyword - 1;
  const guint8 *end = data + size;

  for (const guint8 *c = data; (c = memmem (c, (gsize) (end - c), keyword, length)) != NULL;
       c += length)
    {
      YyPdfReader reader;
      Entries entries;
      YyPdfValue value;

      reader_init (&reader, &entries, scan, data, size);
      reader.position = (gsize) (c - data) + length;
      /* The word may also stand in a text. */
      if (yy_pdf_reader_is_dictionary (&reader) && !yy_pdf_reader_read_value (&reader, &value))
        return FALSE;
    }
  return TRUE;
}

static const guint8 *
find_last (const guint8 *data, gsize size, const char *text)
{
  gsize length = strlen (text);

  for (gsize i = size; i >= length; i--)
    if (memcmp (data + i - length, text, length) == 0)
      return data + i - length;
  return NULL;
}

/* "startxref", a place in the file, "%%EOF", and nothing of weight behind them. */
static gboolean
has_end (Scan *scan, const guint8 *data, gsize size)
{
  static const char mark[] = "%%EOF";
  const guint8 *end = find_last (data, size, mark);
  const guint8 *start = end == NULL ? NULL : find_last (data, (gsize) (end - data), "startxref");
  gsize behind = 0;
  YyPdfReader reader;
  Entries entries;
  YyPdfValue place;

  if (start == NULL)
    return FALSE;
  behind = (gsize) (end - data) + strlen (mark);
  reader_init (&reader, &entries, scan, data, (gsize) (end - data));
  reader.position = (gsize) (start - data) + strlen ("startxref");
  return yy_pdf_reader_read_value (&reader, &place) && place.type == YY_PDF_INTEGER &&
         place.integer >= 0 && place.integer < (gint64) size &&
         yy_document_is_harmless_tail (data + behind, size - behind);
}

static gboolean
has_header (const guint8 *data, gsize size)
{
  return size > 8 && (data[5] == '1' || data[5] == '2') && data[6] == '.' &&
         g_ascii_isdigit (data[7]);
}

YyDocumentFault
yy_document_check_pdf (const guint8 *data, gsize size, YyDocumentInfo *info)
{
  g_autoptr (YyPdfPages) pages = yy_pdf_pages_new ();
  Scan scan = { .pages = pages, .budget = (size + 1) * READINGS };

  if (!has_header (data, size) || !has_end (&scan, data, size) ||
      !read_all_trailers (&scan, data, size) || scan.encrypted ||
      !read_all_objects (&scan, data, size) || scan.encrypted ||
      !yy_pdf_pages_count (pages, &info->pages))
    return YY_DOCUMENT_CONTENT;
  return info->pages <= YY_DOCUMENT_MAX_PAGES ? YY_DOCUMENT_GOOD : YY_DOCUMENT_PAGES;
}
