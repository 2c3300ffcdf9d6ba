/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "token/yy-agent-process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "token/yy-token-parse.h"

#define CHILD_FD  3
#define MAX_WORDS 4096

struct _YyAgentProcess
{
  GObject parent_instance;

  char *module;
  GSubprocess *process;
  int pidfd;                /* -1 where the system has none */
  GInputStream *words_pipe; /* its standard error, %NULL at the end */
  GSource *words_source;
  GString *words; /* the last of them; %NULL when they are thrown away */
  gboolean exited;
};

static guint exited_signal;

G_DEFINE_FINAL_TYPE (YyAgentProcess, yy_agent_process, G_TYPE_OBJECT)

static void
close_words (YyAgentProcess *self)
{
  if (self->words_source != NULL)
    g_source_destroy (self->words_source);
  g_clear_pointer (&self->words_source, g_source_unref);
  g_clear_object (&self->words_pipe);
}

static void
keep_words (YyAgentProcess *self, const char *buffer, gssize length)
{
  if (self->words == NULL)
    return;
  g_string_append_len (self->words, buffer, length);
  if (self->words->len > MAX_WORDS)
    g_string_erase (self->words, 0, (gssize) (self->words->len - MAX_WORDS));
}

/* At most so much at a time that the main loop is not held up by a talkative driver. */
static void
read_words (YyAgentProcess *self)
{
  char buffer[MAX_WORDS];
  gssize got = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (self->words_pipe),
                                                         buffer, sizeof buffer, NULL, NULL);

  if (got > 0)
    keep_words (self, buffer, got);
  else
    close_words (self);
}

static gboolean
on_words (GObject *pipe, gpointer user_data)
{
  YyAgentProcess *self = user_data;

  read_words (self);
  return self->words_source == NULL ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
on_exited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (YyAgentProcess) self = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  self->exited = TRUE;
  if (self->words_pipe != NULL &&
      g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (self->words_pipe)))
    read_words (self);
  close_words (self);
  g_signal_emit (self, exited_signal, 0);
}

static void
start (YyAgentProcess *self)
{
  const char *number = g_subprocess_get_identifier (self->process);

  if (number != NULL)
    self->pidfd = pidfd_open ((pid_t) g_ascii_strtoll (number, NULL, 10), 0);
  self->words = g_string_new (NULL);
  self->words_pipe = g_object_ref (g_subprocess_get_stderr_pipe (self->process));
  self->words_source =
      g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self->words_pipe), NULL);
  g_source_set_callback (self->words_source, G_SOURCE_FUNC (on_words), self, NULL);
  g_source_attach (self->words_source, g_main_context_get_thread_default ());
  g_subprocess_wait_async (self->process, NULL, on_exited, g_object_ref (self));
}

static GSubprocess *
spawn (const char *program, const char *module, int fd, GError **error)
{
  /* What a driver prints must not get between what this program prints. */
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *number = g_strdup_printf ("%d", CHILD_FD);

  g_subprocess_launcher_take_fd (launcher, fd, CHILD_FD);
  return g_subprocess_launcher_spawn (launcher, error, program, "--module", module, "--fd", number,
                                      NULL);
}

YyAgentProcess *
yy_agent_process_new (const char *program, const char *module, GIOStream **stream, GError **error)
{
  g_autoptr (YyAgentProcess) self = g_object_new (YY_TYPE_AGENT_PROCESS, NULL);
  g_autoptr (GSocket) socket = NULL;
  int ends[2] = { -1, -1 };

  self->module = g_strdup (module);
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
      return NULL;
    }
  socket = g_socket_new_from_fd (ends[0], error);
  if (socket == NULL)
    {
      close (ends[0]);
      close (ends[1]);
      return NULL;
    }
  self->process = spawn (program, module, ends[1], error);
  if (self->process == NULL)
    return NULL;
  start (self);
  *stream = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  return g_steal_pointer (&self);
}

gboolean
yy_agent_process_has_exited (YyAgentProcess *self)
{
  return self->exited;
}

/* GSubprocess would leave it to a thread, and this program may end before that. */
void
yy_agent_process_kill (YyAgentProcess *self)
{
  if (self->exited)
    return;
  if (self->pidfd < 0 || pidfd_send_signal (self->pidfd, SIGKILL, NULL, 0) != 0)
    g_subprocess_force_exit (self->process);
}

void
yy_agent_process_forget (YyAgentProcess *self)
{
  if (self->words != NULL)
    g_string_free (self->words, TRUE);
  self->words = NULL;
}

/* The last line, without the name of the module that the agent puts before it. */
static char *
last_words (YyAgentProcess *self)
{
  g_autofree char *valid = g_utf8_make_valid (self->words == NULL ? "" : self->words->str, -1);
  const char *line = NULL;

  g_strchomp (valid);
  line = strrchr (valid, '\n');
  line = line == NULL ? valid : line + 1;
  if (g_str_has_prefix (line, self->module) && line[strlen (self->module)] == ':')
    line += strlen (self->module) + 1;
  return g_strstrip (yy_token_clean_text (line));
}

GError *
yy_agent_process_dup_reason (YyAgentProcess *self)
{
  g_autofree char *name = g_path_get_basename (self->module);
  g_autofree char *words = last_words (self);
  int number = 0;

  if (g_subprocess_get_if_signaled (self->process))
    {
      number = g_subprocess_get_term_sig (self->process);
      return g_error_new (YY_ERROR, YY_ERROR_DRIVER_FAILED,
                          _ ("The driver %s crashed (signal %d, %s)"), name, number,
                          g_strsignal (number));
    }
  number = g_subprocess_get_exit_status (self->process);
  if (number != 0 && *words != '\0')
    return g_error_new (YY_ERROR, YY_ERROR_DRIVER_FAILED, _ ("The driver %s does not work: %s"),
                        name, words);
  return g_error_new (YY_ERROR, YY_ERROR_DRIVER_FAILED,
                      _ ("The driver %s stopped by itself (exit code %d)"), name, number);
}

static void
yy_agent_process_finalize (GObject *object)
{
  YyAgentProcess *self = YY_AGENT_PROCESS (object);

  close_words (self);
  yy_agent_process_forget (self);
  g_clear_object (&self->process);
  if (self->pidfd >= 0)
    close (self->pidfd);
  g_free (self->module);
  G_OBJECT_CLASS (yy_agent_process_parent_class)->finalize (object);
}

static void
yy_agent_process_class_init (YyAgentProcessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yy_agent_process_finalize;
  exited_signal = g_signal_new ("exited", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 0);
}

static void
yy_agent_process_init (YyAgentProcess *self)
{
  self->pidfd = -1;
}
