/*
 * src/model/fuse.c
 *	  Which layers share a step: a step does the work of a layer and of those
 *	  before and behind it that it can do along with its own.
 *
 * A layer joins only when nothing else looks at what passes between the two.
 * Both are asked: absorb() of the layer that joins, then fuses() of the one
 * whose step it is.  When all have joined, pairs() is asked whether two of the
 * steps can become one.
 */
#include "model/fuse.h"

typedef struct Fusing
{
	const C1dGraph *graph;
	const C1dShape *input;
	const C1dShape *shapes;
	const C1dTuning *tuning;
	C1dArena   *arena;
	C1dRole    *roles;
	int		   *uses;			/* of the floats that each node writes */
	int		   *user;			/* one that uses them, -1 = the model's output */
} Fusing;

/* c1d_node_is_alias: does the node only give its input another shape? */
bool
c1d_node_is_alias(const C1dNode *node)
{
	return node->class->ops->forward == NULL;
}

/*
 * c1d_graph_root
 *		The node that writes the floats that node i stands for, or
 *		C1D_MODEL_INPUT.
 */
int
c1d_graph_root(const C1dGraph *graph, int i)
{
	while (i != C1D_MODEL_INPUT && c1d_node_is_alias(&graph->nodes[i]))
		i = graph->nodes[i].input[0];
	return i;
}

static void
use(Fusing *f, int node, int by)
{
	node = c1d_graph_root(f->graph, node);
	if (node == C1D_MODEL_INPUT)
		return;
	f->uses[node]++;
	f->user[node] = by;
}

/* count_uses: who looks at what each node writes */
static void
count_uses(Fusing *f)
{
	for (int i = 0; i < f->graph->count; i++)
	{
		const C1dNode *node = &f->graph->nodes[i];
		int			masking = c1d_graph_mask(f->graph, i);

		for (int k = 0; k < node->inputs && !c1d_node_is_alias(node); k++)
			use(f, node->input[k], i);
		if (masking >= 0)
			use(f, f->graph->nodes[masking].input[0], i);
	}
	use(f, f->graph->count - 1, -1);
}

/* site_of: a node by itself */
static LayerSite
site_of(const Fusing *f, int i)
{
	const C1dNode *node = &f->graph->nodes[i];

	return (LayerSite) {
		.config = node->config, .inputs = node->inputs,
		.in = c1d_graph_source(f->graph, i, 0, f->input, f->shapes), .out = f->shapes[i],
		.weights = node->weights, .tuning = f->tuning,
	};
}

/*
 * joins
 *		Try the work of node i, before or behind the layer, as part of its step.
 */
static bool
joins(Fusing *f, const LayerOps *ops, LayerSite *site, int i, bool before)
{
	LayerSite	joining = site_of(f, i);
	LayerSite	changed = *site;

	if (f->roles[i].step != i || f->roles[i].first != f->roles[i].last ||
		joining.inputs != 1 || f->graph->nodes[i].class->ops->absorb == NULL ||
		!f->graph->nodes[i].class->ops->absorb(&joining, &changed.fusion, f->arena) ||
		(changed.fusion.repeat != site->fusion.repeat) != before)
		return false;
	if (before)
		changed.fusion.in = *joining.in;
	else
		changed.fusion.out = joining.out;
	if (!ops->fuses(&changed))
		return false;
	*site = changed;
	return true;
}

/*
 * fuse_node
 *		Find what the step of node i can do besides its own layer.
 */
static void
fuse_node(Fusing *f, int i)
{
	const C1dGraph *graph = f->graph;
	const LayerOps *ops = graph->nodes[i].class->ops;
	LayerSite	site = site_of(f, i);
	C1dRole    *role = &f->roles[i];
	int			before,
				behind;

	if (role->step != i || ops->fuses == NULL || site.inputs != 1)
		return;
	site.fusion.in = *site.in;
	site.fusion.out = site.out;
	before = c1d_graph_root(graph, graph->nodes[i].input[0]);
	if (before != C1D_MODEL_INPUT && f->uses[before] == 1 &&
		c1d_shape_equal(&f->shapes[before], site.in) &&
		joins(f, ops, &site, before, true))
	{
		f->roles[before].step = i;
		role->first = before;
	}
	while (f->uses[role->last] == 1 && (behind = f->user[role->last]) >= 0 &&
		   c1d_shape_equal(c1d_graph_source(graph, behind, 0, f->input, f->shapes), &f->shapes[role->last]) &&
		   joins(f, ops, &site, behind, false))
	{
		f->roles[behind].step = i;
		role->last = behind;
	}
	role->fusion = site.fusion;
}

/*
 * pair_node
 *		Let the step of node i do that before it as well, where it can.
 */
static bool
pair_node(Fusing *f, int i, C1dError *err)
{
	const C1dGraph *graph = f->graph;
	const LayerOps *ops = graph->nodes[i].class->ops;
	C1dRole    *role = &f->roles[i];
	LayerSite	site = site_of(f, i);
	LayerSite  *first;
	C1dShape   *in;
	const C1dRole *other;
	int			before,
				step;

	if (role->step != i || ops->pairs == NULL || site.inputs != 1)
		return true;
	before = c1d_graph_root(graph, graph->nodes[role->first].input[0]);
	if (before == C1D_MODEL_INPUT || f->uses[before] != 1 ||
		!c1d_shape_equal(&f->shapes[before], c1d_graph_source(graph, role->first, 0, f->input, f->shapes)))
		return true;
	step = f->roles[before].step;
	other = &f->roles[step];
	first = c1d_alloc(f->arena, sizeof(*first), err);
	if (first == NULL)
		return false;
	in = c1d_alloc(f->arena, sizeof(*in), err);
	if (in == NULL)
		return false;
	site.fusion = role->fusion;
	*first = site_of(f, step);
	*in = *first->in;
	first->in = in;
	first->fusion = other->fusion;
	if (other->fusion.first != NULL || first->inputs != 1)
		return true;
	ops = ops->pairs(&site, graph->nodes[step].class->ops, first, f->arena);
	if (ops == NULL)
		return true;
	role->ops = ops;
	role->fusion.first = first;
	role->fusion.in = other->first == other->last ? *in : first->fusion.in;
	role->fusion.out = f->shapes[role->last];
	role->first = other->first;
	for (int k = 0; k < i; k++)
		if (f->roles[k].step == step)
			f->roles[k].step = i;
	return true;
}

/*
 * c1d_fuse
 *		Give every node its role, graph->count of them.
 *
 * With tuning->plain every layer is a step of its own.  The fusions may point
 * into the arena.  Only memory can fail.
 */
bool
c1d_fuse(const C1dGraph *graph, const C1dShape *input, const C1dShape *shapes, const C1dTuning *tuning,
		 C1dArena *arena, C1dRole *roles, C1dError *err)
{
	Fusing		f = {graph, input, shapes, tuning, arena, roles, NULL, NULL};

	for (int i = 0; i < graph->count; i++)
		roles[i] = (C1dRole) {.step = i, .first = i, .last = i, .ops = graph->nodes[i].class->ops};
	if (tuning->plain)
		return true;
	f.uses = c1d_alloc_array(arena, graph->count, sizeof(int), err);
	if (f.uses == NULL)
		return false;
	f.user = c1d_alloc_array(arena, graph->count, sizeof(int), err);
	if (f.user == NULL)
		return false;
	count_uses(&f);
	for (int i = 0; i < graph->count; i++)
		if (!c1d_node_is_alias(&graph->nodes[i]))
			fuse_node(&f, i);
	for (int i = 0; i < graph->count; i++)
		if (!c1d_node_is_alias(&graph->nodes[i]) && !pair_node(&f, i, err))
			return false;
	return true;
}
