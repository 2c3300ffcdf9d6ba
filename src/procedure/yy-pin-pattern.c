/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "procedure/yy-pin-pattern.h"

#include <string.h>

#define MIN_PIECES     3
#define MIN_DIFFERENT  4
#define MIN_RUN        3
#define LONGEST_PERIOD 8

/* Lower case. Plain runs and repetitions ("123456", "qwerty", "111111") need not be listed. */
static const char *const common_words[] = {
  "5201314",   "1314520",   "5211314",  "1314521",   "7758521",   "7758258",  "woaini",
  "woaini520", "woaiwojia", "aini",     "1314",      "520",       "zhang",    "qq",
  "caonima",   "nihao",     "zxczxc",   "a123456",   "aa123456",  "a1b2c3",   "abc123",
  "1q2w3e4r",  "1q2w3e",    "q1w2e3r4", "q1w2e3",    "1a2b3c4d",  "112233",   "11223344",
  "445566",    "778899",    "aabbcc",   "147258369", "147852369", "159357",   "159753",
  "123123",    "123321",    "1234321",  "password",  "passwd",    "pass",     "admin",
  "root",      "user",      "test",     "demo",      "guest",     "welcome",  "login",
  "letmein",   "master",    "secret",   "default",   "changeme",  "iloveyou", "loveyou",
  "love",      "monkey",    "dragon",   "football",  "baseball",  "superman", "batman",
  "princess",  "sunshine",  "shadow",   "michael",   "jordan",    "taobao",   "alibaba",
  "tencent",   "baidu",     "china",    "zhongguo",  "beijing",   "shanghai", "guangdong",
  "shenzhen",  "guangzhou", "mima",     "wodemima",  "qwe123",    "asd123",   "zxc123",
  "1qazxsw2",  "qazwsx",    "yinyao",   "usbkey",    "ukey",      "token",    "certificate",
  "netca",
};

/* Each is a run in both directions. The keys of a US keyboard without shift. */
static const char *const lines[] = {
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "`1234567890-=",
  "qwertyuiop[]\\",
  "asdfghjkl;'",
  "zxcvbnm,./",
  "1qaz",
  "2wsx",
  "3edc",
  "4rfv",
  "5tgb",
  "6yhn",
  "7ujm",
  "8ik,",
  "9ol.",
  "0p;/",
  "789456123",
  "147258369",
  "2468",
  "13579",
};

/* The key that was struck, without shift. */
static char
key_of (char c)
{
  static const char shifted[] = "~!@#$%^&*()_+{}|:\"<>?";
  static const char plain[] = "`1234567890-=[]\\;',./";
  const char *place = c == '\0' ? NULL : strchr (shifted, c);

  return place == NULL ? g_ascii_tolower (c) : plain[place - shifted];
}

static gboolean
stands_for (char c, char letter)
{
  static const char signs[] = "0o1i1l!i!l|l3e4a@a5s$s7t+t8b9g2z";

  if (g_ascii_tolower (c) == letter)
    return TRUE;
  for (gsize i = 0; i + 1 < sizeof signs; i += 2)
    if (signs[i] == c && signs[i + 1] == letter)
      return TRUE;
  return FALSE;
}

static gsize
word_length (const char *at, gsize left)
{
  gsize longest = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (common_words); i++)
    {
      const char *word = common_words[i];
      gsize n = 0;

      while (n < left && word[n] != '\0' && stands_for (at[n], word[n]))
        n++;
      if (word[n] == '\0')
        longest = MAX (longest, n);
    }
  return longest;
}

static gsize
line_length (const char *at, gsize left, const char *line)
{
  const char *start = at[0] == '\0' ? NULL : strchr (line, key_of (at[0]));
  gsize longest = 0;

  /* "0" is at both ends of the digits. */
  for (; start != NULL; start = strchr (start + 1, key_of (at[0])))
    {
      gsize up = 1;
      gsize down = 1;

      while (up < left && start[up] != '\0' && start[up] == key_of (at[up]))
        up++;
      while (down < left && start - line >= (gssize) down &&
             start[-(gssize) down] == key_of (at[down]))
        down++;
      longest = MAX (longest, MAX (up, down));
    }
  return longest;
}

static gsize
run_length (const char *at, gsize left)
{
  gsize longest = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    longest = MAX (longest, line_length (at, left, lines[i]));
  return longest >= MIN_RUN ? longest : 0;
}

static gsize
repetition_length (const char *at, gsize left)
{
  gsize longest = 0;

  for (gsize period = 1; period <= LONGEST_PERIOD && 2 * period <= left; period++)
    {
      gsize n = period;

      while (n < left && g_ascii_tolower (at[n]) == g_ascii_tolower (at[n - period]))
        n++;
      if (n >= MAX (2 * period, MIN_RUN))
        longest = MAX (longest, n);
    }
  return longest;
}

guint
yy_pin_pattern_count_pieces (const YySecret *pin)
{
  const char *bytes = yy_secret_bytes (pin);
  gsize length = yy_secret_length (pin);
  guint pieces = 0;

  for (gsize at = 0; at < length; pieces++)
    {
      gsize left = length - at;
      gsize piece = word_length (bytes + at, left);

      piece = MAX (piece, run_length (bytes + at, left));
      piece = MAX (piece, repetition_length (bytes + at, left));
      at += MAX (piece, 1);
    }
  return pieces;
}

static gboolean
occurs_before (const char *bytes, gsize index)
{
  for (gsize i = 0; i < index; i++)
    if (g_ascii_tolower (bytes[i]) == g_ascii_tolower (bytes[index]))
      return TRUE;
  return FALSE;
}

gboolean
yy_pin_pattern_is_simple (const YySecret *pin)
{
  const char *bytes = yy_secret_bytes (pin);
  guint different = 0;

  for (gsize i = 0; i < yy_secret_length (pin) && different < MIN_DIFFERENT; i++)
    different += occurs_before (bytes, i) ? 0 : 1;
  return different < MIN_DIFFERENT || yy_pin_pattern_count_pieces (pin) < MIN_PIECES;
}
