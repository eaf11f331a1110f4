/* managed_load.c - read the files of written objects back, and say what would become of new ones. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "daemon/managed_parts.h"
#include "daemon/managed_yaml.h"
#include "daemon/world.h"
#include "model/object.h"
#include "model/service.h"
#include "source/manifest_file.h"

int
managed_decode(const struct managed *managed, const char *path, const char *text, size_t len,
    struct object_list *objects, struct diag *diag)
{
	/* What anybody with the token may write is not to run commands. */
	const struct decode_settings settings = { .trusted = false,
		.exec_enabled = managed->exec_enabled, .squeeze = managed->squeeze };

	return decode_text(path, text, len, &settings, objects, diag);
}

static int
load_text(const struct managed *managed, const char *path, struct object_list *objects,
    struct diag *diag)
{
	struct manifest_file file = { .text = NULL };
	int err = manifest_file_read(path, &file, diag);

	if (err == 0)
		err = managed_decode(managed, path, file.text, file.len, objects, diag);
	manifest_file_release(&file);
	return err;
}

int
managed_load_text(const struct managed *managed, const char *path, struct object_list *objects)
{
	struct diag *diag = diag_new();
	int err = diag == NULL ? ERR_NOMEM : load_text(managed, path, objects, diag);

	diag_free(diag);
	return err;
}

/* One object, and that of its name: else a later write would leave two files for one object. */
static bool
is_in_place(const struct managed *managed, const char *path, const struct object_list *objects)
{
	static const char *const resources[KIND_COUNT] = {
		[KIND_SERVICE] = "services", [KIND_POD] = "pods", [KIND_ENDPOINTS] = "endpoints",
		[KIND_ENDPOINT_SLICE] = "endpointslices", [KIND_NAMESPACE] = "namespaces",
		[KIND_INGRESS] = "ingresses",
	};
	const struct object *object = objects->count == 1 ? objects->items[0] : NULL;
	char expected[MANAGED_PATH_SIZE];

	return object != NULL && managed_file_path(managed->root, resources[object->kind],
	    object->kind == KIND_NAMESPACE ? "" : object->ns, object->name, expected) == 0 &&
	    strcmp(path, expected) == 0;
}

static int
load_file(void *arg, const char *path)
{
	struct managed *managed = arg;
	struct object_list objects = { 0 };
	struct diag *diag = diag_new();
	int err = diag == NULL ? ERR_NOMEM : load_text(managed, path, &objects, diag);

	if (err == 0 && !is_in_place(managed, path, &objects)) {
		log_error("%s: does not state the one object that it is named after; skipped",
		    path);
		err = ERR_INVALID;
	}
	if (err == 0) {
		err = world_replace_file(managed->world, path, clock_now_us(managed->clock),
		    objects.items, objects.count, diag);
		objects.count = 0;
	}
	managed->broken += err != 0;
	if (diag != NULL)
		diag_log(diag);
	object_list_release(&objects);
	diag_free(diag);
	return err == ERR_NOMEM ? err : 0;
}

int
managed_load(struct managed *managed)
{
	int err;

	managed->broken = 0;
	if (managed->root == NULL)
		return 0;
	err = managed_file_each(managed->root, load_file, managed);
	if (err == ERR_NOMEM)
		return err;
	if (err != 0) {
		log_errno(LOG_ERROR, "%s cannot be read", managed->root);
		managed->broken++;
	}
	return 0;
}

size_t
managed_broken_count(const struct managed *managed)
{
	return managed->broken;
}

/* What a Service states must be to be had. */
static int
check_addresses(const struct managed *managed, const struct object *object,
    allot_refusal_fn *tell, void *arg)
{
	if (object->kind != KIND_SERVICE)
		return 0;
	return allot_check(world_allot(managed->world), (const struct service *)(const void *)object,
	    tell, arg) == 0 ? 0 : ERR_INVALID;
}

int
managed_check(struct managed *managed, json_t *object, struct diag *diag, allot_refusal_fn *tell,
    void *arg)
{
	struct object_list objects = { 0 };
	struct strbuf text = STRBUF_INIT;
	int err = managed_yaml_write(object, &text);

	if (err == 0)
		err = managed_decode(managed, "written", text.text, text.len, &objects, diag);
	for (size_t i = 0; err == 0 && i < objects.count; i++)
		err = check_addresses(managed, objects.items[i], tell, arg);
	object_list_release(&objects);
	strbuf_release(&text);
	return err;
}
