/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-database.h"
#include "ra/ra-store.h"

struct _RaStore
{
  RaDatabase *database;
};

/**
 * ra_store_upgrade:
 * @create: the database is new
 *
 * Brings the database to the version that this program knows, one step a transaction. Nothing is
 * lost by it; the way back is a copy made before.
 *
 * Returns: %FALSE with %YY_ERROR_INVALID_DATA when it is newer than the program, or none of ours
 */
gboolean ra_store_upgrade (RaDatabase *database, gboolean create, GError **error);

/** ra_store_finish: propagates @local; Returns: whether there was none */
gboolean ra_store_finish (GError *local, GError **error);
