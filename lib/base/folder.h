/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folders on disk. Context: start, never the tick.
 */
#ifndef RD_BASE_FOLDER_H
#define RD_BASE_FOLDER_H

#include <sys/types.h>

/*
 * Make the folder path and those above it that are missing. 0 (also if it is
 * there), or the -errno of mkdir(); -ENAMETOOLONG beyond 4095 octets.
 */
int rd_folder_make(const char *path, mode_t mode);

/* The folders above the file path. As rd_folder_make(). */
int rd_folder_make_above(const char *path, mode_t mode);

#endif
