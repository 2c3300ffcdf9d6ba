/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-files.h"

#include <string.h>

struct _VtFiles
{
  GTree *tree; /* fid → GByteArray */
};

static int
compare_fids (gconstpointer a, gconstpointer b, gpointer unused)
{
  return (int) GPOINTER_TO_UINT (a) - (int) GPOINTER_TO_UINT (b);
}

VtFiles *
vt_files_new (void)
{
  VtFiles *files = g_new0 (VtFiles, 1);

  files->tree = g_tree_new_full (compare_fids, NULL, NULL, (GDestroyNotify) g_byte_array_unref);
  return files;
}

void
vt_files_free (VtFiles *files)
{
  g_tree_unref (files->tree);
  g_free (files);
}

void
vt_files_clear (VtFiles *files)
{
  g_tree_remove_all (files->tree);
}

static GByteArray *
lookup (VtFiles *files, guint16 fid)
{
  return g_tree_lookup (files->tree, GUINT_TO_POINTER (fid));
}

const GByteArray *
vt_files_get (VtFiles *files, guint16 fid)
{
  return lookup (files, fid);
}

void
vt_files_write (VtFiles *files, guint16 fid, gsize offset, VtSpan bytes)
{
  GByteArray *content = lookup (files, fid);

  if (content == NULL)
    {
      content = g_byte_array_new ();
      g_tree_insert (files->tree, GUINT_TO_POINTER (fid), content);
    }
  g_return_if_fail (offset <= content->len && offset + bytes.length <= VT_MAX_FILE);
  if (offset == 0 && bytes.length == 0)
    g_byte_array_set_size (content, 0);
  if (offset + bytes.length > content->len)
    g_byte_array_set_size (content, (guint) (offset + bytes.length));
  if (bytes.length > 0)
    memcpy (content->data + offset, bytes.data, bytes.length);
}

gboolean
vt_files_remove (VtFiles *files, guint16 fid)
{
  return g_tree_remove (files->tree, GUINT_TO_POINTER (fid));
}

guint
vt_files_count (VtFiles *files)
{
  return (guint) g_tree_nnodes (files->tree);
}

static void
add_size (guint16 fid, const GByteArray *content, gpointer user_data)
{
  gsize *size = user_data;

  *size += content->len + VT_FILE_OVERHEAD;
}

gsize
vt_files_size (VtFiles *files)
{
  gsize size = 0;

  vt_files_each (files, add_size, &size);
  return size;
}

void
vt_files_each (VtFiles *files, VtFileFunc func, gpointer user_data)
{
  for (GTreeNode *node = g_tree_node_first (files->tree); node != NULL;
       node = g_tree_node_next (node))
    func ((guint16) GPOINTER_TO_UINT (g_tree_node_key (node)), g_tree_node_value (node), user_data);
}
