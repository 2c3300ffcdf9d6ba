/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ra/ra-database.h"
#include "ra/ra-store.h"

struct _RaStore
{
  RaDatabase *database;
};
