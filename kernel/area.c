// SPDX-License-Identifier: GPL-2.0-only
/*
 * The four areas of a card: DMA memory, mapped to its owner as it is.
 *
 * Pages come by faults, under card->lock: a handle that is revoked at the same
 * time either loses its pages to unmap_mapping_range(), or finds itself revoked
 * in the fault and gets its own idle pages, which look like a card that is gone
 * and that nobody else sees. Mapping everything in mmap() could not promise
 * that, because the area is not yet in the file's mapping then. One fault
 * brings in all of an area, so that a tick meets none.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>

#include "card.h"
#include "compat.h"

/* ---- memory -------------------------------------------------------------- */

static int area_alloc(struct ringdown_card *card, u32 i, size_t octets)
{
	struct ringdown_memory *a = &card->area[i];
	int err;

	octets = PAGE_ALIGN(octets);
	a->cpu = dma_alloc_coherent(card->parent, octets, &a->dma, GFP_KERNEL);
	if (!a->cpu)
		return -ENOMEM;
	err = dma_get_sgtable(card->parent, &a->pages, a->cpu, a->dma, octets);
	if (err) {
		dma_free_coherent(card->parent, octets, a->cpu, a->dma);
		a->cpu = NULL;
		return err;
	}
	a->octets = octets;
	return 0;
}

void ringdown_areas_free(struct ringdown_card *card)
{
	u32 i;

	for (i = 0; i < RINGDOWN_AREAS; i++) {
		struct ringdown_memory *a = &card->area[i];

		if (!a->cpu)
			continue;
		sg_free_table(&a->pages);
		dma_free_coherent(card->parent, a->octets, a->cpu, a->dma);
		a->cpu = NULL;
	}
}

int ringdown_areas_alloc(struct ringdown_card *card)
{
	const size_t octets[RINGDOWN_AREAS] = {
		[RINGDOWN_AREA_STATUS] = sizeof(struct ringdown_status),
		[RINGDOWN_AREA_CONTROL] = sizeof(struct ringdown_control),
		[RINGDOWN_AREA_RX] = card->area_octets,
		[RINGDOWN_AREA_TX] = card->area_octets,
	};
	int err;
	u32 i;

	for (i = 0; i < RINGDOWN_AREAS; i++) {
		err = area_alloc(card, i, octets[i]);
		if (err) {
			ringdown_areas_free(card);
			return err;
		}
	}
	return 0;
}

/* ---- what is left of a card that is gone --------------------------------- */

int ringdown_idle_alloc(struct ringdown_handle *h)
{
	struct ringdown_status *gone;
	u32 i;

	BUILD_BUG_ON(offsetof(struct ringdown_status, span) > PAGE_SIZE);
	for (i = 0; i < RINGDOWN_AREAS; i++) {
		h->idle[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!h->idle[i]) {
			ringdown_idle_free(h);
			return -ENOMEM;
		}
	}
	gone = page_address(h->idle[RINGDOWN_AREA_STATUS]);
	gone->magic = RINGDOWN_MAGIC;
	gone->version = RINGDOWN_ABI_VERSION;
	gone->size = sizeof(*gone);
	gone->state = RINGDOWN_CARD_GONE;
	return 0;
}

void ringdown_idle_free(struct ringdown_handle *h)
{
	u32 i;

	for (i = 0; i < RINGDOWN_AREAS; i++)
		if (h->idle[i])
			__free_page(h->idle[i]);
}

/* ---- maps ---------------------------------------------------------------- */

static u32 area_of(unsigned long pgoff)
{
	return pgoff >> (RINGDOWN_AREA_SHIFT - PAGE_SHIFT);
}

/* Insert all the pages of an area that a map covers, it may be a part. */
static vm_fault_t insert_area(struct vm_area_struct *vma,
			      struct ringdown_memory *a)
{
	unsigned long addr = vma->vm_start, skip, n = vma_pages(vma);
	struct sg_page_iter it;
	vm_fault_t fault;

	skip = vma->vm_pgoff & (BIT(RINGDOWN_AREA_SHIFT - PAGE_SHIFT) - 1);
	for_each_sgtable_page(&a->pages, &it, skip) {
		if (!n--)
			break;
		fault = vmf_insert_pfn(vma, addr,
				       page_to_pfn(sg_page_iter_page(&it)));
		if (fault != VM_FAULT_NOPAGE)
			return fault;
		addr += PAGE_SIZE;
	}
	return VM_FAULT_NOPAGE;
}

static vm_fault_t ringdown_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct ringdown_handle *h = vma->vm_private_data;
	u32 i = area_of(vma->vm_pgoff);
	vm_fault_t fault;

	mutex_lock(&h->card->lock);
	if (h->is_revoked)
		fault = vmf_insert_pfn(vma, vmf->address,
				       page_to_pfn(h->idle[i]));
	else
		fault = insert_area(vma, &h->card->area[i]);
	mutex_unlock(&h->card->lock);
	return fault;
}

static const struct vm_operations_struct ringdown_vm_ops = {
	.fault = ringdown_fault,
};

/*
 * The protection this DMA memory needs on this machine is known to
 * dma_mmap_coherent() only. So map with it, and empty the map again: pages come
 * by faults, as said above.
 */
static int prepare(struct ringdown_card *card, struct ringdown_memory *a,
		   struct vm_area_struct *vma)
{
	unsigned long pgoff = vma->vm_pgoff;
	int err;

	vma->vm_pgoff = 0;
	err = dma_mmap_coherent(card->parent, vma, a->cpu, a->dma, a->octets);
	vma->vm_pgoff = pgoff;
	if (!err)
		zap_vma_ptes(vma, vma->vm_start, vma->vm_end - vma->vm_start);
	return err;
}

int ringdown_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct ringdown_handle *h = file->private_data;
	struct ringdown_card *card = h->card;
	u32 i = area_of(vma->vm_pgoff);
	bool is_ours = i == RINGDOWN_AREA_STATUS || i == RINGDOWN_AREA_RX;
	int err;

	if (i >= RINGDOWN_AREAS ||
	    vma->vm_pgoff != (unsigned long)i
				     << (RINGDOWN_AREA_SHIFT - PAGE_SHIFT))
		return -EINVAL;
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC || (is_ours && vma->vm_flags & VM_WRITE))
		return -EACCES;
	mutex_lock(&card->lock);
	if (h->is_revoked)
		err = -ENODEV;
	else if (vma->vm_end - vma->vm_start != card->area[i].octets)
		err = -EINVAL;
	else
		err = prepare(card, &card->area[i], vma);
	mutex_unlock(&card->lock);
	if (err)
		return err;
	vm_flags_mod(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP,
		     VM_MAYEXEC | (is_ours ? VM_MAYWRITE : 0));
	vma->vm_private_data = h;
	vma->vm_ops = &ringdown_vm_ops;
	return 0;
}
