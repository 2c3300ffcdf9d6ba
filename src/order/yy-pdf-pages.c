/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-pdf-pages.h"

#define MAX_DEPTH 64
#define TOO_MANY  (YY_DOCUMENT_MAX_PAGES + 1)

/* What one version of an object is to a tree of pages (ISO 32000-1, 7.7.3). */
typedef enum
{
  NOTHING,
  LEAF,
  NODE,   /* has kids, or is an array of them */
  BROKEN, /* has kids that are no references */
} Kind;

typedef struct _Version Version;
struct _Version
{
  Version *next;
  Kind kind;
  guint pages; /* what it says of itself */
  guint n_kids;
  guint32 kids[];
};

typedef struct
{
  Version *versions;
  gboolean entered;
  gboolean counted;
  guint pages;
} Object;

struct _YyPdfPages
{
  GHashTable *objects;
  GArray *roots;
};

static void
object_free (gpointer data)
{
  Object *object = data;

  while (object->versions != NULL)
    {
      Version *version = object->versions;

      object->versions = version->next;
      g_free (version);
    }
  g_free (object);
}

YyPdfPages *
yy_pdf_pages_new (void)
{
  YyPdfPages *self = g_new0 (YyPdfPages, 1);

  self->objects = g_hash_table_new_full (NULL, NULL, NULL, object_free);
  self->roots = g_array_new (FALSE, FALSE, sizeof (guint32));
  return self;
}

void
yy_pdf_pages_free (YyPdfPages *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->objects);
  g_array_unref (self->roots);
  g_free (self);
}

void
yy_pdf_pages_add_root (YyPdfPages *self, gint64 number)
{
  guint32 root = (guint32) CLAMP (number, 0, G_MAXUINT32);

  g_array_append_val (self->roots, root);
}

static Version *
version_new (Kind kind, const guint32 *kids, guint n_kids)
{
  guint kept = MIN (n_kids, YY_PDF_MAX_REFERENCES);
  Version *version = g_malloc0 (sizeof (Version) + kept * sizeof (guint32));

  version->kind = kind;
  version->n_kids = n_kids;
  for (guint i = 0; i < kept; i++)
    version->kids[i] = kids[i];
  return version;
}

/* Both a reference and an array of nothing but references lead to more objects. */
static Version *
version_of_link (const YyPdfValue *value)
{
  guint32 number = (guint32) CLAMP (value->integer, 0, G_MAXUINT32);

  if (value->type == YY_PDF_REFERENCE)
    return version_new (NODE, &number, 1);
  if (value->type == YY_PDF_ARRAY)
    return version_new (value->n_references == value->n_items ? NODE : BROKEN, value->references,
                        value->n_references);
  return version_new (NOTHING, NULL, 0);
}

void
yy_pdf_pages_add (YyPdfPages *self,
                  guint32 number,
                  const YyPdfValue *value,
                  const YyPdfValue *kids,
                  gint64 count)
{
  Object *object = g_hash_table_lookup (self->objects, GUINT_TO_POINTER (number));
  Version *version = NULL;

  if (value->type != YY_PDF_DICTIONARY)
    version = version_of_link (value);
  else if (kids == NULL || (kids->type != YY_PDF_ARRAY && kids->type != YY_PDF_REFERENCE))
    version = version_new (LEAF, NULL, 0);
  else
    {
      version = version_of_link (kids);
      version->pages = (guint) CLAMP (count, 0, TOO_MANY);
    }
  if (object == NULL)
    {
      object = g_new0 (Object, 1);
      g_hash_table_insert (self->objects, GUINT_TO_POINTER (number), object);
    }
  version->next = object->versions;
  object->versions = version;
}

static gboolean count_object (YyPdfPages *self, guint32 number, guint depth, guint *pages);

static gboolean
count_version (YyPdfPages *self, const Version *version, guint depth, guint *pages)
{
  *pages = version->kind == LEAF ? 1 : 0;
  if (version->kind == BROKEN)
    return FALSE;
  if (version->n_kids > YY_DOCUMENT_MAX_PAGES)
    *pages = TOO_MANY;
  for (guint i = 0; i < version->n_kids && *pages < TOO_MANY; i++)
    {
      guint more = 0;

      if (!count_object (self, version->kids[i], depth + 1, &more))
        return FALSE;
      *pages += more;
    }
  *pages = MIN (MAX (*pages, version->pages), TOO_MANY);
  return TRUE;
}

static gboolean
count_object (YyPdfPages *self, guint32 number, guint depth, guint *pages)
{
  Object *object = g_hash_table_lookup (self->objects, GUINT_TO_POINTER (number));

  if (object == NULL || depth > MAX_DEPTH || (object->entered && !object->counted))
    return FALSE;
  object->entered = TRUE;
  for (Version *v = object->versions; v != NULL && !object->counted; v = v->next)
    {
      guint more = 0;

      if (!count_version (self, v, depth, &more))
        return FALSE;
      object->pages = MAX (object->pages, more);
    }
  object->counted = TRUE;
  *pages = object->pages;
  return TRUE;
}

gboolean
yy_pdf_pages_count (YyPdfPages *self, guint *pages)
{
  *pages = 0;
  for (guint i = 0; i < self->roots->len; i++)
    {
      guint more = 0;

      if (!count_object (self, g_array_index (self->roots, guint32, i), 0, &more))
        return FALSE;
      *pages = MAX (*pages, more);
    }
  return *pages > 0;
}
