/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 (FIPS 180-4), so that "sha256sum -c" can check a backup. */
#ifndef RD_STORE_SHA256_H
#define RD_STORE_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct rd_sha256 {
	uint32_t h[8];
	uint64_t len;
	uint8_t block[64];
};

void rd_sha256_init(struct rd_sha256 *s);
void rd_sha256_add(struct rd_sha256 *s, const void *data, size_t len);
/* hex[65]: 64 digits and NUL. */
void rd_sha256_end(struct rd_sha256 *s, char *hex);

#endif
