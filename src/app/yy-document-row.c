/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-document-row.h"

#include <glib/gi18n.h>

#include "app/yy-document-chooser.h"
#include "app/yy-file-load.h"
#include "app/yy-picture-window.h"
#include "app/yy-preview.h"
#include "app/yy-text.h"
#include "order/yy-document.h"
#include "service/yy-shrink.h"

#define SMALL_PICTURE 128

struct _YyDocumentRow
{
  AdwPreferencesRow parent_instance;

  YyClient *client;
  char *token;
  YyDocuments document;
  GBytes *contents; /* of the file chosen last, in this run of the program */
  char *file_name;
  char *shrunk; /* (nullable): that it was made smaller first */
  gboolean uploaded;
  gboolean failed;           /* why stands there until the next try */
  GCancellable *cancellable; /* of what is under way */
  GCancellable *picture_cancellable;

  GtkDropTarget *drop;
  GtkStack *pictures;
  GtkWidget *icon;
  GtkWidget *open;
  GtkPicture *picture;
  GtkLabel *title;
  GtkImage *mark;
  GtkLabel *status;
  GtkProgressBar *progress;
  GtkWidget *retry;
  GtkWidget *stop;
  GtkButton *choose;
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (YyDocumentRow, yy_document_row, ADW_TYPE_PREFERENCES_ROW)

static void
set_status (YyDocumentRow *self, const char *icon, const char *style, const char *text)
{
  const char *classes[] = { "caption", style, NULL };
  const char *mark_classes[] = { style, NULL };

  gtk_widget_set_visible (GTK_WIDGET (self->mark), icon != NULL);
  if (icon != NULL)
    gtk_image_set_from_icon_name (self->mark, icon);
  gtk_widget_set_css_classes (GTK_WIDGET (self->mark), mark_classes);
  gtk_widget_set_css_classes (GTK_WIDGET (self->status), classes);
  gtk_label_set_label (self->status, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->status), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  -1);
}

static void
set_busy (YyDocumentRow *self, GCancellable *cancellable)
{
  gboolean busy = cancellable != NULL;

  g_set_object (&self->cancellable, cancellable);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), busy);
  gtk_widget_set_visible (self->stop, busy);
  gtk_widget_set_visible (GTK_WIDGET (self->choose), !busy);
  if (busy)
    {
      self->failed = FALSE;
      gtk_widget_set_visible (self->retry, FALSE);
    }
  g_signal_emit (self, changed_signal, 0);
}

/* @retry: there is something that can be tried again as it is */
static void
tell_failure (YyDocumentRow *self, const char *text, gboolean retry)
{
  self->failed = TRUE;
  set_status (self, "dialog-warning-symbolic", "error", text);
  gtk_widget_set_visible (self->retry, retry);
}

static void
tell_error (YyDocumentRow *self, const GError *error, gboolean retry)
{
  g_autofree char *text = yy_text_dup_problem (error);

  tell_failure (self, text, retry);
}

static void
on_picture (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyDocumentRow) self = YY_DOCUMENT_ROW (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = yy_preview_finish (result, &error);

  if (self->client == NULL) /* the row has gone */
    return;
  if (texture == NULL)
    {
      g_debug ("no preview: %s", error->message);
      return;
    }
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  gtk_stack_set_visible_child (self->pictures, self->open);
}

static void
show_picture (YyDocumentRow *self)
{
  g_cancellable_cancel (self->picture_cancellable);
  g_clear_object (&self->picture_cancellable);
  gtk_stack_set_visible_child (self->pictures, self->icon);
  self->picture_cancellable = g_cancellable_new ();
  yy_preview_async (self->contents, SMALL_PICTURE, self->picture_cancellable, on_picture,
                    g_object_ref (self));
}

static void
on_progress (guint64 received, guint64 size, gpointer user_data)
{
  YyDocumentRow *self = YY_DOCUMENT_ROW (user_data);
  double fraction = size == 0 ? 0 : (double) received / (double) size;
  g_autofree char *text = g_strdup_printf (_ ("Uploading… %d %%"), (int) (fraction * 100));

  if (self->client == NULL)
    return;
  gtk_progress_bar_set_fraction (self->progress, fraction);
  set_status (self, NULL, "dim-label", text);
}

static void
on_uploaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyDocumentRow) self = YY_DOCUMENT_ROW (user_data);
  g_autoptr (GError) error = NULL;
  gboolean done = yy_tickets_finish (YY_TICKETS (source), result, &error);

  if (self->client == NULL)
    return;
  set_busy (self, NULL);
  if (done)
    return;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    tell_failure (self, _ ("The upload was stopped. It goes on where it stopped."), TRUE);
  else
    tell_error (self, error, !g_error_matches (error, YY_ERROR, YY_ERROR_INVALID_DATA));
}

static void
upload (YyDocumentRow *self)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  set_busy (self, cancellable);
  gtk_progress_bar_set_fraction (self->progress, 0);
  set_status (self, NULL, "dim-label", _ ("Waiting for the upload to begin…"));
  yy_tickets_upload_async (yy_client_get_tickets (self->client), self->token, self->document,
                           self->contents, self->file_name, on_progress, self, cancellable,
                           on_uploaded, g_object_ref (self));
}

/* @shrunk: (nullable): that it is not the file as it was chosen */
static void
take (YyDocumentRow *self, GBytes *contents, const char *file_name, const char *shrunk)
{
  YyDocumentInfo info = { 0 };
  YyDocumentFault fault = yy_document_check (contents, &info);

  if (fault != YY_DOCUMENT_GOOD)
    {
      g_autofree char *text =
          g_strdup_printf (_ ("%s: %s"), file_name, yy_document_fault_get_message (fault));

      tell_failure (self, text, FALSE);
      return;
    }
  g_clear_pointer (&self->contents, g_bytes_unref);
  self->contents = g_bytes_ref (contents);
  g_free (self->file_name);
  self->file_name = g_strdup (file_name);
  g_free (self->shrunk);
  self->shrunk = g_strdup (shrunk);
  show_picture (self);
  upload (self);
}

typedef struct
{
  YyDocumentRow *row;
  char *file_name;
  gsize size;
} Shrinking;

static void
shrinking_free (Shrinking *shrinking)
{
  g_object_unref (shrinking->row);
  g_free (shrinking->file_name);
  g_free (shrinking);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Shrinking, shrinking_free)

static void
take_shrunk (YyDocumentRow *self, GBytes *contents, const Shrinking *shrinking)
{
  g_autofree char *name = yy_shrink_dup_name (shrinking->file_name);
  g_autofree char *shrunk = yy_shrink_dup_sentence (shrinking->size, g_bytes_get_size (contents));

  take (self, contents, name, shrunk);
}

static void
on_shrunk (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Shrinking) shrinking = user_data;
  YyDocumentRow *self = shrinking->row;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = yy_shrink_finish (result, &error);

  if (self->client == NULL)
    return;
  set_busy (self, NULL);
  if (contents != NULL)
    take_shrunk (self, contents, shrinking);
  else if (g_error_matches (error, YY_ERROR, YY_ERROR_INVALID_DATA))
    {
      g_autofree char *text = g_strdup_printf (_ ("%s: %s"), shrinking->file_name, error->message);

      tell_failure (self, text, FALSE);
    }
  else
    tell_error (self, error, FALSE);
}

static void
shrink (YyDocumentRow *self, GBytes *contents, const char *file_name)
{
  Shrinking *shrinking = g_new0 (Shrinking, 1);

  shrinking->row = g_object_ref (self);
  shrinking->file_name = g_strdup (file_name);
  shrinking->size = g_bytes_get_size (contents);
  set_status (self, NULL, "dim-label", _ ("The picture is being made smaller…"));
  yy_shrink_async (contents, self->cancellable, on_shrunk, shrinking);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyDocumentRow) self = YY_DOCUMENT_ROW (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = yy_file_load_finish (result, &error);
  g_autofree char *path = g_file_get_basename (G_FILE (source));
  g_autofree char *name = g_filename_display_name (path == NULL ? "" : path);

  if (self->client == NULL)
    return;
  if (contents != NULL && g_bytes_get_size (contents) > YY_DOCUMENT_MAX_SIZE)
    {
      shrink (self, contents, name);
      return;
    }
  set_busy (self, NULL);
  if (contents != NULL)
    take (self, contents, name, NULL);
  else
    tell_error (self, error, FALSE);
}

static void
load (YyDocumentRow *self, GFile *file)
{
  g_autoptr (GCancellable) cancellable = NULL;

  if (self->cancellable != NULL || self->client == NULL)
    return;
  cancellable = g_cancellable_new ();
  set_busy (self, cancellable);
  set_status (self, NULL, "dim-label", _ ("The file is being read…"));
  yy_file_load_async (file, YY_DOCUMENT_MAX_ORIGINAL, cancellable, on_loaded, g_object_ref (self));
}

static void
load_one_of (YyDocumentRow *self, const GValue *value)
{
  GSList *files = value == NULL ? NULL : g_value_get_boxed (value);

  if (files == NULL || self->client == NULL)
    return;
  if (files->next != NULL)
    tell_failure (self, _ ("Only one file can be handed in here. Several pages go into one PDF."),
                  FALSE);
  else
    load (self, G_FILE (files->data));
}

static gboolean
on_drop (YyDocumentRow *self, const GValue *value)
{
  load_one_of (self, value);
  return TRUE;
}

static void
on_pasted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyDocumentRow) self = YY_DOCUMENT_ROW (user_data);
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (source), result, NULL);

  load_one_of (self, value);
}

static void
on_paste (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gdk_clipboard_read_value_async (gtk_widget_get_clipboard (widget), GDK_TYPE_FILE_LIST,
                                  G_PRIORITY_DEFAULT, NULL, on_pasted, g_object_ref (widget));
}

static void
on_chosen (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyDocumentRow) self = YY_DOCUMENT_ROW (user_data);
  g_autoptr (GFile) file = yy_document_chooser_run_finish (result, NULL);

  if (file != NULL)
    load (self, file);
}

static void
on_choose (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyDocumentRow *self = YY_DOCUMENT_ROW (widget);

  yy_document_chooser_run_async (GTK_WINDOW (gtk_widget_get_root (widget)),
                                 gtk_label_get_label (self->title), on_chosen, g_object_ref (self));
}

static void
on_retry (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyDocumentRow *self = YY_DOCUMENT_ROW (widget);

  if (self->contents != NULL && self->cancellable == NULL)
    upload (self);
}

static void
on_stop (GtkWidget *widget, const char *action, GVariant *parameter)
{
  yy_document_row_stop (YY_DOCUMENT_ROW (widget));
}

static void
on_open (GtkWidget *widget, const char *action, GVariant *parameter)
{
  YyDocumentRow *self = YY_DOCUMENT_ROW (widget);

  if (self->contents != NULL)
    yy_picture_window_show (GTK_WINDOW (gtk_widget_get_root (widget)),
                            gtk_label_get_label (self->title), self->contents);
}

static void
yy_document_row_dispose (GObject *object)
{
  YyDocumentRow *self = YY_DOCUMENT_ROW (object);

  g_cancellable_cancel (self->cancellable);
  g_cancellable_cancel (self->picture_cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->picture_cancellable);
  g_clear_pointer (&self->contents, g_bytes_unref);
  g_clear_pointer (&self->file_name, g_free);
  g_clear_pointer (&self->shrunk, g_free);
  g_clear_pointer (&self->token, g_free);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (yy_document_row_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, YyDocumentRow, drop);
  gtk_widget_class_bind_template_child (widget_class, YyDocumentRow, pictures);
  gtk_widget_class_bind_template_child (widget_class, YyDocumentRow, icon);
  gtk_widget_class_bind_template_child (widget_class, YyDocumentRow, open);
  gtk_widget_class_bind_template_child (widget_class, YyDocumentRow, picture);
  gtk_widget_class_bind_template_child (widget_class, YyDocumentRow, title);
  gtk_widget_class_bind_template_child (widget_class, YyDocumentRow, mark);
  gtk_widget_class_bind_template_child (widget_class, YyDocumentRow, status);
  gtk_widget_class_bind_template_child (widget_class, YyDocumentRow, progress);
  gtk_widget_class_bind_template_child (widget_class, YyDocumentRow, retry);
  gtk_widget_class_bind_template_child (widget_class, YyDocumentRow, stop);
  gtk_widget_class_bind_template_child (widget_class, YyDocumentRow, choose);
  gtk_widget_class_bind_template_callback (widget_class, on_drop);
}

static void
yy_document_row_class_init (YyDocumentRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = yy_document_row_dispose;
  changed_signal = g_signal_new ("changed", YY_TYPE_DOCUMENT_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/yinyao/Client/yy-document-row.ui");
  bind_children (widget_class);
  gtk_widget_class_install_action (widget_class, "row.choose", NULL, on_choose);
  gtk_widget_class_install_action (widget_class, "row.retry", NULL, on_retry);
  gtk_widget_class_install_action (widget_class, "row.stop", NULL, on_stop);
  gtk_widget_class_install_action (widget_class, "row.paste", NULL, on_paste);
  gtk_widget_class_install_action (widget_class, "row.open", NULL, on_open);
}

static void
yy_document_row_init (YyDocumentRow *self)
{
  GType types[] = { GDK_TYPE_FILE_LIST };

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_drop_target_set_gtypes (self->drop, types, G_N_ELEMENTS (types));
}

GtkWidget *
yy_document_row_new (YyClient *client, const char *token, YyDocuments document)
{
  YyDocumentRow *self = g_object_new (YY_TYPE_DOCUMENT_ROW, NULL);

  self->client = g_object_ref (client);
  self->token = g_strdup (token);
  self->document = document;
  return GTK_WIDGET (self);
}

static void
show_uploaded (YyDocumentRow *self, const YyTicketDocument *document)
{
  /* In the unit of the limit, and so that it is never below it by rounding. */
  g_autofree char *size =
      g_strdup_printf ("%" G_GUINT64_FORMAT " KB", (document->size + 1023) / 1024);
  g_autofree char *text = NULL;

  /* Translators: name and size of a file. */
  text = document->file_name == NULL
             ? g_strdup_printf (_ ("Uploaded (%s)"), size)
             : g_strdup_printf (_ ("Uploaded: %s (%s)"), document->file_name, size);
  if (self->shrunk != NULL)
    {
      g_autofree char *uploaded = g_steal_pointer (&text);

      text = g_strdup_printf ("%s\n%s", uploaded, self->shrunk);
    }
  set_status (self, "emblem-ok-symbolic", "success", text);
  gtk_widget_set_visible (self->retry, FALSE);
}

/* There are as many of each as there are documents: it says what for. */
static void
name_button (YyDocumentRow *self, GtkWidget *button)
{
  gtk_accessible_update_relation (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                  gtk_widget_get_first_child (button), self->title, NULL, -1);
}

static void
name_buttons (YyDocumentRow *self, const char *title)
{
  /* Translators: a button's name for screen readers: what it does, and to which document. */
  g_autofree char *open = g_strdup_printf (_ ("Show it larger: %s"), title);

  gtk_button_set_label (self->choose, self->uploaded ? _ ("_Replace…") : _ ("_Choose…"));
  name_button (self, GTK_WIDGET (self->choose));
  name_button (self, self->retry);
  name_button (self, self->stop);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->open), GTK_ACCESSIBLE_PROPERTY_LABEL, open,
                                  -1);
}

void
yy_document_row_show (YyDocumentRow *self, const YyTicketDocument *document)
{
  gtk_label_set_label (self->title, document->title);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), document->title);
  self->uploaded = document->complete;
  name_buttons (self, document->title);
  if (self->cancellable != NULL || self->failed)
    return;
  if (document->complete)
    show_uploaded (self, document);
  else
    set_status (self, NULL, "dim-label", _ ("Not uploaded yet"));
}

YyDocuments
yy_document_row_get_document (YyDocumentRow *self)
{
  return self->document;
}

gboolean
yy_document_row_is_busy (YyDocumentRow *self)
{
  return self->cancellable != NULL;
}

void
yy_document_row_stop (YyDocumentRow *self)
{
  g_cancellable_cancel (self->cancellable);
}
