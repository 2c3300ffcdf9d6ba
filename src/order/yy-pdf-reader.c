/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order/yy-pdf-reader.h"

#include <string.h>

#define MAX_DEPTH  64
#define MAX_DIGITS 10

typedef enum
{
  TOKEN_NONE, /* the end, or something that cannot be read */
  TOKEN_INTEGER,
  TOKEN_NAME,
  TOKEN_KEYWORD,
  TOKEN_OTHER,
  TOKEN_ARRAY,
  TOKEN_ARRAY_END,
  TOKEN_DICTIONARY,
  TOKEN_DICTIONARY_END,
} TokenType;

typedef struct
{
  TokenType type;
  gint64 integer;
  char text[16];
} Token;

static gboolean read_value (YyPdfReader *self, const Token *token, guint depth, YyPdfValue *value);

gboolean
yy_pdf_is_space (guint8 c)
{
  return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' ';
}

static gboolean
is_regular (guint8 c)
{
  return !yy_pdf_is_space (c) && strchr ("()<>[]{}/%", c) == NULL;
}

static void
skip_space (YyPdfReader *self)
{
  gboolean comment = FALSE;

  for (; self->position < self->size; self->position++)
    {
      guint8 c = self->data[self->position];

      if (c == '%')
        comment = TRUE;
      else if (c == '\n' || c == '\r')
        comment = FALSE;
      else if (!comment && !yy_pdf_is_space (c))
        return;
    }
}

/* 7.3.4.2: parentheses inside may be nested, or escaped. */
static TokenType
read_string (YyPdfReader *self)
{
  gsize depth = 0;

  for (; self->position < self->size; self->position++)
    switch (self->data[self->position])
      {
      case '\\':
        self->position++;
        break;
      case '(':
        depth++;
        break;
      case ')':
        if (--depth > 0)
          break;
        self->position++;
        return TOKEN_OTHER;
      default:
        break;
      }
  return TOKEN_NONE;
}

static TokenType
read_hex_string (YyPdfReader *self)
{
  const guint8 *start = self->data + self->position;
  const guint8 *end = memchr (start, '>', self->size - self->position);

  if (end == NULL)
    return TOKEN_NONE;
  self->position = (gsize) (end + 1 - self->data);
  return TOKEN_OTHER;
}

static guint8
read_escaped (YyPdfReader *self)
{
  guint8 c = self->data[self->position++];
  int high = -1;
  int low = -1;

  if (c != '#' || self->size - self->position < 2)
    return c;
  high = g_ascii_xdigit_value ((char) self->data[self->position]);
  low = g_ascii_xdigit_value ((char) self->data[self->position + 1]);
  if (high < 0 || low < 0)
    return c;
  self->position += 2;
  return (guint8) (high << 4 | low);
}

/* A name's text, 7.3.5; what does not fit is none that anybody asks for. */
static TokenType
read_name (YyPdfReader *self, Token *token)
{
  gsize length = 0;

  self->position++;
  while (self->position < self->size && is_regular (self->data[self->position]))
    {
      guint8 c = read_escaped (self);

      if (length < sizeof token->text - 1)
        token->text[length++] = (char) c;
    }
  token->text[length] = '\0';
  return TOKEN_NAME;
}

static gboolean
parse_integer (const guint8 *text, gsize length, gint64 *integer)
{
  gsize i = *text == '+' || *text == '-' ? 1 : 0;

  if (length == i || length - i > MAX_DIGITS)
    return FALSE;
  *integer = 0;
  for (; i < length; i++)
    if (g_ascii_isdigit (text[i]))
      *integer = *integer * 10 + text[i] - '0';
    else
      return FALSE;
  if (*text == '-')
    *integer = -*integer;
  return TRUE;
}

static gboolean
is_number (const guint8 *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isdigit (text[i]) && strchr ("+-.", text[i]) == NULL)
      return FALSE;
  return TRUE;
}

static TokenType
read_regular (YyPdfReader *self, Token *token)
{
  const guint8 *start = self->data + self->position;
  gsize length = 0;

  while (self->position + length < self->size && is_regular (start[length]))
    length++;
  self->position += length;
  if (parse_integer (start, length, &token->integer))
    return TOKEN_INTEGER;
  if (is_number (start, length))
    return TOKEN_OTHER;
  if (length >= sizeof token->text)
    return TOKEN_NONE;
  memcpy (token->text, start, length);
  token->text[length] = '\0';
  return TOKEN_KEYWORD;
}

static TokenType
read_delimiter (YyPdfReader *self, TokenType type, gsize length)
{
  self->position += length;
  return type;
}

static TokenType
read_token (YyPdfReader *self, Token *token)
{
  guint8 next = 0;

  if (self->position >= self->size)
    return TOKEN_NONE;
  next = self->position + 1 < self->size ? self->data[self->position + 1] : 0;
  switch (self->data[self->position])
    {
    case '(':
      return read_string (self);
    case '/':
      return read_name (self, token);
    case '[':
      return read_delimiter (self, TOKEN_ARRAY, 1);
    case ']':
      return read_delimiter (self, TOKEN_ARRAY_END, 1);
    case '<':
      return next == '<' ? read_delimiter (self, TOKEN_DICTIONARY, 2) : read_hex_string (self);
    case '>':
      return next == '>' ? read_delimiter (self, TOKEN_DICTIONARY_END, 2) : TOKEN_NONE;
    case ')':
    case '{':
    case '}':
      return TOKEN_NONE;
    default:
      return read_regular (self, token);
    }
}

static TokenType
next_token (YyPdfReader *self, Token *token)
{
  gsize start = self->position;
  gsize used = 0;

  skip_space (self);
  token->type = read_token (self, token);
  used = self->position - start;
  if (used > *self->budget)
    token->type = TOKEN_NONE;
  *self->budget -= MIN (used, *self->budget);
  return token->type;
}

/* An integer that two more tokens may make a reference. */
static void
read_integer (YyPdfReader *self, const Token *token, YyPdfValue *value)
{
  Token next = { 0 };
  gsize start = self->position;

  value->type = YY_PDF_INTEGER;
  value->integer = token->integer;
  if (next_token (self, &next) == TOKEN_INTEGER && next_token (self, &next) == TOKEN_KEYWORD &&
      g_str_equal (next.text, "R"))
    value->type = YY_PDF_REFERENCE;
  else
    self->position = start;
}

static void
add_item (YyPdfValue *array, const YyPdfValue *item)
{
  if (item->type == YY_PDF_NAME && array->n_items == 0)
    memcpy (array->name, item->name, sizeof array->name);
  if (item->type == YY_PDF_REFERENCE)
    {
      if (array->n_references < YY_PDF_MAX_REFERENCES)
        array->references[array->n_references] = (guint32) CLAMP (item->integer, 0, G_MAXUINT32);
      array->n_references++;
    }
  array->n_items++;
}

static gboolean
read_array (YyPdfReader *self, guint depth, YyPdfValue *value)
{
  Token token = { 0 };

  value->type = YY_PDF_ARRAY;
  while (next_token (self, &token) != TOKEN_ARRAY_END)
    {
      YyPdfValue item = { 0 };

      if (!read_value (self, &token, depth + 1, &item))
        return FALSE;
      add_item (value, &item);
    }
  return TRUE;
}

static gboolean
read_dictionary (YyPdfReader *self, guint depth, YyPdfValue *value)
{
  Token key = { 0 };

  value->type = YY_PDF_DICTIONARY;
  while (next_token (self, &key) != TOKEN_DICTIONARY_END)
    {
      YyPdfValue item = { 0 };
      Token token = { 0 };

      if (key.type != TOKEN_NAME || next_token (self, &token) == TOKEN_NONE ||
          !read_value (self, &token, depth + 1, &item) ||
          !self->entry (key.text, &item, depth + 1, self->user_data))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_constant (const char *keyword)
{
  return g_str_equal (keyword, "null") || g_str_equal (keyword, "true") ||
         g_str_equal (keyword, "false");
}

static gboolean
read_value (YyPdfReader *self, const Token *token, guint depth, YyPdfValue *value)
{
  if (depth > MAX_DEPTH)
    return FALSE;
  switch ((int) token->type)
    {
    case TOKEN_INTEGER:
      read_integer (self, token, value);
      return TRUE;
    case TOKEN_NAME:
      value->type = YY_PDF_NAME;
      memcpy (value->name, token->text, sizeof value->name);
      return TRUE;
    case TOKEN_ARRAY:
      return read_array (self, depth, value);
    case TOKEN_DICTIONARY:
      return read_dictionary (self, depth, value);
    case TOKEN_OTHER:
      return TRUE;
    case TOKEN_KEYWORD:
      /* "1 0 obj endobj" is an object that holds nothing. */
      return depth == 0 || is_constant (token->text);
    default:
      return FALSE;
    }
}

gboolean
yy_pdf_reader_read_value (YyPdfReader *self, YyPdfValue *value)
{
  Token token = { 0 };

  *value = (YyPdfValue){ 0 };
  next_token (self, &token);
  return read_value (self, &token, 0, value);
}

gboolean
yy_pdf_reader_skip_keyword (YyPdfReader *self, const char *keyword)
{
  Token token = { 0 };
  gsize start = self->position;

  if (next_token (self, &token) == TOKEN_KEYWORD && g_str_equal (token.text, keyword))
    return TRUE;
  self->position = start;
  return FALSE;
}

gboolean
yy_pdf_reader_is_dictionary (YyPdfReader *self)
{
  Token token = { 0 };
  gsize start = self->position;
  gboolean dictionary = next_token (self, &token) == TOKEN_DICTIONARY;

  self->position = start;
  return dictionary;
}
