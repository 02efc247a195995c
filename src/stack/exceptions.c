/*
 * Exceptions as the SDKs report them, in JSON: an array, or {"values": […]}, of
 * {type, value, module, stacktrace: {frames: […]}}; the cause first, the
 * reported exception last; the oldest frame first.
 */
#include "exceptions.h"

#include "native.h"

/* A member as text, by its name in an SDK's payload or else in an API export. */
static Slice
text_of_either(JsonbContainer *object, const char *name, const char *export_name)
{
	Slice s = json_member_start(object, name, EXCEPTIONS_MAX_NAME);

	return has_text(s) ? s : json_member_start(object, export_name, EXCEPTIONS_MAX_NAME);
}

/* The number that a member holds, if it is a line or a column; otherwise NO_POSITION. */
static int32_t
read_position(JsonbContainer *frame, const char *name, const char *export_name)
{
	int32_t number;

	return read_number(text_of_either(frame, name, export_name), &number) ? number : NO_POSITION;
}

/* Where no module is named, the library is a compiled frame's, as it is of one that is read from text. */
static void
set_library(JsonbContainer *object, const Language *language, Frame *frame)
{
	Slice library;

	if ((language != &native_language && language != &apple_language) || has_text(frame->module))
		return;
	library = json_member_start(object, "package", EXCEPTIONS_MAX_NAME);
	if (!has_text(library))
		return;
	if (language == &apple_language)
		frame->module = library;
	else
	{
		native_set_function(frame, frame->function, library);
		if (!has_text(frame->file) && slice_find_char(library, '/') >= 0)
			frame->file = library;
	}
}

/* Reads one frame into *frame, which is clear; a compiled one's library is not read. */
void
exceptions_read_frame(JsonbContainer *object, Frame *frame)
{
	JsonbValue in_app;
	Slice path = text_of_either(object, "abs_path", "absPath");

	frame->function = json_member_start(object, "function", EXCEPTIONS_MAX_NAME);
	/* what SDKs write for a function without a name */
	if (slice_equal(frame->function, SLICE("?")) || slice_equal(frame->function, SLICE("<unknown>")) ||
	    slice_equal(frame->function, SLICE("<anonymous>")))
		frame->function = NO_SLICE;
	frame->module = json_member_start(object, "module", EXCEPTIONS_MAX_NAME);
	frame->file = json_member_start(object, "filename", EXCEPTIONS_MAX_NAME);
	/* the whole path tells more, where it is one and not what stands for none ("<unknown>") */
	if (has_text(path) && (!has_text(frame->file) || path.len > frame->file.len))
		frame->file = path;
	frame->line = read_position(object, "lineno", "lineNo");
	frame->column = read_position(object, "colno", "colNo");
	if ((json_member(object, "in_app", &in_app) || json_member(object, "inApp", &in_app)) &&
	    in_app.type == jbvBool)
		frame->in_app = in_app.val.boolean ? IN_APP_YES : IN_APP_NO;
}

/* Reads frames; false where some of it is not of the expected shape, and was passed over. */
static bool
read_frames(JsonbContainer *frames, Stack *stack, Exception *exception)
{
	bool valid = true;

	/* innermost first, so that it is the outermost that are passed over where there are too many */
	for (uint32 i = JsonContainerSize(frames); i > 0; i--)
	{
		JsonbValue *value = getIthJsonbValueFromContainer(frames, i - 1);
		JsonbContainer *member = json_container(value);
		Frame *frame;

		CHECK_FOR_INTERRUPTS();
		if (member == NULL || !JsonContainerIsObject(member))
			valid = false;
		else if ((frame = stack_add_frame(stack, exception)) != NULL)
		{
			exceptions_read_frame(member, frame);
			set_library(member, stack->language, frame);
		}
		pfree(value);
	}
	return valid;
}

/* Reads one exception; false as above. */
static bool
read_exception(JsonbContainer *object, Stack *stack)
{
	JsonbContainer *stacktrace, *frames;
	JsonbValue value;
	Exception *exception;

	if (object == NULL || !JsonContainerIsObject(object))
		return false;
	exception = stack_add_exception(stack);
	exception->type = json_member_text(object, "type");
	exception->value = json_member_text(object, "value");
	if (!json_member(object, "stacktrace", &value))
		return true;
	stacktrace = json_container(&value);
	if (stacktrace == NULL || !JsonContainerIsObject(stacktrace))
		return false;
	if (!json_member(stacktrace, "frames", &value))
		return true;
	frames = json_container(&value);
	if (frames == NULL || !JsonContainerIsArray(frames))
		return false;
	return read_frames(frames, stack, exception);
}

/*
 * Reads exceptions into *stack (made with stack_init); platform: as reported.
 * False where something in it has not the expected shape, and was passed over.
 */
bool
exceptions_read(JsonbContainer *exceptions, Slice platform, Stack *stack)
{
	bool valid = true;
	JsonbValue values;

	stack->language = platform.data ? find_language(platform) : NULL;
	if (json_member(exceptions, "values", &values))
	{
		exceptions = json_container(&values);
		if (exceptions == NULL || !JsonContainerIsArray(exceptions))
			return false;
	}
	if (JsonContainerIsObject(exceptions))
		return read_exception(exceptions, stack);
	for (uint32 i = 0; i < JsonContainerSize(exceptions); i++)
	{
		JsonbValue *value = getIthJsonbValueFromContainer(exceptions, i);

		if (!read_exception(json_container(value), stack))
			valid = false;
		pfree(value);
	}
	stack_reverse_exceptions(stack);
	return valid;
}
