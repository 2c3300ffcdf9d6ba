/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form/yy-form.h"

#include "form/yy-form-pages.h"

#include <cairo-pdf.h>
#include <glib/gi18n.h>

struct _YyForm
{
  char *title;
  char *ca;
  char *number;
  gint64 created;
  GPtrArray *pages;
};

YyForm *
yy_form_new (const YyOrder *order, YyProfile *profile)
{
  YyForm *form = g_rc_box_new0 (YyForm);
  YyFormSource source = { order, profile };

  form->title = yy_form_dup_title (profile);
  form->ca = g_strdup (yy_profile_get_name (profile));
  form->number = g_strdup (order->number);
  form->created = order->created;
  form->pages = yy_form_pages (&source);
  return form;
}

YyForm *
yy_form_ref (YyForm *form)
{
  return g_rc_box_acquire (form);
}

static void
clear (gpointer data)
{
  YyForm *form = data;

  g_free (form->title);
  g_free (form->ca);
  g_free (form->number);
  g_ptr_array_unref (form->pages);
}

void
yy_form_free (YyForm *form)
{
  if (form != NULL)
    g_rc_box_release_full (form, clear);
}

guint
yy_form_get_n_pages (YyForm *form)
{
  return form->pages->len;
}

const char *
yy_form_get_title (YyForm *form)
{
  return form->title;
}

const char *
yy_form_get_number (YyForm *form)
{
  return form->number;
}

char *
yy_form_dup_file_name (YyForm *form)
{
  char *name = g_strdup_printf ("%s-%s.pdf", form->title, form->number);

  /* The number comes from the service, the title from its profile. */
  return g_strdelimit (name, "/\\:*?\"<>|", '_');
}

void
yy_form_draw_page (YyForm *form, guint page, cairo_t *cr)
{
  g_return_if_fail (page < form->pages->len);
  yy_part_draw (form->pages->pdata[page], cr, 0, 0);
}

/* The dates are the order's: with the computer's clock no two files would be the same. */
static void
set_metadata (YyForm *form, cairo_surface_t *surface)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (form->created);
  g_autofree char *time = date == NULL ? NULL : g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ");
  const char *known = time == NULL ? "1970-01-01T00:00:00Z" : time;

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, form->title);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_AUTHOR, form->ca);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_SUBJECT, form->number);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATOR, "Yinyao");
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATE_DATE, known);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_MOD_DATE, known);
}

static cairo_status_t
append (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

GBytes *
yy_form_to_pdf (YyForm *form, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  cairo_surface_t *surface =
      cairo_pdf_surface_create_for_stream (append, bytes, YY_FORM_WIDTH, YY_FORM_HEIGHT);
  cairo_t *cr = cairo_create (surface);
  cairo_status_t status = CAIRO_STATUS_SUCCESS;

  set_metadata (form, surface);
  for (guint i = 0; i < form->pages->len; i++)
    {
      yy_form_draw_page (form, i, cr);
      cairo_show_page (cr);
    }
  status = cairo_status (cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  g_set_error (error, YY_ERROR, YY_ERROR_FAILED, _ ("The form cannot be made: %s"),
               cairo_status_to_string (status));
  return NULL;
}
