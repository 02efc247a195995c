/*
 * Gives files to a target, without libFuzzer:
 *
 *   replay TARGET FILE...
 *   replay --growth TARGET FILE...
 *
 * With --growth each file is repeated to 64 kB and to 1 MB, and fails where
 * sixteen times the text takes more than 64 times the time.
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SMALL ((size_t) 1 << 16)
#define LARGE ((size_t) 1 << 20)

/* Less time than this is not compared: it is noise. */
#define SECONDS_COMPARED 0.1

/* Reads a file into an exact allocation, repeated to a size where one is given. */
static Slice
read_file(const char *name, size_t size)
{
	FILE *file = fopen(name, "rb");
	long len = -1;
	char *data;

	if (file && fseek(file, 0, SEEK_END) == 0)
		len = ftell(file);
	if (len < 0)
	{
		perror(name);
		exit(2);
	}
	rewind(file);
	if (len == 0)
		size = 0;
	else if (size < (size_t) len)
		size = len;
	data = malloc(size > 0 ? size : 1);
	if (data == NULL || fread(data, 1, len, file) != (size_t) len)
		exit(2);
	fclose(file);
	for (size_t i = len; i < size; i++)
		data[i] = data[i - len];
	return (Slice){data, size};
}

/* Runs the target; returns the time. */
static double
timed(const char *name, size_t size)
{
	Slice input = read_file(name, size);
	clock_t started = clock();

	run_target(input);
	free((void *) input.data);
	return (double) (clock() - started) / CLOCKS_PER_SEC;
}

int
main(int argc, char **argv)
{
	bool growth = argc > 1 && strcmp(argv[1], "--growth") == 0;
	int first = growth ? 2 : 1, slow = 0;

	if (argc <= first || !choose_target(argv[first]))
	{
		fprintf(stderr, "usage: replay [--growth] TARGET FILE...\n");
		return 2;
	}
	for (int i = first + 1; i < argc; i++)
	{
		double small, large;

		fprintf(stderr, "%s\r", argv[i]); /* the last line, should it crash */
		if (!growth)
		{
			timed(argv[i], 0);
			continue;
		}
		small = timed(argv[i], SMALL);
		large = timed(argv[i], LARGE);
		if (large < SECONDS_COMPARED || large <= 64 * small)
			continue;
		printf("%s: %s repeated takes %.4f s at 64 kB, %.4f s at 1 MB\n", argv[first], argv[i], small, large);
		slow++;
	}
	fputs("\033[K", stderr);
	return slow > 0;
}
