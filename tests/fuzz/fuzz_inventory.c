/* Inventories of OCFL: whatever they say, the paths that are kept lead nowhere else. */
#include <string.h>

#include "fuzz/fuzz.h"
#include "package/layout.h"
#include "package/ocfl.h"

static void
look(const struct st_inventory *inventory, uint64_t problems)
{
	const struct st_paths *paths = &inventory->paths;
	size_t i;

	for (i = 0; i < paths->count; i++) {
		FUZZ_MUST(st_path_fault(paths->items[i].path, "a", "b") == NULL);
		FUZZ_MUST(
		    i == 0 || st_path_compare(paths->items[i - 1].path, paths->items[i].path) <= 0);
		FUZZ_MUST(st_paths_find(paths, paths->items[i].path) != NULL);
	}
	if (problems > 0)
		return;
	FUZZ_MUST(inventory->json != NULL && inventory->manifest != NULL);
	FUZZ_MUST(inventory->count == stet_json_size(inventory->versions) && inventory->count > 0);
	FUZZ_MUST(st_version_number(inventory->head, NULL) == inventory->count);
	for (i = 1; i < paths->count; i++)
		FUZZ_MUST(!st_path_inside(paths->items[i].path, paths->items[i - 1].path));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct st_inventory inventory;
	struct st_layout layout;
	struct st_buf place = {0};
	struct st_found found;

	FUZZ_MUST(st_crypto_init(NULL) == STET_OK);
	st_found_init(&found);
	if (st_inventory_read((stet_bytes){data, size}, "i", &found, &inventory, NULL) == STET_OK)
		look(&inventory, found.problem_count);
	st_inventory_clear(&inventory);
	st_found_clear(&found);
	if (st_layout_read((stet_bytes){data, size}, &layout, NULL) == STET_OK &&
	    layout.kind != ST_LAYOUT_UNKNOWN) {
		st_layout_place(&layout, (stet_bytes){data, size}, &place);
		FUZZ_MUST(place.rc != STET_OK || (place.size > 0 && place.data[0] != '/'));
		st_buf_free(&place);
	}
	return 0;
}
