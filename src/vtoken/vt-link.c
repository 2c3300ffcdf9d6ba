/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtoken/vt-link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib-unix.h>
#include <openssl/crypto.h>

#define RETRY_MS        50
#define SEND_TIMEOUT_MS 5000
#define FRAME_HEADER    2
#define FRAME_MAX       (FRAME_HEADER + G_MAXUINT16)

/* The reader's one-byte messages; anything longer is an APDU. */
enum
{
  CONTROL_POWER_OFF = 0,
  CONTROL_POWER_ON = 1,
  CONTROL_RESET = 2,
  CONTROL_ATR = 4,
};

static const guint8 atr[] = {
  0x3b, 0xfe, 0x18, 0x00, 0x00, 0x81, 0x31, 0xfe, 0x45, 0x80, 0x31, 0x81,
  0x54, 0x48, 0x53, 0x4d, 0x31, 0x73, 0x80, 0x21, 0x40, 0x81, 0x07, 0xfa,
};

/*
 * The reader looks at its token every 400 ms or so, by asking for the answer to reset. Any other
 * question that fails also makes it drop the connection, but then its next look accepts whatever
 * waits there: a token pulled in the middle of an APDU and pushed in again would never have been
 * away for pcscd. So a removal ends with a look that certainly finds no token (farewell): a
 * connection that hangs up when that question comes.
 */
struct _VtLink
{
  guint16 port;
  const VtLinkHandler *handler;
  gpointer user_data;

  gboolean wanted;        /* in the reader */
  gboolean owes_farewell; /* no look has found it gone yet */
  gboolean out;           /* fd is only there for the farewell */
  gboolean powering;      /* the next question for the answer to reset is not a look */
  gboolean announced;
  gboolean busy; /* an APDU has no answer yet */
  int fd;
  guint watch;
  guint retry;
  GByteArray *received;
};

static void advance (VtLink *link);

VtLink *
vt_link_new (guint16 port, const VtLinkHandler *handler, gpointer user_data)
{
  VtLink *link = g_new0 (VtLink, 1);

  link->port = port;
  link->handler = handler;
  link->user_data = user_data;
  link->fd = -1;
  /* never moved, so that no copy of a PIN stays behind */
  link->received = g_byte_array_sized_new (FRAME_MAX);
  return link;
}

static void
wipe_received (VtLink *link)
{
  OPENSSL_cleanse (link->received->data, link->received->len);
  g_byte_array_set_size (link->received, 0);
}

static void
hang_up (VtLink *link)
{
  g_clear_handle_id (&link->watch, g_source_remove);
  g_clear_handle_id (&link->retry, g_source_remove);
  if (link->fd >= 0)
    close (link->fd);
  link->fd = -1;
  link->announced = FALSE;
  link->busy = FALSE;
  link->powering = FALSE;
  wipe_received (link);
}

void
vt_link_free (VtLink *link)
{
  hang_up (link);
  g_byte_array_unref (link->received);
  g_free (link);
}

gboolean
vt_link_is_inserted (VtLink *link)
{
  return link->announced;
}

gboolean
vt_link_is_gone (VtLink *link)
{
  return !link->wanted && !link->owes_farewell;
}

void
vt_link_insert (VtLink *link)
{
  link->wanted = TRUE;
  advance (link);
}

void
vt_link_remove (VtLink *link)
{
  link->wanted = FALSE;
  link->announced = FALSE;
  g_clear_handle_id (&link->retry, g_source_remove);
  if (link->fd < 0 || link->out)
    return;
  link->owes_farewell = TRUE;
  link->out = TRUE;
  /* an answer will never come: between two questions the connection serves for the farewell */
  if (link->busy)
    hang_up (link);
  advance (link);
}

/* vpcd sends a length and a body in two pieces, and the second one waits for our ACK of the first.
 */
static void
ack_quickly (VtLink *link)
{
  const int on = 1;

  (void) setsockopt (link->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

static gboolean
send_all (VtLink *link, const guint8 *bytes, gsize length)
{
  while (length > 0)
    {
      ssize_t sent = send (link->fd, bytes, length, MSG_NOSIGNAL);
      struct pollfd room = { .fd = link->fd, .events = POLLOUT };

      if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        {
          if (poll (&room, 1, SEND_TIMEOUT_MS) <= 0)
            return FALSE;
          continue;
        }
      if (sent < 0)
        return FALSE;
      bytes += sent;
      length -= (gsize) sent;
    }
  return TRUE;
}

void
vt_link_answer (VtLink *link, const guint8 *bytes, gsize length)
{
  guint8 frame[FRAME_MAX];
  gboolean sent = FALSE;

  wipe_received (link);
  link->busy = FALSE;
  if (link->fd < 0 || length > G_MAXUINT16)
    return;
  frame[0] = (guint8) (length >> 8);
  frame[1] = (guint8) length;
  for (gsize i = 0; i < length; i++)
    frame[FRAME_HEADER + i] = bytes[i];
  sent = send_all (link, frame, FRAME_HEADER + length);
  OPENSSL_cleanse (frame, FRAME_HEADER + length);
  if (sent)
    ack_quickly (link);
}

static void
answer_atr (VtLink *link)
{
  link->powering = FALSE;
  vt_link_answer (link, atr, sizeof atr);
  if (link->announced)
    return;
  link->announced = TRUE;
  link->handler->inserted (link->user_data);
}

static void
on_control (VtLink *link, guint8 control)
{
  if (control == CONTROL_ATR)
    {
      answer_atr (link);
      return;
    }
  link->powering = control != CONTROL_POWER_OFF;
  wipe_received (link);
  link->handler->reset (link->user_data);
}

static void
end_farewell (VtLink *link)
{
  link->owes_farewell = FALSE;
  link->out = FALSE;
  link->handler->gone (link->user_data);
}

/* What the reader asks of a token that is out: nothing is answered. */
static void
on_frame_out (VtLink *link, const guint8 *body, gsize length)
{
  gboolean is_control = length == 1;
  gboolean is_look = is_control && body[0] == CONTROL_ATR && !link->powering;

  if (is_control && body[0] != CONTROL_ATR)
    {
      link->powering = body[0] != CONTROL_POWER_OFF;
      wipe_received (link);
      return;
    }
  hang_up (link);
  if (is_look)
    end_farewell (link);
  advance (link);
}

/* The reader asks one thing at a time: a frame is followed by nothing until it was answered. */
static void
on_frame (VtLink *link, guint8 *body, gsize length)
{
  if (link->out)
    on_frame_out (link, body, length);
  else if (length == 1)
    on_control (link, body[0]);
  else
    {
      link->busy = TRUE;
      link->handler->command (body, length, link->user_data);
    }
}

static gboolean
on_retry (gpointer user_data)
{
  VtLink *link = user_data;

  link->retry = 0;
  advance (link);
  return G_SOURCE_REMOVE;
}

static void
on_lost (VtLink *link)
{
  hang_up (link);
  if (link->out)
    end_farewell (link);
  else
    link->handler->reset (link->user_data);
  if (link->wanted)
    link->retry = g_timeout_add (RETRY_MS, on_retry, link);
}

/* Returns: 1: there is a whole frame of @length bytes, 0: not yet, -1: this is no frame */
static int
find_frame (VtLink *link, gsize *length)
{
  const guint8 *data = link->received->data;

  if (link->received->len < FRAME_HEADER)
    return 0;
  *length = (gsize) (data[0] << 8 | data[1]);
  if (*length == 0)
    return -1;
  return link->received->len >= FRAME_HEADER + *length;
}

/* Returns: FALSE: the connection has ended */
static gboolean
receive (VtLink *link)
{
  guint8 bytes[FRAME_MAX];
  ssize_t count = recv (link->fd, bytes, sizeof bytes, 0);

  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return TRUE;
  /* nothing may come while an answer is awaited */
  if (count <= 0 || link->busy || link->received->len + (gsize) count > FRAME_MAX)
    return FALSE;
  g_byte_array_append (link->received, bytes, (guint) count);
  OPENSSL_cleanse (bytes, (gsize) count);
  ack_quickly (link);
  return TRUE;
}

/* Control messages have no answer, so more than one frame can have come. */
static void
take_frame (VtLink *link, gsize length)
{
  guint8 *data = link->received->data;
  gsize rest = link->received->len - FRAME_HEADER - length;
  guint8 *behind = g_memdup2 (data + FRAME_HEADER + length, rest);
  guint watch = link->watch;

  on_frame (link, data + FRAME_HEADER, length);
  if (rest > 0 && link->watch == watch && !link->busy)
    g_byte_array_append (link->received, behind, (guint) rest);
  if (rest > 0)
    OPENSSL_cleanse (behind, rest);
  g_free (behind);
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  VtLink *link = user_data;
  guint watch = link->watch;
  gsize length = 0;
  int found = receive (link) ? 1 : -1;

  while (found > 0 && link->watch == watch && !link->busy)
    {
      found = find_frame (link, &length);
      if (found > 0)
        take_frame (link, length);
    }
  if (found < 0)
    on_lost (link);
  return link->watch == watch ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static int
dial (guint16 port)
{
  const struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_port = htons (port),
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;

  if (fd < 0)
    return -1;
  if (connect (fd, (const struct sockaddr *) &address, sizeof address) != 0 && errno != EINPROGRESS)
    {
      close (fd);
      return -1;
    }
  (void) setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

/* The next thing that takes the link from what it is to what is wanted. */
static void
advance (VtLink *link)
{
  if (link->fd >= 0 || link->retry != 0 || (!link->wanted && !link->owes_farewell))
    return;
  link->out = link->owes_farewell;
  link->fd = dial (link->port);
  if (link->fd >= 0)
    {
      ack_quickly (link);
      link->watch = g_unix_fd_add (link->fd, G_IO_IN, on_readable, link);
      return;
    }
  if (link->out)
    end_farewell (link);
  if (link->wanted)
    link->retry = g_timeout_add (RETRY_MS, on_retry, link);
}
