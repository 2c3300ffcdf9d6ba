/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-question.h"

#include "app/yy-button.h"

GtkWindow *
yy_question_ask (GtkWidget *parent,
                 const char *title,
                 const char *text,
                 const char *stay,
                 const char *go,
                 GCallback callback,
                 gpointer object)
{
  GtkWidget *question =
      adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (parent)), title, text);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (question), "stay", stay, "go", go, NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (question), "go",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (question), "stay");
  g_signal_connect_object (question, "response", callback, object, G_CONNECT_SWAPPED);
  yy_button_name_all (question);
  gtk_window_present (GTK_WINDOW (question));
  return GTK_WINDOW (question);
}
