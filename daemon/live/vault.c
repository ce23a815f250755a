// SPDX-License-Identifier: GPL-2.0-or-later
/* The vault of vault.h: a short list, because few callers key a secret at once. */
#include "daemon/live/vault.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

struct rd_vault_slot {
	uint32_t id; /* 0: free */
	uint32_t n;
	char digits[RD_VAULT_DIGITS];
};

int rd_vault_init(struct rd_vault *vault, uint32_t n)
{
	size_t len = n * sizeof(struct rd_vault_slot);
	void *mem = mmap(NULL, len, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		return -ENOMEM;
	/* Both may be refused (RLIMIT_MEMLOCK): then it is plain memory. */
	(void)mlock(mem, len);
	(void)madvise(mem, len, MADV_DONTDUMP);
	vault->slots = mem;
	vault->n = n;
	return 0;
}

static void empty(struct rd_vault_slot *slot)
{
	explicit_bzero(slot, sizeof(*slot));
}

void rd_vault_exit(struct rd_vault *vault)
{
	if (!vault->slots)
		return;
	explicit_bzero(vault->slots, vault->n * sizeof(*vault->slots));
	munmap(vault->slots, vault->n * sizeof(*vault->slots));
	vault->slots = NULL;
}

static struct rd_vault_slot *find(struct rd_vault *vault, uint32_t id)
{
	for (uint32_t i = 0; i < vault->n; i++)
		if (vault->slots[i].id == id)
			return &vault->slots[i];
	return NULL;
}

/* Numbers grow, so the least is the oldest; a free slot's is 0. */
static struct rd_vault_slot *oldest(struct rd_vault *vault)
{
	struct rd_vault_slot *slot = vault->slots;

	for (uint32_t i = 1; i < vault->n; i++)
		if (vault->slots[i].id < slot->id)
			slot = &vault->slots[i];
	return slot;
}

int rd_vault_add(struct rd_vault *vault, uint32_t id, char digit)
{
	struct rd_vault_slot *slot = find(vault, id);

	if (!slot) {
		slot = oldest(vault);
		empty(slot);
		slot->id = id;
	}
	if (slot->n == RD_VAULT_DIGITS)
		return -ENOSPC;
	slot->digits[slot->n++] = digit;
	return 0;
}

void rd_vault_take(struct rd_vault *vault, uint32_t id,
		   char out[RD_VAULT_DIGITS + 1])
{
	struct rd_vault_slot *slot = id ? find(vault, id) : NULL;

	out[0] = '\0';
	if (!slot)
		return;
	memcpy(out, slot->digits, slot->n);
	out[slot->n] = '\0';
	empty(slot);
}

static bool same_secret(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	unsigned char differ = la != lb;

	for (size_t i = 0; i < lb; i++)
		differ |= (unsigned char)((i < la ? a[i] : 0) ^ b[i]);
	return !differ;
}

enum rd_lookup_status rd_vault_check_pin(const struct rd_config *config,
					 const char *key, const char *secret)
{
	const char *number = strchr(key, ' ');

	for (uint16_t i = 0; config && number && i < config->nagents; i++)
		if (strcmp(config->agents[i].number, number + 1) == 0)
			return same_secret(secret, config->agents[i].pin)
				       ? RD_LOOKUP_FOUND
				       : RD_LOOKUP_NONE;
	return RD_LOOKUP_NONE;
}
