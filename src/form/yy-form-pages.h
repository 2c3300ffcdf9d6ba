/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "form/yy-form-parts.h"

G_BEGIN_DECLS

/** yy_form_pages: Returns: (transfer full) (element-type YyPart): the pages of the form */
GPtrArray *yy_form_pages (const YyFormSource *source);

G_END_DECLS
