/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-token-card.h"

#include <glib/gi18n.h>

#include "app/yy-text.h"

struct _YyTokenCard
{
  AdwBin parent_instance;

  YyToken *token;
  char *hotline;
  char *order_notice;
};

enum
{
  PROP_TOKEN = 1,
  PROP_HOTLINE,
  PROP_ORDER_NOTICE,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (YyTokenCard, yy_token_card, ADW_TYPE_BIN)

/* Closures of yy-token-card.ui: a snapshot in, what is shown of it out. */

static char *
title_of (gpointer self, YyToken *token, gpointer user_data)
{
  YyTokenCertificate *certificate = token == NULL ? NULL : yy_text_find_certificate (token);

  if (token == NULL)
    return NULL;
  return certificate == NULL ? yy_text_dup_token_name (token)
                             : g_strdup (yy_certificate_get_common_name (certificate->certificate));
}

static char *
origin_of (gpointer self, YyToken *token, gpointer user_data)
{
  return token == NULL ? NULL : yy_text_dup_token_origin (token);
}

static char *
name_of (gpointer self, YyToken *token, gpointer user_data)
{
  return token == NULL ? NULL : yy_text_dup_token_name (token);
}

static char *
serial_of (gpointer self, YyToken *token, gpointer user_data)
{
  return token == NULL ? NULL : g_strdup (yy_token_get_serial (token));
}

static char *
expiry_of (gpointer self, YyToken *token, gpointer user_data)
{
  YyTokenCertificate *certificate = token == NULL ? NULL : yy_text_find_certificate (token);

  return certificate == NULL ? NULL : yy_text_dup_expiry (certificate->certificate);
}

static char *
pin_of (gpointer self, YyToken *token, gpointer user_data)
{
  return token == NULL ? NULL : yy_text_dup_pin_state (token);
}

static GVariant *
key_of (gpointer self, YyToken *token, gpointer user_data)
{
  const char *key = token == NULL ? "" : yy_token_get_key (token);

  return g_variant_ref_sink (g_variant_new_string (key));
}

static char *
condition_name_of (gpointer self, YyToken *token, gpointer user_data)
{
  return token == NULL ? NULL
                       : g_strdup (yy_text_get_condition_name (yy_text_get_condition (token)));
}

static char *
condition_icon_of (gpointer self, YyToken *token, gpointer user_data)
{
  return token == NULL ? NULL
                       : g_strdup (yy_text_get_condition_icon (yy_text_get_condition (token)));
}

static char **
condition_style_of (gpointer self, YyToken *token, gpointer user_data)
{
  const char *classes[] = { "pill-label", NULL, NULL };

  if (token != NULL)
    classes[1] = yy_text_get_condition_style (yy_text_get_condition (token));
  return g_strdupv ((char **) classes);
}

/* What the owner should know or do about the condition; NULL when there is nothing to say. */
static char *
notice_of (gpointer self,
           YyToken *token,
           const char *hotline,
           const char *order_notice,
           gpointer user_data)
{
  if (token == NULL)
    return NULL;
  if (order_notice != NULL)
    return g_strdup (order_notice);
  switch (yy_text_get_condition (token))
    {
    case YY_CONDITION_NOT_ACTIVATED:
      return g_strdup (_ ("This token has no certificate yet. When the text message with the "
                          "activation code has arrived, activate the certificate."));
    case YY_CONDITION_LOCKED:
      return g_strdup_printf (_ ("The PIN was wrong too often and is locked. The certificate is "
                                 "still on the token. Press “Forgot PIN” to unlock it online, or "
                                 "call the hotline %s."),
                              hotline);
    case YY_CONDITION_EXPIRED:
      return g_strdup_printf (_ ("The certificate can no longer be used. Call the hotline %s."),
                              hotline);
    case YY_CONDITION_EXPIRING:
      return g_strdup (_ ("The certificate expires soon. Apply for its renewal in time."));
    case YY_CONDITION_GOOD:
    default:
      return NULL;
    }
}

static gboolean
is_activated (gpointer self, YyToken *token, gpointer user_data)
{
  return token != NULL && yy_text_find_certificate (token) != NULL;
}

static gboolean
can_activate (gpointer self, YyToken *token, gpointer user_data)
{
  return token != NULL && yy_text_find_certificate (token) == NULL;
}

static gboolean
can_change_pin (gpointer self, YyToken *token, gpointer user_data)
{
  return is_activated (self, token, NULL) && yy_token_get_pin_state (token) != YY_PIN_LOCKED;
}

static gboolean
is_locked (gpointer self, YyToken *token, gpointer user_data)
{
  return is_activated (self, token, NULL) && yy_token_get_pin_state (token) == YY_PIN_LOCKED;
}

static gboolean
has_text (gpointer self, const char *text, gpointer user_data)
{
  return text != NULL && *text != '\0';
}

static void
yy_token_card_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  YyTokenCard *self = YY_TOKEN_CARD (object);

  switch (id)
    {
    case PROP_TOKEN:
      g_value_set_object (value, self->token);
      break;
    case PROP_HOTLINE:
      g_value_set_string (value, self->hotline);
      break;
    case PROP_ORDER_NOTICE:
      g_value_set_string (value, self->order_notice);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
yy_token_card_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  YyTokenCard *self = YY_TOKEN_CARD (object);

  switch (id)
    {
    case PROP_TOKEN:
      g_set_object (&self->token, g_value_get_object (value));
      break;
    case PROP_HOTLINE:
      g_free (self->hotline);
      self->hotline = g_value_dup_string (value);
      break;
    case PROP_ORDER_NOTICE:
      g_free (self->order_notice);
      self->order_notice = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
yy_token_card_finalize (GObject *object)
{
  YyTokenCard *self = YY_TOKEN_CARD (object);

  g_clear_object (&self->token);
  g_free (self->hotline);
  g_free (self->order_notice);
  G_OBJECT_CLASS (yy_token_card_parent_class)->finalize (object);
}

static void
bind_closures (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_callback (widget_class, title_of);
  gtk_widget_class_bind_template_callback (widget_class, origin_of);
  gtk_widget_class_bind_template_callback (widget_class, name_of);
  gtk_widget_class_bind_template_callback (widget_class, serial_of);
  gtk_widget_class_bind_template_callback (widget_class, expiry_of);
  gtk_widget_class_bind_template_callback (widget_class, pin_of);
  gtk_widget_class_bind_template_callback (widget_class, key_of);
  gtk_widget_class_bind_template_callback (widget_class, condition_name_of);
  gtk_widget_class_bind_template_callback (widget_class, condition_icon_of);
  gtk_widget_class_bind_template_callback (widget_class, condition_style_of);
  gtk_widget_class_bind_template_callback (widget_class, notice_of);
  gtk_widget_class_bind_template_callback (widget_class, is_activated);
  gtk_widget_class_bind_template_callback (widget_class, can_activate);
  gtk_widget_class_bind_template_callback (widget_class, can_change_pin);
  gtk_widget_class_bind_template_callback (widget_class, is_locked);
  gtk_widget_class_bind_template_callback (widget_class, has_text);
}

static void
yy_token_card_class_init (YyTokenCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = yy_token_card_get_property;
  object_class->set_property = yy_token_card_set_property;
  object_class->finalize = yy_token_card_finalize;
  props[PROP_TOKEN] = g_param_spec_object ("token", NULL, NULL, YY_TYPE_TOKEN,
                                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_HOTLINE] =
      g_param_spec_string ("hotline", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_ORDER_NOTICE] = g_param_spec_string ("order-notice", NULL, NULL, NULL,
                                                  G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/yinyao/Client/yy-token-card.ui");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  bind_closures (widget_class);
}

static void
yy_token_card_init (YyTokenCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
yy_token_card_new (YyToken *token, const char *hotline)
{
  return g_object_new (YY_TYPE_TOKEN_CARD, "token", token, "hotline", hotline, NULL);
}
