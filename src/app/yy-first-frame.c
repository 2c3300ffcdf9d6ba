/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/yy-first-frame.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct
{
  YyFirstFrameFunc notify;
  gpointer user_data;
  gulong handler;
} FirstFrame;

/* proc(5): field 22 of /proc/self/stat is the start of the process, in clock ticks since boot. */
static double
process_age (void)
{
  g_autofree char *stat = NULL;
  g_auto (GStrv) fields = NULL;
  struct timespec now = { 0 };
  const char *after_name = NULL;

  if (!g_file_get_contents ("/proc/self/stat", &stat, NULL, NULL))
    return -1;
  after_name = strrchr (stat, ')');
  fields = g_strsplit (after_name == NULL ? "" : after_name, " ", 22);
  if (g_strv_length (fields) < 22 || clock_gettime (CLOCK_BOOTTIME, &now) != 0)
    return -1;
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6 -
         (double) g_ascii_strtoull (fields[20], NULL, 10) * 1e3 / (double) sysconf (_SC_CLK_TCK);
}

static void
on_after_paint (GdkFrameClock *clock, FirstFrame *first)
{
  YyFirstFrameFunc notify = first->notify;
  gpointer user_data = first->user_data;

  g_signal_handler_disconnect (clock, first->handler);
  g_debug ("first frame after %.0f ms", process_age ());
  notify (user_data);
}

static void
first_frame_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

void
yy_first_frame_notify (GtkWidget *window, YyFirstFrameFunc notify, gpointer user_data)
{
  FirstFrame *first = g_new0 (FirstFrame, 1);

  gtk_widget_realize (window);
  first->notify = notify;
  first->user_data = user_data;
  first->handler = g_signal_connect_data (gtk_widget_get_frame_clock (window), "after-paint",
                                          G_CALLBACK (on_after_paint), first, first_frame_free, 0);
}
