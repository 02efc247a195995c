/*
 * The targets under libFuzzer; FUZZ_TARGET in the environment names one.
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

extern int LLVMFuzzerInitialize(int *argc, char ***argv);
extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("FUZZ_TARGET");

	if (name == NULL || !choose_target(name))
	{
		fprintf(stderr, "fuzz: FUZZ_TARGET names no target\n");
		exit(2);
	}
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	run_target((Slice){(const char *) data, size});
	return 0;
}
