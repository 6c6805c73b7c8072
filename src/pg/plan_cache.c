/*
 * src/pg/plan_cache.c
 *	  From a model datum to a plan in nanoseconds, when it has been seen before.
 *
 * The key is the fingerprint in the value's header, with the input shape and
 * the instruction set: content, never a name.  A scalar sub-select hands every
 * row the same toast pointer, and reading even the header of a toasted value
 * costs an index scan; so the last pointer is remembered together with the
 * snapshot it was read under.  While no transaction has ended since (the
 * snapshot says so by xmin, xmax and its counts, and our own changes by
 * curcid), no vacuum can have given its value id to another value, and the
 * same pointer is the same model.  A subtransaction that ends may leave dead
 * rows behind which a vacuum takes at once: then the pointer is forgotten.
 */
#include "pg/plan_cache.h"

#include "access/detoast.h"
#include "access/xact.h"
#include "lib/ilist.h"
#include "utils/snapmgr.h"

/* A backend keeps this much, least recently used first out, and what is held. */
#define MOST_PLANS 64
#define MOST_BYTES ((Size) 64 * 1024 * 1024)

typedef struct Entry
{
	dlist_node	node;			/* most recently used first */
	char		fingerprint[C1D_FINGERPRINT];
	char	   *layer;			/* whose output it gives, NULL: the model's */
	MemoryContext context;
	Size		bytes;
	int64		holds;			/* who must not lose it, plan_hold() */
	KeptPlan	cached;
} Entry;

/* A hold ends with the memory context that it is in. */
typedef struct Hold
{
	MemoryContextCallback callback;
	Entry	   *entry;
} Hold;

/* What shows that nothing has been committed between two calls. */
typedef struct Moment
{
	TransactionId xmin;
	TransactionId xmax;
	uint32		xcnt;
	int32		subxcnt;
	CommandId	curcid;
	bool		recovery;
} Moment;

static MemoryContext cache_context;
static dlist_head entries = DLIST_STATIC_INIT(entries);
static int64 entry_count;
static int64 entry_bytes;
static int64 plans_made;

/* The last model that came as a toast pointer. */
static struct
{
	bool		known;
	struct varatt_external pointer;
	Moment		moment;
	char		fingerprint[C1D_FINGERPRINT];
}			last;

static void
forget_pointer_at_end(XactEvent event, void *arg)
{
	(void) event;
	(void) arg;
	last.known = false;
}

static void
forget_pointer_at_subend(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	(void) event;
	(void) mine;
	(void) parent;
	(void) arg;
	last.known = false;
}

/* plan_cache_init: once, when the module is loaded. */
void
plan_cache_init(void)
{
	RegisterXactCallback(forget_pointer_at_end, NULL);
	RegisterSubXactCallback(forget_pointer_at_subend, NULL);
}

/* plan_cache_counts: for conv1d_build_info(). */
void
plan_cache_counts(int64 *plans, int64 *bytes, int64 *made)
{
	*plans = entry_count;
	*bytes = entry_bytes;
	*made = plans_made;
}

static bool
this_moment(Moment *moment)
{
	Snapshot	snapshot;

	if (!ActiveSnapshotSet())
		return false;
	snapshot = GetActiveSnapshot();
	memset(moment, 0, sizeof(*moment));
	moment->xmin = snapshot->xmin;
	moment->xmax = snapshot->xmax;
	moment->xcnt = snapshot->xcnt;
	moment->subxcnt = snapshot->subxcnt;
	moment->curcid = snapshot->curcid;
	moment->recovery = snapshot->takenDuringRecovery;
	return true;
}

/*
 * model_known_fingerprint
 *		The fingerprint in a model's header, reading as little as possible.
 */
void
model_known_fingerprint(Datum model, char fingerprint[C1D_FINGERPRINT])
{
	struct varlena *value = (struct varlena *) DatumGetPointer(model);
	struct varatt_external pointer;
	Moment		moment;
	bool		ondisk = VARATT_IS_EXTERNAL_ONDISK(value);

	if (ondisk)
	{
		VARATT_EXTERNAL_GET_POINTER(pointer, value);
		ondisk = this_moment(&moment);
		if (ondisk && last.known &&
			memcmp(&pointer, &last.pointer, sizeof(pointer)) == 0 &&
			memcmp(&moment, &last.moment, sizeof(moment)) == 0)
		{
			memcpy(fingerprint, last.fingerprint, C1D_FINGERPRINT);
			return;
		}
	}
	model_fingerprint(model, fingerprint);
	if (ondisk)
	{
		last.pointer = pointer;
		last.moment = moment;
		memcpy(last.fingerprint, fingerprint, C1D_FINGERPRINT);
		last.known = true;
	}
}

static void
evict(Entry *entry)
{
	dlist_delete(&entry->node);
	entry_count--;
	entry_bytes -= entry->bytes;
	MemoryContextDelete(entry->context);
}

/* make_way: evict until bytes more may come, as far as nobody holds what is there. */
static void
make_way(Size bytes)
{
	while (entry_count >= MOST_PLANS || entry_bytes + bytes > MOST_BYTES)
	{
		Entry	   *oldest = NULL;
		dlist_iter	iter;

		dlist_reverse_foreach(iter, &entries)
		{
			oldest = dlist_container(Entry, node, iter.cur);
			if (oldest->holds == 0)
				break;
			oldest = NULL;
		}
		if (oldest == NULL)
			return;
		evict(oldest);
	}
}

/*
 * make_entry
 *		Read the model, plan it and put the plan at the head of the list.
 *
 * Until everything has worked out the entry's context is a child of the
 * current one, so an error takes it along.
 */
static Entry *
make_entry(Datum datum, const char *fingerprint, const C1dShape *input, const char *layer, const C1dTuning *tuning)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "conv1d plan", ALLOCSET_SMALL_SIZES);
	Entry	   *entry = MemoryContextAllocZero(context, sizeof(Entry));
	C1dArena	arena = c1d_arena_in(context);
	Model	   *model = model_from_datum(datum);
	C1dGraph	graph;
	C1dError	err;

	if (!model_is_intact(model))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("corrupt conv1d_model value"),
				 errdetail("Its content does not have the fingerprint in its header.")));
	model_read(model, &arena, &graph);
	if (layer != NULL)
	{
		int			last = c1d_graph_find(&graph, layer, &err);

		if (last < 0)
			c1d_throw(&err);

		/* nodes come after what they need, so the rest is not needed */
		graph.count = last + 1;
		entry->layer = MemoryContextStrdup(context, layer);
	}
	if (!c1d_plan_make(&graph, input, tuning, &arena, &entry->cached.plan, &err))
		c1d_throw(&err);
	check_work_memory(&entry->cached.plan);
	entry->cached.work = c1d_alloc_array(&arena, entry->cached.plan.work_floats, sizeof(float), &err);
	if (entry->cached.work == NULL)
		c1d_throw(&err);
	if ((Pointer) model != DatumGetPointer(datum))
		pfree(model);

	memcpy(entry->fingerprint, fingerprint, C1D_FINGERPRINT);
	entry->context = context;
	entry->bytes = arena.used;
	make_way(entry->bytes);

	if (cache_context == NULL)
		cache_context = AllocSetContextCreate(TopMemoryContext, "conv1d plan cache", ALLOCSET_SMALL_SIZES);
	MemoryContextSetParent(context, cache_context);
	dlist_push_head(&entries, &entry->node);
	entry_count++;
	entry_bytes += entry->bytes;
	plans_made++;
	return entry;
}

static bool
same_tuning(const C1dTuning *a, const C1dTuning *b)
{
	return a->isa == b->isa && a->plain == b->plain && a->winograd == b->winograd;
}

static bool
same_layer(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* entry_for: the model's plan for an input shape up to a layer, found or made. */
static Entry *
entry_for(Datum model, const C1dShape *input, const char *layer)
{
	char		fingerprint[C1D_FINGERPRINT];
	C1dTuning	tuning = c1d_tuning();
	dlist_iter	iter;

	model_known_fingerprint(model, fingerprint);
	dlist_foreach(iter, &entries)
	{
		Entry	   *entry = dlist_container(Entry, node, iter.cur);

		if (memcmp(entry->fingerprint, fingerprint, C1D_FINGERPRINT) == 0 && same_tuning(entry->cached.plan.tuning, &tuning) &&
			c1d_shape_equal(&entry->cached.plan.input, input) && same_layer(entry->layer, layer))
		{
			dlist_move_head(&entries, &entry->node);

			/* the setting may be lower than when the plan was made */
			check_work_memory(&entry->cached.plan);
			return entry;
		}
	}
	return make_entry(model, fingerprint, input, layer, &tuning);
}

/*
 * plan_for
 *		The plan of a model for an input shape, made now or taken from the cache.
 *
 * The model comes as it is in the row, toasted or not.  The plan is valid
 * until the next call.
 */
const KeptPlan *
plan_for(Datum model, const C1dShape *input)
{
	return &entry_for(model, input, NULL)->cached;
}

/*
 * plan_for_layer
 *		The same, but what the plan gives is the output of the layer of that name.
 */
const KeptPlan *
plan_for_layer(Datum model, const C1dShape *input, const char *layer)
{
	return &entry_for(model, input, layer)->cached;
}

static void
let_go(void *arg)
{
	((Hold *) arg)->entry->holds--;
}

/*
 * plan_hold
 *		The plan of plan_for(), which stays valid until context is reset or deleted:
 *		for who runs it again after code of others has run.  Its own work memory
 *		belongs to the next plan_for() all the same.
 */
const KeptPlan *
plan_hold(Datum model, const C1dShape *input, MemoryContext context)
{
	Hold	   *hold = MemoryContextAllocZero(context, sizeof(Hold));

	hold->entry = entry_for(model, input, NULL);
	hold->entry->holds++;
	hold->callback.func = let_go;
	hold->callback.arg = hold;
	MemoryContextRegisterResetCallback(context, &hold->callback);
	return &hold->entry->cached;
}
