/*
 * src/kernels/activation_formulas.h
 *	  The formulas of the activations that are more than a line; included after
 *	  simd_math.h.
 *
 * Those in double take Half's floats as Wide, and are rounded once, at the end:
 * in float32 they would lose digits where they subtract, where an error of an
 * exponent grows with it, or where exp() underflows before it is multiplied.
 */
ISA_BEGIN

SIMD_INLINE Vec
vec_clip(Vec x, float low, float high)
{
	return vec_at_most(vec_at_least(x, low), high);
}

SIMD_INLINE Vec
vec_hard_sigmoid(Vec x)
{
	return vec_clip(x / 6.0f + 0.5f, 0, 1);
}

/* a * (exp(x / a) - 1) below 0; with a < 0 it grows without limit */
SIMD_INLINE Vec
vec_celu(Vec x, float a)
{
	Vec			z = x / a;

	return vec_select(x < vec_splat(0), a * vec_select(z > vec_splat(64.0f), vec_exp(z), vec_expm1(z)), x);
}

/*
 * vec_general_relu
 *		Keras' ReLU layer, step by step as Keras computes it, so that NaN and
 *		infinities come out alike: above the threshold x, else x * 0.
 */
SIMD_INLINE Vec
vec_general_relu(Vec x, float slope, float max_value, float threshold)
{
	Vec			kept = threshold == 0 ? vec_relu(x) : x * vec_select(x > vec_splat(threshold), vec_splat(1.0f), vec_splat(0));

	kept = vec_clip(kept, 0, max_value);
	return slope == 0 ? kept : kept - slope * vec_relu(threshold - x);
}

/* above a, below -a, or 0 between them; NaN is 0, too, unless it is kept */
SIMD_INLINE Vec
vec_shrink(Vec x, float a, Vec above, Vec below, bool nan_kept)
{
	Vec			inside = nan_kept ? vec_select(x != x, x, vec_splat(0)) : vec_splat(0);

	return vec_select(x > vec_splat(a), above, vec_select(x < vec_splat(-a), below, inside));
}

/* rounded once, to float32 */
SIMD_INLINE Half
quotient(Wide numerator, Wide denominator)
{
	return half_of(numerator / denominator);
}

/* x / (1 + exp(-z)), where z has the sign of x */
SIMD_INLINE Half
half_gated(Wide x, Wide z)
{
	Wide		e = wide_exp(-wide_abs(z));

	return quotient(x * wide_select(x < WIDE(0), e, WIDE(1.0)), e + 1.0);
}

/* x * tanh(log(1 + w)) for w = exp(x); that is x * (w^2 + 2 w) / (w^2 + 2 w + 2) */
SIMD_INLINE Half
half_mish(Wide x)
{
	WideMask	negative = x < WIDE(0);
	Wide		e = wide_exp(-wide_abs(x));
	Wide		square = e * e;
	Wide		top = 2.0 * e + wide_select(negative, square, WIDE(1.0));

	return quotient(x * top, top + 2.0 * wide_select(negative, WIDE(1.0), square));
}

/*
 * half_gelu
 *		x times the normal distribution's probability of less than x.
 *
 * The probability of more than |x| is exp(-x^2 / 2) * p / q; the polynomials p
 * and q hold up to 16, where nothing is left of it.
 */
SIMD_INLINE Half
half_gelu(Wide x)
{
	Wide		a = wide_abs(x);
	Wide		p,
				q;

	a = wide_select(a > WIDE(16.0), WIDE(16.0), a);
	p = a * 0.0041314616134965829 + 0.040735400882461845;
	p = p * a + 0.18353830644310054;
	p = p * a + 0.43870424401917335;
	p = p * a + 0.50000000301106862;
	p *= wide_exp(-0.5 * x * x);
	q = a * 0.010355922191591042 + 0.10211481460356846;
	q = q * a + 0.47027092797037812;
	q = q * a + 1.2037625300850285;
	q = q * a + 1.6752934774155157;
	q = q * a + 1.0;
	return quotient(x * wide_select(x < WIDE(0), p, q - p), q);
}

/* log(1 + exp(x)) */
SIMD_INLINE Wide
wide_softplus(Wide x)
{
	return wide_select(x > WIDE(0), x, WIDE(0)) + wide_log1p(wide_exp(-wide_abs(x)));
}

/* log(1 + exp(t)) / a for t = a * x, as rounded in float32; x where t exceeds b */
SIMD_INLINE Wide
wide_beta_softplus(Wide x, Wide t, float a, float b)
{
	return wide_select(t > WIDE((double) b), x, wide_softplus(t) / (double) a);
}

/* x - tanh(x): x^3 / 3 - ... around 0, elsewhere by tanh(a) = (1 - e) / (1 + e), e = exp(-2 a) */
SIMD_INLINE Half
half_tanh_shrink(Wide x)
{
	Wide		a = wide_abs(x);
	WideMask	small = a < WIDE(0.8);
	Wide		square = a * a;
	Wide		e = wide_exp(-2.0 * a);
	Wide		p = square * 0.00063876711693775456 + -0.0029951765627194912;
	Wide		top;

	p = p * square + 0.0086269352460790864;
	p = p * square + -0.02181971686090322;
	p = p * square + 0.053963177442910654;
	p = p * square + -0.13333313763359023;
	p = p * square + 0.33333333209861193;
	top = wide_select(small, a * square * p, a * (e + 1.0) - (1.0 - e));
	return quotient(wide_select(x < WIDE(0), -top, top), wide_select(small, WIDE(1.0), e + 1.0));
}

ISA_END
