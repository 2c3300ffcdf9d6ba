/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-authority.h"
#include "ra/ra-store.h"
#include "ra/ra-vault.h"

#include "order/yy-profile.h"

G_BEGIN_DECLS

/**
 * RaSite:
 * @url: the service's address, without a slash at the end
 * @validity_days: of the certificates issued; 0: the years of the order
 *
 * One CA: what is in its directory. The office's commands and the service both open it. Main
 * thread only.
 */
typedef struct
{
  char *directory;
  char *url;
  guint validity_days;
  YyProfile *profile;
  RaVault *vault;
  RaStore *store;
  RaAuthority *authority;
} RaSite;

/**
 * RaSitePlan:
 * @url: https://HOST[:PORT]
 * @profile: path of a CA profile
 * @validity_days: -1: as in the profile
 */
typedef struct
{
  const char *directory;
  const char *url;
  const char *profile;
  int validity_days;
} RaSitePlan;

/**
 * ra_site_create:
 *
 * Makes keys, certificates, database and the office's first account. Everything is made beside the
 * directory and moved there in one step at the end.
 *
 * Returns: %FALSE with %YY_ERROR_REFUSED when @directory has something in it
 */
gboolean ra_site_create (const RaSitePlan *plan, GError **error);

RaSite *ra_site_open (const char *directory, GError **error);
void ra_site_free (RaSite *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaSite, ra_site_free)

/**
 * ra_site_add_account:
 * @who: for the audit log
 * @file: name of the key file in the directory
 *
 * Makes an office account; its key is in @file alone, the store has a keyed hash of it. Needs a
 * transaction.
 */
gboolean ra_site_add_account (RaSite *site,
                              const char *who,
                              const char *name,
                              const char *file,
                              GError **error);

/** ra_site_get_number: Returns: a number of the profile, @fallback when it is not there or not from
 * @low to @high */
guint ra_site_get_number (RaSite *site,
                          const char *group,
                          const char *key,
                          guint low,
                          guint high,
                          guint fallback);
/** ra_site_dup_text: Returns: (transfer full): a text of the profile, @fallback when there is none
 */
char *ra_site_dup_text (RaSite *site, const char *group, const char *key, const char *fallback);

G_END_DECLS
