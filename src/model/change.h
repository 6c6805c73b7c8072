/*
 * src/model/change.h
 *	  Changes to a list of layers: what a hint consists of before it is words.
 *
 * An edit names a layer by its place in the list as it was given, whatever
 * other edits have put before it or taken away.
 */
#ifndef C1D_CHANGE_H
#define C1D_CHANGE_H

#include "model/graph.h"

#define C1D_MOST_EDITS 6		/* in one change */
#define C1D_MOST_CHANGES 4		/* in one hint */

/* A list of layers that edits were made in. */
typedef struct C1dList
{
	int			count;
	int			room;
	C1dLayerText *text;
	int		   *origin;			/* the layer's place in the list as it was given, -1 = it was put in */
	C1dShape	input;			/* rank 0 = unknown */
} C1dList;

typedef struct C1dEdit
{
	enum
	{
		C1D_SET,				/* key = value in layer at; null = without the key */
		C1D_SET_CLASS,			/* class_name of layer at */
		C1D_PUT,				/* class_name with config before layer at, or at the end */
		C1D_TAKE_OUT,			/* layer at */
		C1D_SET_INPUT			/* the shape that the model gets */
	}			kind;
	int			at;
	int			branch;			/* C1D_PUT: before which input of a layer that names its inputs */
	const char *key;
	C1dValue	value;
	const char *class_name;
	const C1dValue *config;
	C1dShape	shape;
} C1dEdit;

typedef struct C1dChange
{
	int			count;
	C1dEdit		edit[C1D_MOST_EDITS];
	const char *note;			/* words behind it, or NULL */

	/*
	 * How many of the given layers are clean with it; one more than there are
	 * when the model also ends where it should.
	 */
	int			reach;
} C1dChange;

extern bool c1d_list_start(C1dList *list, int64_t room, const C1dShape *input, C1dArena *arena, C1dError *err);
extern int	c1d_list_find(const C1dList *list, int at);
extern bool c1d_list_edit(const C1dList *from, const C1dChange *change, C1dArena *arena, C1dList *to, int *first, C1dError *err);
extern const char *c1d_change_text(const C1dList *list, const C1dGraph *graph, const C1dChange *change, char *text, size_t room);

#endif
