/*
 * src/layers/indirect.c
 *	  Choosing a way to compute a convolution other than the direct one, and
 *	  going it.
 *
 * A matrix unit is the fastest; where there is none, or where it does not pay,
 * Winograd's way saves multiplications.
 */
#include "layers/indirect.h"

#include <stdio.h>

#include "layers/fusion.h"

static int
pool_of(const C1dConvWeights *direct)
{
	return direct->pool > 1 ? direct->pool : 1;
}

/*
 * c1d_indirect_prepare
 *		Pack the weights for the fastest way, if that is not the direct one and
 *		the weights allow it.
 *
 * direct is the layer itself, and is kept; layout is its kernel, bias (filters)
 * or NULL, rows those of the whole output.  Only memory can fail.
 */
bool
c1d_indirect_prepare(const LayerSite *site, const C1dConvGeometry *geometry, const C1dConvWeights *direct,
					 const C1dConvLayout *layout, const float *bias, int64_t rows,
					 C1dArena *arena, C1dIndirect *indirect, C1dError *err)
{
	C1dIsa		vectors = c1d_isa_vectors(site->tuning->isa);
	int			pool = pool_of(direct);
	float	   *panels;

	*indirect = (C1dIndirect) {.split = {NULL, NULL}};
	if (site->tuning->plain)
		return true;
	if (c1d_split_fits(geometry, site->tuning->isa, pool))
	{
		panels = c1d_alloc_array(arena, c1d_split_panel_floats(geometry), sizeof(float), err);
		if (panels == NULL)
			return false;
		if (c1d_split_pack(geometry, layout, bias, panels))
		{
			indirect->split = (C1dSplitWeights) {.panels = panels, .direct = direct};
			return true;
		}
	}
	if (!site->tuning->winograd || !c1d_winograd_fits(geometry, vectors, pool))
		return true;
	panels = c1d_alloc_array(arena, c1d_winograd_panel_floats(geometry, vectors, pool), sizeof(float), err);
	if (panels == NULL)
		return false;
	if (c1d_winograd_pack(geometry, vectors, pool, layout, panels))
		indirect->winograd = (C1dWinogradWeights) {.panels = panels, .direct = direct, .rows = rows};
	return true;
}

/* c1d_indirect_used: or is the convolution computed directly? */
bool
c1d_indirect_used(const C1dIndirect *indirect)
{
	return indirect->split.panels != NULL || indirect->winograd.panels != NULL;
}

/* c1d_indirect_workspace: floats of scratch for c1d_indirect_rows(). */
int64_t
c1d_indirect_workspace(const LayerSite *site, const C1dConvGeometry *geometry, const C1dIndirect *indirect)
{
	if (indirect->split.panels != NULL)
		return c1d_split_workspace(geometry);
	return indirect->winograd.panels == NULL ? 0 :
		c1d_winograd_workspace(geometry, c1d_isa_vectors(site->tuning->isa), pool_of(indirect->winograd.direct));
}

/*
 * c1d_indirect_rows
 *		As c1d_conv_rows(), by the fastest way there is; that of images has lines,
 *		and is the direct one.
 */
void
c1d_indirect_rows(const C1dConvGeometry *geometry, const C1dIndirect *indirect, const C1dConvWeights *direct,
				  const float *x, float *y, int64_t y_row, int64_t begin, int64_t end, float *work)
{
	if (indirect->split.panels != NULL)
		c1d_split_rows(geometry, &indirect->split, x, y, y_row, begin, end, work);
	else if (indirect->winograd.panels != NULL)
		c1d_winograd_rows(geometry, &indirect->winograd, x, y, y_row, begin, end, work);
	else
		c1d_conv_rows(geometry, direct, x, y, y_row, begin, end);
}

/*
 * c1d_indirect_describe
 *		What a convolution is for, perhaps nothing in particular, and how it is
 *		computed; as c1d_describe_product().
 */
void
c1d_indirect_describe(const C1dIndirect *indirect, const C1dConvWeights *direct, const char *what, C1dStepText *text)
{
	const char *way = indirect->split.panels != NULL ? "split" : indirect->winograd.panels != NULL ? "winograd" : "direct";
	bool		both = *what != '\0' && c1d_indirect_used(indirect);
	char		words[32];

	snprintf(words, sizeof(words), "%s%s%s", what, both ? " " : "", *what == '\0' || both ? way : "");
	if (indirect->split.panels == NULL)
		c1d_describe_product(direct, words, text);
	else
	{
		snprintf(text->kernel, sizeof(text->kernel), "%s amx", words);
		snprintf(text->tile, sizeof(text->tile), "%dx%d", C1D_SPLIT_BLOCK, C1D_SPLIT_BLOCK);
	}
}
