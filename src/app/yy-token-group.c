/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-token-group.h"

#include <glib/gi18n.h>

#include "app/yy-button.h"
#include "app/yy-certificate-row.h"
#include "app/yy-text.h"

struct _YyTokenGroup
{
  AdwPreferencesGroup parent_instance;

  YyToken *token;
  char *hotline;
  GPtrArray *rows;
  GtkWidget *change_pin;
  GtkWidget *unlock;
};

enum
{
  PROP_TOKEN = 1,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (YyTokenGroup, yy_token_group, ADW_TYPE_PREFERENCES_GROUP)

static gboolean
has_same_certificates (YyToken *a, YyToken *b)
{
  GPtrArray *old = yy_token_get_certificates (a);
  GPtrArray *new = yy_token_get_certificates (b);

  if (old->len != new->len || yy_token_get_pin_state (a) != yy_token_get_pin_state (b))
    return FALSE;
  for (guint i = 0; i < old->len; i++)
    {
      YyTokenCertificate *x = old->pdata[i];
      YyTokenCertificate *y = new->pdata[i];

      if (!g_bytes_equal (x->id, y->id) || x->has_key != y->has_key ||
          !g_str_equal (yy_certificate_get_sha256 (x->certificate),
                        yy_certificate_get_sha256 (y->certificate)))
        return FALSE;
    }
  return TRUE;
}

static GtkWidget *
make_empty_row (void)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("No certificates on this token"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_add_css_class (row, "dim-label");
  return row;
}

static void
add_row (YyTokenGroup *self, GtkWidget *row)
{
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
  g_ptr_array_add (self->rows, row);
}

static void
rebuild_rows (YyTokenGroup *self)
{
  GPtrArray *certificates = yy_token_get_certificates (self->token);

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < certificates->len; i++)
    add_row (self, yy_certificate_row_new (self->token, certificates->pdata[i]));
  if (certificates->len == 0)
    add_row (self, make_empty_row ());
  else if (certificates->len == 1)
    adw_expander_row_set_expanded (ADW_EXPANDER_ROW (self->rows->pdata[0]), TRUE);
}

static void
update_header (YyTokenGroup *self)
{
  gboolean locked = yy_token_get_pin_state (self->token) == YY_PIN_LOCKED;
  gboolean activated = yy_token_get_certificates (self->token)->len > 0;
  g_autofree char *name = yy_text_dup_token_name (self->token);
  g_autofree char *title = g_markup_escape_text (name, -1);
  g_autofree char *pin = yy_text_dup_pin_state (self->token);
  g_autofree char *text =
      locked
          ? g_strdup_printf (_ ("Serial number %s. The PIN is locked: press “Forgot PIN” to unlock "
                                "it online, or call the hotline %s."),
                             yy_token_get_serial (self->token), self->hotline)
          : g_strdup_printf (_ ("Serial number %s. PIN: %s"), yy_token_get_serial (self->token),
                             pin);
  g_autofree char *description = g_markup_escape_text (text, -1);

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), title);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), description);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->change_pin), "s",
                                    yy_token_get_key (self->token));
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->unlock), "s",
                                    yy_token_get_key (self->token));
  gtk_widget_set_visible (self->change_pin, !locked && activated);
  gtk_widget_set_visible (self->unlock, activated);
  if (locked)
    gtk_widget_add_css_class (self->unlock, "suggested-action");
  else
    gtk_widget_remove_css_class (self->unlock, "suggested-action");
}

static void
set_token (YyTokenGroup *self, YyToken *token)
{
  g_autoptr (YyToken) old = g_steal_pointer (&self->token);

  self->token = g_object_ref (token);
  update_header (self);
  if (old == NULL || !has_same_certificates (old, token))
    rebuild_rows (self);
}

static void
yy_token_group_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_TOKEN)
    g_value_set_object (value, YY_TOKEN_GROUP (object)->token);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
yy_token_group_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_TOKEN)
    set_token (YY_TOKEN_GROUP (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
yy_token_group_finalize (GObject *object)
{
  YyTokenGroup *self = YY_TOKEN_GROUP (object);

  g_clear_object (&self->token);
  g_free (self->hotline);
  g_ptr_array_unref (self->rows);
  G_OBJECT_CLASS (yy_token_group_parent_class)->finalize (object);
}

static void
yy_token_group_class_init (YyTokenGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = yy_token_group_get_property;
  object_class->set_property = yy_token_group_set_property;
  object_class->finalize = yy_token_group_finalize;
  props[PROP_TOKEN] = g_param_spec_object ("token", NULL, NULL, YY_TYPE_TOKEN,
                                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static GtkWidget *
add_button (GtkBox *box, const char *label, const char *action)
{
  GtkWidget *button = g_object_new (YY_TYPE_BUTTON, "use-underline", TRUE, "label", label, "valign",
                                    GTK_ALIGN_CENTER, NULL);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_box_append (box, button);
  return button;
}

static void
yy_token_group_init (YyTokenGroup *self)
{
  GtkBox *box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 6));

  self->rows = g_ptr_array_new ();
  self->change_pin = add_button (box, _ ("Change _PIN"), "win.change-pin");
  self->unlock = add_button (box, _ ("_Forgot PIN"), "win.unlock-token");
  gtk_widget_set_valign (GTK_WIDGET (box), GTK_ALIGN_CENTER);
  adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (box));
}

GtkWidget *
yy_token_group_new (YyToken *token, const char *hotline)
{
  YyTokenGroup *self = g_object_new (YY_TYPE_TOKEN_GROUP, NULL);

  self->hotline = g_strdup (hotline);
  set_token (self, token);
  return GTK_WIDGET (self);
}
