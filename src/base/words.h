/*
 * src/base/words.h
 *	  A text that is put together piece by piece and stops growing when its
 *	  room is full.
 */
#ifndef C1D_WORDS_H
#define C1D_WORDS_H

#include "base/error.h"

typedef struct C1dWords
{
	char	   *text;			/* always ends with a zero */
	size_t		room;			/* that one included */
	size_t		used;
} C1dWords;

extern C1dWords c1d_words(char *text, size_t room);
extern void c1d_say(C1dWords *words, const char *format,...) C1D_PRINTF(2, 3);

#endif
