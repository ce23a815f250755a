// SPDX-License-Identifier: GPL-2.0-or-later
/* From a file name to a configuration that can run; see setup.h. */
#include "daemon/live/setup.h"

#include <errno.h>
#include <string.h>

#include "daemon/ivr/compile.h"
#include "daemon/speech/speech.h"
#include "lib/base/folder.h"

#define FOLDER_MODE 0750

struct rd_config *rd_setup_compile(const struct rd_bundle *bundle,
				   struct rd_diag *diag)
{
	return rd_config_load(bundle, rd_ivr_load, diag);
}

/* Where the daemon writes: the folders may be made by the first start. */
static void make_folders(const struct rd_config *config, struct rd_diag *diag)
{
	const char *folders[] = { config->cache_dir, config->journal.dir,
				  config->recording.dir };
	const char *files[] = { config->store_path, config->control_path };
	int err;

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		err = rd_folder_make(folders[i], FOLDER_MODE);
		if (err)
			rd_diag_error(
				diag, (struct rd_place){ .file = folders[i] },
				"cannot make this folder: %s", strerror(-err));
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		err = rd_folder_make_above(files[i], FOLDER_MODE);
		if (err)
			rd_diag_error(diag,
				      (struct rd_place){ .file = files[i] },
				      "cannot make the folder of this file: %s",
				      strerror(-err));
	}
}

int rd_setup_read(struct rd_setup *setup, const char *path,
		  struct rd_diag *diag)
{
	memset(setup, 0, sizeof(*setup));
	if (rd_bundle_read(path, &setup->bundle, diag))
		goto err;
	setup->config =
		rd_config_load(&setup->bundle, rd_ivr_load_and_tell, diag);
	if (!setup->config)
		goto err;
	make_folders(setup->config, diag);
	rd_config_check_files(setup->config, diag);
	if (diag->errors)
		goto err;
	setup->prompts = rd_speech_load(setup->config, diag);
	if (!setup->prompts || diag->errors)
		goto err;
	/* from here on it is only for the journal */
	if (rd_bundle_mask(&setup->bundle, diag))
		goto err;
	return 0;
err:
	rd_setup_free(setup);
	return -EINVAL;
}

void rd_setup_free(struct rd_setup *setup)
{
	rd_prompts_free(setup->prompts);
	rd_config_free(setup->config);
	rd_bundle_free(&setup->bundle);
	memset(setup, 0, sizeof(*setup));
}
