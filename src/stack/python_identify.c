/*
 * What identifies a Python frame: the name of its file, and the function.
 *
 *   total, /srv/shop/cart.py   is cart and total
 */
#include "python.h"

/* Names of files that each package of a program may have: the package's name tells them apart. */
static const Slice common_names[] = {
	{"__init__", 8}, {"__main__", 8},    {"views", 5},        {"models", 6},   {"forms", 5},
	{"admin", 5},    {"tasks", 5},       {"urls", 4},         {"utils", 5},    {"util", 4},
	{"helpers", 7},  {"handlers", 8},    {"api", 3},          {"base", 4},     {"client", 6},
	{"service", 7},  {"services", 8},    {"routes", 6},       {"managers", 8}, {"signals", 7},
	{"schemas", 7},  {"middleware", 10}, {"serializers", 11},
};

/* Folders that programs are put in, which differ between machines. */
static const Slice places[] = {
	{"src", 3}, {"app", 3}, {"lib", 3}, {"code", 4}, {"site-packages", 13}, {"dist-packages", 13},
};

/* Is s one of n names? */
static bool
is_one_of(Slice s, const Slice *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_equal(s, names[i]))
			return true;
	return false;
}

/* May a folder be a package?  What has digits in it is a version, a release, a hash. */
static bool
is_package(Slice folder)
{
	for (size_t i = 0; i < folder.len; i++)
		if (!is_word(folder.data[i]) || is_digit(folder.data[i]))
			return false;
	return folder.len > 0 && !is_one_of(folder, places, sizeof(places) / sizeof(places[0]));
}

/* A copy in which dots stand for separators, as in names of modules. */
static Slice
with_dots(Slice path, Allocator allocator)
{
	char *copy = allocator.alloc(allocator.context, path.len);

	for (size_t i = 0; i < path.len; i++)
		copy[i] = path.data[i] == '/' || path.data[i] == '\\' ? '.' : path.data[i];
	return (Slice){copy, path.len};
}

/* The module of a file: its name, with the package's before it where many packages have such a file. */
static Slice
module_of_file(Slice file, Allocator allocator)
{
	Slice stem = file_stem(file), above;
	size_t name = stem.data - file.data;

	/* numbers of a notebook's cells and kernels change from run to run */
	if (slice_starts(stem, SLICE("<ipython-input")) || slice_starts(stem, SLICE("Cell In")) ||
	    slice_starts(stem, SLICE("Input In")) || slice_find(file, SLICE("ipykernel_")) >= 0)
		return SLICE("__main__");
	if (name < 2 || !is_one_of(stem, common_names, sizeof(common_names) / sizeof(common_names[0])))
		return stem;
	above = slice_range(file, 0, name - 1);
	above = file_name(above);
	if (!is_package(above))
		return stem;
	return with_dots(slice_range(file, above.data - file.data, name + stem.len), allocator);
}

/* The same of a module's whole name. */
static Slice
end_of_module(Slice module)
{
	Slice name = last_name(module, '.'), above;

	if (name.len == module.len ||
	    !is_one_of(name, common_names, sizeof(common_names) / sizeof(common_names[0])))
		return name;
	above = last_name(slice_range(module, 0, module.len - name.len - 1), '.');
	return is_package(above) ? slice_skip(module, above.data - module.data) : name;
}

/*
 * See Language.  An SDK names the module of a function and its class, the text
 * of a trace only its file and no class.
 */
void
identify_python(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	*module = frame->file.len > 0 ? module_of_file(frame->file, allocator) : end_of_module(*module);
	*function = slice_starts(*function, SLICE("<cell line")) ? SLICE("<module>") : last_name(*function, '.');
}
