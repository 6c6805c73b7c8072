/*
 * src/model/cause.c
 *	  Which layers before made the input of a faulty one what it is.
 */
#include "base/words.h"
#include "model/repair.h"

/* How many changes of shape are told, the last ones. */
#define MOST_TOLD 6

static const C1dShape *
shape_at(const C1dTrial *view, int position)
{
	return position < 0 ? &view->list.input : &view->shapes[position];
}

/* name: of a layer on the way, as the user has it */
static void
name(const C1dTrial *view, int position, bool first, C1dWords *w)
{
	int			at = view->list.origin[position];

	if (at < 0)
		c1d_say(w, "%s %s put in", first ? "The" : "the", view->graph.nodes[position].class->class_name);
	else
		c1d_say(w, "%s %d \"%.*s\"", first ? "Layer" : "layer", at + 1, C1D_ECHO, view->graph.nodes[position].name);
}

/*
 * way
 *		The shapes from a value to another that depends on it: (8,1) -> (4,1) by
 *		layer 1 "pool" -> (2,1) by layer 2 "pool_1".  Layers that keep the shape
 *		are left out, and so are the first when there are many.
 */
static void
way(const C1dTrial *view, int from, int to, C1dWords *w)
{
	int			steps[MOST_TOLD];
	int			count = 0;
	char		shape[C1D_SHAPE_TEXT];
	int			i = to;

	while (i >= 0 && i != from)
	{
		int			before = view->graph.nodes[i].inputs > 0 ? view->graph.nodes[i].input[0] : -1;

		if (!c1d_shape_equal(shape_at(view, before), shape_at(view, i)))
		{
			if (count == MOST_TOLD)
				break;
			steps[count++] = i;
		}
		i = before;
	}
	c1d_say(w, "%s%s", i >= 0 && i != from ? "... " : "", c1d_shape_text(shape_at(view, i), shape));
	for (int k = count - 1; k >= 0; k--)
	{
		c1d_say(w, " -> %s by ", c1d_shape_text(shape_at(view, steps[k]), shape));
		name(view, steps[k], false, w);
	}
}

/* parting: the last value that both inputs of a layer depend on; C1D_MODEL_INPUT when that is the model's */
static int
parting(C1dRepair *r, int a, int b)
{
	bool	   *before_a,
			   *before_b;

	if (a < 0 || b < 0)
		return C1D_MODEL_INPUT;
	before_a = c1d_repair_before(r, a);
	before_b = c1d_repair_before(r, b);
	if (before_a == NULL || before_b == NULL)
		return C1D_MODEL_INPUT;
	before_a[a] = before_b[b] = true;
	for (int i = a < b ? a : b; i >= 0; i--)
		if (before_a[i] && before_b[i])
			return i;
	return C1D_MODEL_INPUT;
}

/*
 * branches
 *		Both ways to a layer whose inputs do not fit, from where they part.
 */
static void
branches(C1dRepair *r, const C1dNode *node, C1dWords *w)
{
	const C1dTrial *view = r->view;
	int			other = 1,
				from;

	/* the input that does not fit the first one; if all do, the last */
	while (other < node->inputs - 1 && c1d_shape_equal(shape_at(view, node->input[0]), shape_at(view, node->input[other])))
		other++;
	from = parting(r, node->input[0], node->input[other]);
	c1d_say(w, "The branches part at ");
	if (from < 0)
		c1d_say(w, "the input");
	else
		name(view, from, false, w);
	c1d_say(w, ": input 1 is ");
	way(view, from, node->input[0], w);
	c1d_say(w, "; input %d is ", other + 1);
	way(view, from, node->input[other], w);
	c1d_say(w, ".");
}

/*
 * culprit
 *		The layer that the first change is about, when it is an earlier one; else
 *		the one that took the axis away, or the most steps; else the last that
 *		changed the shape at all.  -1 = the input came like that.
 */
static int
culprit(const C1dRepair *r, const C1dVerdict *v, int last)
{
	const C1dTrial *view = r->view;
	int			found = -1;
	double		most = 1;

	if (v->change_count > 0 && (v->changes[0].edit[0].kind == C1D_SET || v->changes[0].edit[0].kind == C1D_SET_CLASS ||
								v->changes[0].edit[0].kind == C1D_TAKE_OUT) && v->changes[0].edit[0].at < r->at)
		return c1d_list_find(&view->list, v->changes[0].edit[0].at);
	for (int i = last; i >= 0; i = view->graph.nodes[i].inputs > 0 ? view->graph.nodes[i].input[0] : -1)
	{
		const C1dShape *before = shape_at(view, view->graph.nodes[i].input[0]);
		const C1dShape *after = shape_at(view, i);

		if (before->rank == 0 || after->rank == 0 || c1d_shape_equal(before, after))
			continue;
		if (r->problem->aspect == C1D_OF_STEPS && before->rank == after->rank)
		{
			if ((double) before->dim[0] / after->dim[0] > most)
			{
				most = (double) before->dim[0] / after->dim[0];
				found = i;
			}
		}
		else if (r->problem->aspect != C1D_OF_RANK || before->rank != after->rank)
			return i;
	}
	return found;
}

/*
 * c1d_cause
 *		Add to the detail of a problem where the shape came from.
 */
void
c1d_cause(C1dRepair *r, C1dVerdict *v)
{
	const C1dTrial *view = r->view;
	bool		end = r->at == r->given;
	const C1dNode *node = end ? NULL : &view->graph.nodes[r->position];
	int			last = end ? view->graph.count - 1 : node->inputs > 0 ? node->input[0] : -1;
	C1dWords	w = c1d_words(v->problem.detail, sizeof(v->problem.detail));
	char		before[C1D_SHAPE_TEXT],
				after[C1D_SHAPE_TEXT];
	int			changes = 0;
	int			found;

	if (r->in->rank == 0 || (!end && (node->config == NULL || r->problem->aspect <= C1D_OF_KEY)))
		return;
	if (w.used > 0)
		c1d_say(&w, " ");
	if (r->problem->aspect == C1D_OF_BRANCHES)
	{
		branches(r, node, &w);
		return;
	}
	found = culprit(r, v, last);
	if (found < 0 && !end)
	{
		c1d_say(&w, "No layer before changed that; the model gets %s.", c1d_shape_text(&view->list.input, before));
		return;
	}
	if (found >= 0)
	{
		name(view, found, true, &w);
		c1d_say(&w, " turns %s into %s. ", c1d_shape_text(shape_at(view, view->graph.nodes[found].input[0]), before),
				c1d_shape_text(shape_at(view, found), after));
	}

	/* what one layer alone did has been said */
	for (int i = last; i >= 0; i = view->graph.nodes[i].inputs > 0 ? view->graph.nodes[i].input[0] : -1)
		changes += !c1d_shape_equal(shape_at(view, view->graph.nodes[i].input[0]), shape_at(view, i));
	if (found >= 0 && changes == 1)
	{
		w.text[w.used - 1] = '\0';
		return;
	}
	c1d_say(&w, "The way there: ");
	way(view, C1D_MODEL_INPUT, last, &w);
	c1d_say(&w, ".");
}
