/*
 * src/pg/scaler.h
 *	  The varlena behind minmax_scaler.
 */
#ifndef C1D_PG_SCALER_H
#define C1D_PG_SCALER_H

#include "pg/tensor.h"

#include "layers/scale.h"

/* Aligned to 8 bytes: the type is declared so. */
typedef struct Scaler
{
	int32		vl_len_;		/* do not touch directly */
	uint8		version;
	uint8		clip;
	uint16		reserved;		/* 0 */
	int32		features;
	int32		padding;		/* 0 */
	int64		samples_seen;
	double		low;			/* feature_range */
	double		high;
	double		bounds[FLEXIBLE_ARRAY_MEMBER];	/* minima, then maxima; NaN: none seen */
} Scaler;

extern Scaler *scaler_new(int64 features, double low, double high, bool clip);
extern Scaler *scaler_from_datum(Datum datum);
extern C1dScaler scaler_core(const Scaler *scaler);

#define PG_GETARG_SCALER(n) scaler_from_datum(PG_GETARG_DATUM(n))

#endif
