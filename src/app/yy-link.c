/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-link.h"

#include <string.h>

#define SCHEME "yinyao:"

static const struct
{
  const char *name;
  const char *page;
  YyLink link;
} links[] = {
  { "home", "home", YY_LINK_HOME },
  { "certificates", "certificates", YY_LINK_CERTIFICATES },
  { "renewal", "renewal", YY_LINK_RENEWAL },
  { "seals", "seals", YY_LINK_SEALS },
  { "drivers", "drivers", YY_LINK_DRIVERS },
  { "activate", "home", YY_LINK_ACTIVATE },
  { "unlock", "home", YY_LINK_UNLOCK },
};

YyLink
yy_link_parse (const char *uri)
{
  gsize length = 0;

  if (g_ascii_strncasecmp (uri, SCHEME, strlen (SCHEME)) != 0)
    return YY_LINK_UNKNOWN;
  uri += strlen (SCHEME);
  if (g_str_has_prefix (uri, "//"))
    uri += 2;
  length = strcspn (uri, "/?#");
  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    if (length == strlen (links[i].name) && g_ascii_strncasecmp (uri, links[i].name, length) == 0)
      return links[i].link;
  return length == 0 ? YY_LINK_HOME : YY_LINK_UNKNOWN;
}

const char *
yy_link_get_page (YyLink link)
{
  for (guint i = 0; i < G_N_ELEMENTS (links); i++)
    if (links[i].link == link)
      return links[i].page;
  return NULL;
}
