/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CRC-32C (Castagnoli; iSCSI, RFC 3720 appendix B.4): guards journal records
 * and digests commands. Start with 0; feed in any pieces.
 */
#ifndef RD_BASE_CRC32C_H
#define RD_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t rd_crc32c(uint32_t crc, const void *data, size_t len);

#endif
