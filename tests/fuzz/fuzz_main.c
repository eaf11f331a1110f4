/* fuzz_main.c - run a fuzz target over its corpus, where libFuzzer is not linked. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_MAX (4UL << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(INPUT_MAX);
	int err = -1;

	if (file != NULL && data != NULL) {
		size_t size = fread(data, 1, INPUT_MAX, file);
		/* A block of the very size, so that a sanitizer sees reads behind the end. */
		uint8_t *exact = malloc(size == 0 ? 1 : size);

		if (exact != NULL) {
			memcpy(exact, data, size);
			LLVMFuzzerTestOneInput(exact, size);
			err = 0;
		}
		free(exact);
	}
	if (err != 0)
		fprintf(stderr, "%s cannot be read\n", path);
	free(data);
	if (file != NULL)
		fclose(file);
	return err;
}

/* All plain files of a folder; the number of them, or -1. */
static int
run_folder(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int count = 0;

	while (dir != NULL && count >= 0 && (entry = readdir(dir)) != NULL) {
		char file[4096 + sizeof(entry->d_name)];
		struct stat status;

		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (stat(file, &status) == 0 && S_ISREG(status.st_mode))
			count = run_file(file) == 0 ? count + 1 : -1;
	}
	if (dir != NULL)
		closedir(dir);
	return count;
}

/*
 * Files given as arguments, or the corpus that belongs to the program's name: fuzz_NAME ->
 * corpus/NAME.
 */
int
main(int argc, char **argv)
{
	const char *top = getenv("srcdir");
	const char *name = strrchr(argv[0], '/');
	const char *part = strstr(name == NULL ? argv[0] : name, "fuzz_");
	char folder[4096];

	for (int i = 1; i < argc; i++) {
		if (run_file(argv[i]) != 0)
			return EXIT_FAILURE;
	}
	if (argc > 1)
		return EXIT_SUCCESS;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", top == NULL ? "." : top,
	    part == NULL ? "" : part + strlen("fuzz_"));
	int count = run_folder(folder);

	printf("%s: %d inputs\n", folder, count);
	return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
