/* manifest_read.c - one manifest from its path to its objects, by whichever thread. */
#include "source/manifest_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/err.h"
#include "source/source_text.h"

struct manifest_read *
manifest_read_new(const char *path)
{
	size_t len = strlen(path);
	struct manifest_read *read = calloc(1, sizeof(*read) + len + 1);

	if (read != NULL)
		memcpy(read->path, path, len + 1);
	return read;
}

void
manifest_read_free(struct manifest_read *read)
{
	if (read == NULL)
		return;
	object_list_release(&read->list);
	if (read->content != NULL)
		read->text->free(read->content);
	diag_free(read->diag);
	free(read);
}

/* The octets, and whether they are believed: what is decoded depends on both. */
static uint64_t
digest_of(const struct manifest_file *file)
{
	return file->trusted ? file->digest : ~file->digest;
}

static bool
is_text(const struct manifest_read *read)
{
	return read->text != NULL ? read->text->is(read->path) : source_text_is_zone(read->path);
}

static void
read_text(struct manifest_read *read, const struct manifest_file *file, struct squeeze *squeeze,
    const atomic_bool *stop)
{
	const struct place place = { read->path, 0, 0 };

	(void)squeeze;
	read->is_text = true;
	if (read->text != NULL)
		read->decode_err = read->text->read(read->path, file->text, file->len, stop,
		    read->diag, &read->content, &read->count);
	else
		diag_add(read->diag, SEVERITY_INFO, &place,
		    "is a zone file: rollcalld --check says what is wrong with it");
}

static void
decode(struct manifest_read *read, const struct manifest_file *file, struct squeeze *squeeze,
    const atomic_bool *stop)
{
	const struct decode_settings settings = {
		.trusted = file->trusted,
		.exec_enabled = read->exec_enabled,
		.squeeze = squeeze,
		.stop = stop,
	};

	read->decode_err = decode_text(read->path, file->text, file->len, &settings, &read->list,
	    read->diag);
}

void
manifest_read_run(struct manifest_read *read, struct squeeze *squeeze, const atomic_bool *stop)
{
	struct manifest_file file;

	read->diag = diag_new();
	if (read->diag == NULL) {
		read->err = ERR_NOMEM;
		return;
	}
	read->err = manifest_file_read(read->path, &file, read->diag);
	if (read->err != 0)
		return;
	read->digest = digest_of(&file);
	/* Two writes within one tick of the file system's clock leave one stamp. */
	if (!manifest_file_is_fresh(&file.stamp))
		read->stamp = file.stamp;
	read->same = read->known && read->known_digest == read->digest;
	if (!read->same)
		(is_text(read) ? read_text : decode)(read, &file, squeeze, stop);
	manifest_file_release(&file);
}
