/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "certificate/yy-certificate.h"

/* A self-signed P-256 certificate for this name, new each time. */
YyCertificate *test_certificate_new (const char *common_name);
