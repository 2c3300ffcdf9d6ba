/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A CA for tests of the client's side of CMP: it answers every certificate request with one given
 * certificate, or refuses it. Messages are read from standard input and answered on standard
 * output, each after its length in four bytes, most significant first. What a certConf said goes to
 * standard error: "confirmed" or "rejected".
 *
 * cmp-responder REFERENCE SECRET (certificate FILE | reject TEXT)
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/cmp.h>
#include <openssl/pem.h>

#define MAX_MESSAGE (1 << 20)

typedef struct
{
  X509 *certificate;
  const char *refusal;
} Answer;

static OSSL_CMP_PKISI *
on_request (OSSL_CMP_SRV_CTX *server,
            const OSSL_CMP_MSG *request,
            int id,
            const OSSL_CRMF_MSG *template,
            const X509_REQ *csr,
            X509 **certificate,
            STACK_OF (X509) * *chain,
            STACK_OF (X509) * *ca)
{
  Answer *answer = OSSL_CMP_SRV_CTX_get0_custom_ctx (server);

  if (answer->refusal != NULL)
    return OSSL_CMP_STATUSINFO_new (OSSL_CMP_PKISTATUS_rejection,
                                    1 << OSSL_CMP_PKIFAILUREINFO_badRequest, answer->refusal);
  *certificate = X509_dup (answer->certificate);
  return OSSL_CMP_STATUSINFO_new (OSSL_CMP_PKISTATUS_accepted, 0, NULL);
}

static int
on_confirmation (OSSL_CMP_SRV_CTX *server,
                 const OSSL_CMP_MSG *request,
                 int id,
                 const ASN1_OCTET_STRING *hash,
                 const OSSL_CMP_PKISI *status)
{
  char text[256] = "";

  if (status != NULL)
    OSSL_CMP_snprint_PKIStatusInfo (status, text, sizeof text);
  fprintf (stderr, "%s\n", strstr (text, "rejection") == NULL ? "confirmed" : "rejected");
  return 1;
}

static void
on_error (OSSL_CMP_SRV_CTX *server,
          const OSSL_CMP_MSG *message,
          const OSSL_CMP_PKISI *status,
          const ASN1_INTEGER *code,
          const OSSL_CMP_PKIFREETEXT *details)
{
  fprintf (stderr, "error\n");
}

static OSSL_CMP_SRV_CTX *
server_new (const char *reference, const char *secret, Answer *answer)
{
  OSSL_CMP_SRV_CTX *server = OSSL_CMP_SRV_CTX_new (NULL, NULL);
  OSSL_CMP_CTX *context = OSSL_CMP_SRV_CTX_get0_cmp_ctx (server);

  if (OSSL_CMP_SRV_CTX_init (server, answer, on_request, NULL, NULL, on_error, on_confirmation,
                             NULL) != 1 ||
      OSSL_CMP_CTX_set1_referenceValue (context, (const unsigned char *) reference,
                                        (int) strlen (reference)) != 1 ||
      OSSL_CMP_CTX_set1_secretValue (context, (const unsigned char *) secret,
                                     (int) strlen (secret)) != 1)
    abort ();
  return server;
}

static OSSL_CMP_MSG *
read_message (void)
{
  unsigned char head[4];
  unsigned char *body = NULL;
  const unsigned char *end = NULL;
  size_t length = 0;
  OSSL_CMP_MSG *message = NULL;

  if (fread (head, 1, sizeof head, stdin) != sizeof head)
    return NULL;
  length = (size_t) head[0] << 24 | (size_t) head[1] << 16 | (size_t) head[2] << 8 | head[3];
  if (length > MAX_MESSAGE)
    abort ();
  body = malloc (length + 1);
  if (body == NULL || fread (body, 1, length, stdin) != length)
    abort ();
  end = body;
  message = d2i_OSSL_CMP_MSG (NULL, &end, (long) length);
  free (body);
  if (message == NULL)
    abort ();
  return message;
}

static void
write_message (const OSSL_CMP_MSG *message)
{
  unsigned char *der = NULL;
  int length = i2d_OSSL_CMP_MSG (message, &der);
  const unsigned char head[] = { (unsigned char) (length >> 24), (unsigned char) (length >> 16),
                                 (unsigned char) (length >> 8), (unsigned char) length };

  fwrite (head, 1, sizeof head, stdout);
  fwrite (der, 1, (size_t) length, stdout);
  fflush (stdout);
  OPENSSL_free (der);
}

static X509 *
read_certificate (const char *path)
{
  FILE *file = fopen (path, "r");
  X509 *certificate = file == NULL ? NULL : PEM_read_X509 (file, NULL, NULL, NULL);

  if (certificate == NULL)
    abort ();
  fclose (file);
  return certificate;
}

int
main (int argc, char **argv)
{
  Answer answer = { NULL, NULL };
  OSSL_CMP_SRV_CTX *server = NULL;
  OSSL_CMP_MSG *request = NULL;

  if (argc != 5)
    return 2;
  if (strcmp (argv[3], "certificate") == 0)
    answer.certificate = read_certificate (argv[4]);
  else
    answer.refusal = argv[4];
  server = server_new (argv[1], argv[2], &answer);
  while ((request = read_message ()) != NULL)
    {
      OSSL_CMP_MSG *response = OSSL_CMP_SRV_process_request (server, request);

      OSSL_CMP_MSG_free (request);
      if (response == NULL)
        abort ();
      write_message (response);
      OSSL_CMP_MSG_free (response);
    }
  OSSL_CMP_SRV_CTX_free (server);
  X509_free (answer.certificate);
  return 0;
}
