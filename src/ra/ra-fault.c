/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ra/ra-fault.h"

typedef struct
{
  const char *name; /* a literal */
  char *text;
  guint number;
} RaFaultPrivate;

static void
ra_fault_private_init (RaFaultPrivate *detail)
{
  *detail = (RaFaultPrivate){ 0 };
}

static void
ra_fault_private_copy (const RaFaultPrivate *source, RaFaultPrivate *detail)
{
  detail->name = source->name;
  detail->text = g_strdup (source->text);
  detail->number = source->number;
}

static void
ra_fault_private_clear (RaFaultPrivate *detail)
{
  g_free (detail->text);
}

G_DEFINE_EXTENDED_ERROR (RaFault, ra_fault)

static const struct
{
  const char *nick;
  guint status;
} faults[] = {
  [RA_FAULT_MALFORMED] = { "malformed", 400 },
  [RA_FAULT_UNAUTHORIZED] = { "unauthorized", 401 },
  [RA_FAULT_CODE_INCORRECT] = { "code-incorrect", 403 },
  [RA_FAULT_CODE_VOID] = { "code-void", 410 },
  [RA_FAULT_CODE_EXPIRED] = { "code-expired", 410 },
  [RA_FAULT_CODE_USED] = { "code-used", 410 },
  [RA_FAULT_NOT_FOUND] = { "not-found", 404 },
  [RA_FAULT_NOT_READY] = { "not-ready", 409 },
  [RA_FAULT_CONFLICT] = { "conflict", 409 },
  [RA_FAULT_TOO_LARGE] = { "too-large", 413 },
  [RA_FAULT_UNACCEPTABLE] = { "unacceptable", 422 },
  [RA_FAULT_SO_PIN_LOST] = { "so-pin-lost", 409 },
  [RA_FAULT_RATE_LIMITED] = { "rate-limited", 429 },
  [RA_FAULT_INTERNAL] = { "internal", 500 },
};

const char *
ra_fault_get_nick (RaFault fault)
{
  return faults[fault].nick;
}

guint
ra_fault_get_status (RaFault fault)
{
  return faults[fault].status;
}

static gboolean
set_detail (GError **error,
            RaFault fault,
            const char *message,
            const char *name,
            const char *text,
            guint number)
{
  GError *made = g_error_new_literal (RA_FAULT, (int) fault, message);
  RaFaultPrivate *detail = ra_fault_get_private (made);

  detail->name = name;
  detail->text = g_strdup (text);
  detail->number = number;
  g_propagate_error (error, made);
  return FALSE;
}

gboolean
ra_fault_set (GError **error, RaFault fault, const char *message)
{
  return set_detail (error, fault, message, NULL, NULL, 0);
}

gboolean
ra_fault_set_number (GError **error,
                     RaFault fault,
                     const char *message,
                     const char *name,
                     guint number)
{
  return set_detail (error, fault, message, name, NULL, number);
}

gboolean
ra_fault_set_state (GError **error, const char *message, const char *state)
{
  return set_detail (error, RA_FAULT_NOT_READY, message, "state", state, 0);
}

gboolean
ra_fault_set_reason (GError **error, const char *message, const char *reason)
{
  return set_detail (error, RA_FAULT_UNACCEPTABLE, message, "reason", reason, 0);
}

void
ra_fault_get_detail (const GError *error, const char **name, const char **text, guint *number)
{
  const RaFaultPrivate *detail = error->domain == RA_FAULT ? ra_fault_get_private (error) : NULL;

  *name = detail == NULL ? NULL : detail->name;
  *text = detail == NULL ? NULL : detail->text;
  *number = detail == NULL ? 0 : detail->number;
}
