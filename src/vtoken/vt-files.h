/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vtoken/vt-tlv.h"

G_BEGIN_DECLS

/** The largest file: its end must be reachable with an offset of two bytes. */
#define VT_MAX_FILE 65000
/** What a file costs besides its content. */
#define VT_FILE_OVERHEAD 16

/** VtFiles: the card's files, sorted by file identifier. No file system, no rights: only bytes. */
typedef struct _VtFiles VtFiles;

VtFiles *vt_files_new (void);
void vt_files_free (VtFiles *files);
void vt_files_clear (VtFiles *files);

/** vt_files_get: Returns: (transfer none) (nullable): the content */
const GByteArray *vt_files_get (VtFiles *files, guint16 fid);

/**
 * vt_files_write:
 * @offset: not behind the end
 *
 * Creates the file if need be and writes over or behind what is there. Nothing at offset 0 empties
 * it: so a file is created.
 */
void vt_files_write (VtFiles *files, guint16 fid, gsize offset, VtSpan bytes);
gboolean vt_files_remove (VtFiles *files, guint16 fid);

guint vt_files_count (VtFiles *files);
/** vt_files_size: Returns: card memory all files take */
gsize vt_files_size (VtFiles *files);

typedef void (*VtFileFunc) (guint16 fid, const GByteArray *content, gpointer user_data);
/** vt_files_each: In ascending order. */
void vt_files_each (VtFiles *files, VtFileFunc func, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VtFiles, vt_files_free)

G_END_DECLS
