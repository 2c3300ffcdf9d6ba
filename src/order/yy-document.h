/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/yy-error.h"

G_BEGIN_DECLS

/** YY_DOCUMENT_MAX_SIZE: bytes of a document uploaded by the client (1024 KB) */
#define YY_DOCUMENT_MAX_SIZE (1024 * 1024)
/** YY_DOCUMENT_MAX_ORIGINAL: bytes of a picture that is made smaller before it is uploaded */
#define YY_DOCUMENT_MAX_ORIGINAL (64 * 1024 * 1024)
/** YY_DOCUMENT_MAX_PAGES: of a PDF */
#define YY_DOCUMENT_MAX_PAGES 20
/** YY_DOCUMENT_MAX_PIXELS: of a picture: a decoder would need four bytes for each */
#define YY_DOCUMENT_MAX_PIXELS (64 * 1000 * 1000)

/** YyDocumentFormat: told by content, never by name */
typedef enum
{
  YY_DOCUMENT_JPEG,
  YY_DOCUMENT_PNG,
  YY_DOCUMENT_GIF,
  YY_DOCUMENT_BMP,
  YY_DOCUMENT_PDF,
} YyDocumentFormat;

/** YyDocumentFault: why a document cannot be taken */
typedef enum
{
  YY_DOCUMENT_GOOD,
  YY_DOCUMENT_EMPTY,
  YY_DOCUMENT_TOO_LARGE,
  YY_DOCUMENT_TYPE,    /* none of the formats */
  YY_DOCUMENT_CONTENT, /* damaged, encrypted, or would unpack to too much */
  YY_DOCUMENT_PAGES,
  YY_DOCUMENT_DIGEST, /* not what was announced */
} YyDocumentFault;
#define YY_DOCUMENT_N_FAULTS 7

/** YyDocumentInfo: @width and @height in pixels, 0 for a PDF; @pages is 1 for a picture */
typedef struct
{
  YyDocumentFormat format;
  guint width;
  guint height;
  guint pages;
} YyDocumentInfo;

/**
 * yy_document_check:
 * @bytes: hostile input
 * @info: (out): what it is, when it is good
 *
 * Looks at a document without decoding or rendering it: its structure from the first to the last
 * byte, the size of the picture, the number of pages. Bounded in time and memory whatever @bytes
 * is. Any thread.
 */
YyDocumentFault yy_document_check (GBytes *bytes, YyDocumentInfo *info);

/**
 * yy_document_check_original:
 *
 * Like yy_document_check(), for a picture that is to be made smaller: up to
 * %YY_DOCUMENT_MAX_ORIGINAL bytes, whatever a telephone put behind a JPEG, and never a PDF, which
 * is %YY_DOCUMENT_TOO_LARGE.
 */
YyDocumentFault yy_document_check_original (GBytes *bytes, YyDocumentInfo *info);

/** yy_document_guess_format: Returns: whether @bytes begin like one of the formats */
gboolean yy_document_guess_format (GBytes *bytes, YyDocumentFormat *format);

/** yy_document_fault_get_nick: Returns: as in the interface: "too-large" */
const char *yy_document_fault_get_nick (YyDocumentFault fault);
gboolean yy_document_fault_from_nick (const char *nick, YyDocumentFault *fault);
/** yy_document_fault_get_message: Returns: translated, for people; what is wrong and what to do */
const char *yy_document_fault_get_message (YyDocumentFault fault);
/** yy_document_format_get_suffix: Returns: "jpg", "png", … without a dot */
const char *yy_document_format_get_suffix (YyDocumentFormat format);

G_END_DECLS
