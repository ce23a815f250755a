// SPDX-License-Identifier: GPL-2.0-or-later
/* From a file name to a configuration that can run; see setup.h. */
#include "daemon/live/setup.h"

#include <errno.h>
#include <string.h>

#include "daemon/ivr/compile.h"
#include "daemon/speech/speech.h"

struct rd_config *rd_setup_compile(const struct rd_bundle *bundle,
				   struct rd_diag *diag)
{
	struct rd_config *config = rd_config_compile(bundle, diag);

	if (config && rd_ivr_load(config, diag)) {
		rd_config_free(config);
		return NULL;
	}
	return config;
}

int rd_setup_read(struct rd_setup *setup, const char *path,
		  struct rd_diag *diag)
{
	memset(setup, 0, sizeof(*setup));
	if (rd_bundle_read(path, &setup->bundle, diag))
		goto err;
	setup->config = rd_setup_compile(&setup->bundle, diag);
	if (!setup->config)
		goto err;
	rd_config_check_files(setup->config, diag);
	if (diag->errors)
		goto err;
	setup->prompts = rd_speech_load(setup->config, diag);
	if (!setup->prompts || diag->errors)
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
