/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent/ck-error.h"

#include <glib/gi18n.h>
#include <openssl/err.h>

#define NO_USER ((CK_USER_TYPE) -1)

typedef struct
{
  CK_RV rv;
  const char *name;
  YyError code;
} CkEntry;

#define ENTRY(rv, code)                                                                            \
  {                                                                                                \
    rv, #rv, YY_ERROR_##code                                                                       \
  }

/* Those that are about a PIN are decided in yy_ck_error_code(), by whose PIN it was. */
static const CkEntry entries[] = {
  ENTRY (CKR_CANCEL, FAILED),
  ENTRY (CKR_HOST_MEMORY, DRIVER_FAILED),
  ENTRY (CKR_SLOT_ID_INVALID, TOKEN_REMOVED),
  ENTRY (CKR_GENERAL_ERROR, DRIVER_FAILED),
  ENTRY (CKR_FUNCTION_FAILED, DRIVER_FAILED),
  ENTRY (CKR_ARGUMENTS_BAD, DRIVER_FAILED),
  ENTRY (CKR_NO_EVENT, DRIVER_FAILED),
  ENTRY (CKR_NEED_TO_CREATE_THREADS, DRIVER_FAILED),
  ENTRY (CKR_CANT_LOCK, DRIVER_FAILED),
  ENTRY (CKR_ATTRIBUTE_READ_ONLY, UNSUPPORTED),
  ENTRY (CKR_ATTRIBUTE_SENSITIVE, DRIVER_FAILED),
  ENTRY (CKR_ATTRIBUTE_TYPE_INVALID, UNSUPPORTED),
  ENTRY (CKR_ATTRIBUTE_VALUE_INVALID, UNSUPPORTED),
  ENTRY (CKR_DATA_INVALID, DRIVER_FAILED),
  ENTRY (CKR_DATA_LEN_RANGE, DRIVER_FAILED),
  ENTRY (CKR_DEVICE_ERROR, DRIVER_FAILED),
  ENTRY (CKR_DEVICE_MEMORY, TOKEN_FULL),
  ENTRY (CKR_DEVICE_REMOVED, TOKEN_REMOVED),
  ENTRY (CKR_FUNCTION_CANCELED, FAILED),
  ENTRY (CKR_FUNCTION_NOT_PARALLEL, DRIVER_FAILED),
  ENTRY (CKR_FUNCTION_NOT_SUPPORTED, UNSUPPORTED),
  ENTRY (CKR_KEY_HANDLE_INVALID, NO_SUCH_OBJECT),
  ENTRY (CKR_KEY_SIZE_RANGE, UNSUPPORTED),
  ENTRY (CKR_KEY_TYPE_INCONSISTENT, UNSUPPORTED),
  ENTRY (CKR_KEY_FUNCTION_NOT_PERMITTED, UNSUPPORTED),
  ENTRY (CKR_MECHANISM_INVALID, UNSUPPORTED),
  ENTRY (CKR_MECHANISM_PARAM_INVALID, UNSUPPORTED),
  ENTRY (CKR_OBJECT_HANDLE_INVALID, NO_SUCH_OBJECT),
  ENTRY (CKR_OPERATION_ACTIVE, DRIVER_FAILED),
  ENTRY (CKR_OPERATION_NOT_INITIALIZED, DRIVER_FAILED),
  ENTRY (CKR_PIN_INCORRECT, PIN_INCORRECT),
  ENTRY (CKR_PIN_INVALID, PIN_POLICY),
  ENTRY (CKR_PIN_LEN_RANGE, PIN_POLICY),
  ENTRY (CKR_PIN_EXPIRED, PIN_POLICY),
  ENTRY (CKR_PIN_LOCKED, PIN_LOCKED),
  ENTRY (CKR_SESSION_CLOSED, TOKEN_REMOVED),
  ENTRY (CKR_SESSION_COUNT, DRIVER_FAILED),
  ENTRY (CKR_SESSION_HANDLE_INVALID, TOKEN_REMOVED),
  ENTRY (CKR_SESSION_PARALLEL_NOT_SUPPORTED, DRIVER_FAILED),
  ENTRY (CKR_SESSION_READ_ONLY, UNSUPPORTED),
  ENTRY (CKR_SESSION_EXISTS, DRIVER_FAILED),
  ENTRY (CKR_SESSION_READ_ONLY_EXISTS, DRIVER_FAILED),
  ENTRY (CKR_SESSION_READ_WRITE_SO_EXISTS, DRIVER_FAILED),
  ENTRY (CKR_SIGNATURE_INVALID, PROOF),
  ENTRY (CKR_SIGNATURE_LEN_RANGE, PROOF),
  ENTRY (CKR_TEMPLATE_INCOMPLETE, UNSUPPORTED),
  ENTRY (CKR_TEMPLATE_INCONSISTENT, UNSUPPORTED),
  ENTRY (CKR_TOKEN_NOT_PRESENT, TOKEN_REMOVED),
  ENTRY (CKR_TOKEN_NOT_RECOGNIZED, UNSUPPORTED),
  ENTRY (CKR_TOKEN_WRITE_PROTECTED, UNSUPPORTED),
  ENTRY (CKR_USER_ALREADY_LOGGED_IN, DRIVER_FAILED),
  ENTRY (CKR_USER_NOT_LOGGED_IN, DRIVER_FAILED),
  ENTRY (CKR_USER_PIN_NOT_INITIALIZED, TOKEN_NOT_PREPARED),
  ENTRY (CKR_USER_TYPE_INVALID, UNSUPPORTED),
  ENTRY (CKR_USER_ANOTHER_ALREADY_LOGGED_IN, DRIVER_FAILED),
  ENTRY (CKR_USER_TOO_MANY_TYPES, DRIVER_FAILED),
  ENTRY (CKR_DOMAIN_PARAMS_INVALID, UNSUPPORTED),
  ENTRY (CKR_CURVE_NOT_SUPPORTED, UNSUPPORTED),
  ENTRY (CKR_RANDOM_NO_RNG, UNSUPPORTED),
  ENTRY (CKR_BUFFER_TOO_SMALL, DRIVER_FAILED),
  ENTRY (CKR_CRYPTOKI_NOT_INITIALIZED, DRIVER_FAILED),
  ENTRY (CKR_CRYPTOKI_ALREADY_INITIALIZED, DRIVER_FAILED),
  ENTRY (CKR_FUNCTION_REJECTED, FAILED),
};

static const CkEntry *
find_entry (CK_RV rv)
{
  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    if (entries[i].rv == rv)
      return &entries[i];
  return NULL;
}

char *
yy_ck_name (CK_RV rv)
{
  const CkEntry *entry = find_entry (rv);

  return entry == NULL ? g_strdup_printf ("0x%lX", rv) : g_strdup (entry->name);
}

YyError
yy_ck_error_code (CK_RV rv, CK_USER_TYPE user)
{
  const CkEntry *entry = find_entry (rv);

  if (entry == NULL)
    return YY_ERROR_DRIVER_FAILED;
  if (user == CKU_SO && entry->code == YY_ERROR_PIN_INCORRECT)
    return YY_ERROR_SO_PIN_INCORRECT;
  if (user == CKU_SO && entry->code == YY_ERROR_PIN_LOCKED)
    return YY_ERROR_SO_PIN_LOCKED;
  return entry->code;
}

static const char *
message_for_pin (YyError code)
{
  switch ((int) code)
    {
    case YY_ERROR_PIN_INCORRECT:
      return N_ ("The PIN is wrong");
    case YY_ERROR_PIN_LOCKED:
      return N_ ("The PIN is locked");
    case YY_ERROR_PIN_POLICY:
      return N_ ("The token does not accept this PIN");
    case YY_ERROR_SO_PIN_INCORRECT:
      return N_ ("The token refused its unlocking code");
    case YY_ERROR_SO_PIN_LOCKED:
      return N_ ("The token's unlocking code is locked");
    default:
      return NULL;
    }
}

static const char *
message_for_token (YyError code)
{
  switch ((int) code)
    {
    case YY_ERROR_TOKEN_REMOVED:
      return N_ ("The token was pulled out");
    case YY_ERROR_TOKEN_FULL:
      return N_ ("There is no room left on the token");
    case YY_ERROR_TOKEN_NOT_PREPARED:
      return N_ ("The token has no PIN yet");
    case YY_ERROR_NO_SUCH_OBJECT:
      return N_ ("What was looked for is not on the token");
    case YY_ERROR_PROOF:
      return N_ ("The token's signature does not verify");
    case YY_ERROR_UNSUPPORTED:
      return N_ ("The token or its driver cannot do this");
    case YY_ERROR_FAILED:
      return N_ ("The token's driver gave up");
    default:
      return N_ ("The token's driver failed");
    }
}

/* Whether the function and its return value help: where the words alone are vague. */
static gboolean
needs_detail (YyError code)
{
  return code == YY_ERROR_DRIVER_FAILED || code == YY_ERROR_FAILED || code == YY_ERROR_UNSUPPORTED;
}

gboolean
yy_ck_check_pin (CK_RV rv, const char *function, CK_USER_TYPE user, GError **error)
{
  YyError code = YY_ERROR_FAILED;
  const char *message = NULL;
  g_autofree char *name = NULL;

  ERR_clear_error ();
  if (rv == CKR_OK)
    return TRUE;
  code = yy_ck_error_code (rv, user);
  message = message_for_pin (code);
  if (message == NULL)
    message = message_for_token (code);
  name = yy_ck_name (rv);
  if (needs_detail (code))
    g_set_error (error, YY_ERROR, (int) code, "%s (%s: %s)", _ (message), function, name);
  else
    g_set_error_literal (error, YY_ERROR, (int) code, _ (message));
  g_debug ("%s: %s", function, name);
  return FALSE;
}

gboolean
yy_ck_check (CK_RV rv, const char *function, GError **error)
{
  return yy_ck_check_pin (rv, function, NO_USER, error);
}

gboolean
yy_ck_is_removal (CK_RV rv)
{
  return yy_ck_error_code (rv, NO_USER) == YY_ERROR_TOKEN_REMOVED;
}
