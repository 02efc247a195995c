/* A shop's cart in C, which fails as its first argument says. */
#include <assert.h>
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct item
{
	const char *name;
	int price;
	struct item *next;
};

static int
price_of(const struct item *item, int count)
{
	return item->price * count;
}

static int
cart_total(const struct item *item, int count)
{
	int total = 0;

	assert(count > 0);
	for (int i = 0; i <= count; i++, item = item->next)
		total += price_of(item, 2);
	return total;
}

static void
print_name(const char *name)
{
	char line[8];

	strcpy(line, name);
	puts(line);
}

static void
free_twice(struct item *item)
{
	free(item);
	free(item);
}

static void *
checkout(void *cart)
{
	printf("%d\n", cart_total(cart, 2));
	return NULL;
}

static void *
wait_for_orders(void *unused)
{
	for (;;)
		sleep(1);
	return unused;
}

static void
on_signal(int signal)
{
	void *frames[32];
	int n = backtrace(frames, 32);

	fprintf(stderr, "Caught signal %d (SIGSEGV), backtrace:\n", signal);
	backtrace_symbols_fd(frames, n, STDERR_FILENO);
	_exit(1);
}

int
main(int argc, char **argv)
{
	const char *scenario = argc > 1 ? argv[1] : "";
	struct item pears = {"pears", 250, NULL}, apples = {"apples", 100, &pears};
	pthread_t threads[2];

	if (strcmp(scenario, "null") == 0)
		return cart_total(&apples, 2);
	if (strcmp(scenario, "assert") == 0)
		return cart_total(&apples, argc - 2);
	if (strcmp(scenario, "smash") == 0)
		print_name("a name that is much longer than the line");
	if (strcmp(scenario, "free") == 0)
		free_twice(malloc(sizeof(struct item)));
	if (strcmp(scenario, "heap") == 0)
	{
		struct item *item = malloc(sizeof(struct item) - 8);

		return price_of(item, item->next == NULL);
	}
	if (strcmp(scenario, "handler") == 0)
	{
		signal(SIGSEGV, on_signal);
		return cart_total(&apples, 2);
	}
	if (strcmp(scenario, "threads") == 0)
	{
		pthread_create(&threads[0], NULL, wait_for_orders, NULL);
		pthread_create(&threads[1], NULL, checkout, &apples);
		pthread_join(threads[1], NULL);
	}
	return 64;
}
