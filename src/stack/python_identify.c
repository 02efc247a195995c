/*
 * What identifies a Python frame: the last two parts of its module's name, and
 * the function.
 */
#include "python.h"

/* Is the name of a folder that of a package, and not of a place where packages are put? */
static bool
is_package(Slice folder)
{
	static const Slice places[] = {
		{"src", 3},  {"app", 3},  {"apps", 4}, {"lib", 3},  {"code", 4},   {"srv", 3},
		{"opt", 3},  {"tmp", 3},  {"root", 4}, {"home", 4}, {"usr", 3},    {"bin", 3},
		{"var", 3},  {"www", 3},  {"html", 4}, {"work", 4}, {"build", 5},  {"workspace", 9},
		{"task", 4}, {"data", 4}, {"mnt", 3},  {"code", 4}, {"current", 7}, {"project", 7},
		{"site-packages", 13}, {"dist-packages", 13}, {"backend", 7}, {"server", 6}, {"~", 1}, {".", 1}, {"..", 2},
	};

	/* a version, a release, a hash */
	for (size_t i = 0; i < folder.len; i++)
		if (is_digit(folder.data[i]) || folder.data[i] == ':')
			return false;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (slice_equal(folder, places[i]))
			return false;
	return folder.len > 0;
}

/* The index of the last separator before end, or -1. */
static ptrdiff_t
find_separator(Slice path, ptrdiff_t end)
{
	while (end > 0)
	{
		char c = path.data[--end];

		if (c == '/' || c == '\\')
			return end;
	}
	return -1;
}

/* A copy in which dots stand for separators, as in names of modules. */
static Slice
with_dots(Slice name, Allocator allocator)
{
	char *copy = allocator.alloc(allocator.context, name.len + 1);

	for (size_t i = 0; i < name.len; i++)
		copy[i] = name.data[i] == '/' || name.data[i] == '\\' ? '.' : name.data[i];
	return (Slice){copy, name.len};
}

/* The module of a file: its name, and the folder's where that is a package. */
static Slice
module_of_file(Slice file, Allocator allocator)
{
	Slice stem = file_stem(file);
	ptrdiff_t name = stem.data - file.data, folder, above;
	Slice parent;

	if (slice_starts(stem, SLICE("<ipython-input")) || slice_find(file, SLICE("ipykernel_")) >= 0 ||
	    slice_starts(stem, SLICE("Cell In")) || slice_starts(stem, SLICE("Input In")))
		return SLICE("__main__");
	if (name <= 0)
		return stem;
	folder = find_separator(file, name - 1);
	parent = slice_range(file, folder + 1, name - 1);
	if (!is_package(parent))
		return stem;
	/* somebody's home is no package */
	above = folder > 0 ? find_separator(file, folder) : -1;
	if (folder > 0 && (slice_equal(slice_range(file, above + 1, folder), SLICE("home")) ||
	                   slice_equal(slice_range(file, above + 1, folder), SLICE("Users"))))
		return stem;
	return with_dots(slice_range(file, folder + 1, name + stem.len), allocator);
}

/* The last two parts of a module's name. */
static Slice
end_of_module(Slice module)
{
	ptrdiff_t dot = slice_find_last_char(module, '.'), before;

	if (dot <= 0)
		return module;
	before = slice_find_last_char(slice_range(module, 0, dot), '.');
	return slice_skip(module, before + 1);
}

/*
 * See Language.  An SDK names the module of a function and its class, the text
 * of a trace only its file and, before Python 3.11, no class.
 */
void
identify_python(const Frame *frame, Allocator allocator, Slice *module, Slice *function)
{
	*module = frame->file.len > 0 ? module_of_file(frame->file, allocator) : end_of_module(*module);
	*function = slice_starts(*function, SLICE("<cell line")) ? SLICE("<module>") : last_name(*function, '.');
}
