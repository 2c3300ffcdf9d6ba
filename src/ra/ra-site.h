/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-authority.h"
#include "ra/ra-rules.h"
#include "ra/ra-store.h"
#include "ra/ra-vault.h"

#include "order/yy-profile.h"

G_BEGIN_DECLS

/**
 * RaSite:
 * @directory: an absolute path
 * @url: the service's address, without a slash at the end
 *
 * One CA: what is in its directory. The office's commands and the service both open it. Main
 * thread only.
 */
typedef struct
{
  char *directory;
  char *url;
  RaRules *rules;
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

/**
 * ra_site_refresh_server:
 *
 * Makes a new certificate for TLS when the present one ends within 60 days.
 */
gboolean ra_site_refresh_server (RaSite *site, GError **error);

G_END_DECLS
