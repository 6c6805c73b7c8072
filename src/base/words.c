/*
 * src/base/words.c
 *	  Putting a text together.
 */
#include "base/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* c1d_words: go on behind what is in the text, which must end with a zero. */
C1dWords
c1d_words(char *text, size_t room)
{
	return (C1dWords) {text, room, strlen(text)};
}

/* c1d_say: add a piece; what does not fit is cut off. */
void
c1d_say(C1dWords *words, const char *format,...)
{
	va_list		args;
	int			length;

	va_start(args, format);
	length = vsnprintf(words->text + words->used, words->room - words->used, format, args);
	va_end(args);
	if (length > 0)
		words->used += (size_t) length < words->room - words->used ? (size_t) length : words->room - words->used - 1;
}
