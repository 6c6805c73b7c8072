/*
 * src/kernels/simd_math.h
 *	  Exponential functions of vectors; included after simd_lanes.h.
 *
 * Where float32 cannot hold what lies between an argument and its rounded
 * result, there is a version for doubles.  Each function is a reduced argument
 * and a polynomial: the best for its interval, with an error of its own of at
 * most 2^-27 of the result.
 *
 * No lane knows of another, so a number's result does not depend on its place.
 * Products and sums are fused where the target can, so that the sets of
 * instructions differ in last bits.
 */
/* exp(r) = 1 + r + r^2 * (...) for |r| <= log(2) / 2 */
#define EXP_2 0.500000006
#define EXP_3 0.166665417
#define EXP_4 0.0416662782
#define EXP_5 0.00836675617
#define EXP_6 0.00139467369
#define LOG2_E 1.4426950408889634

ISA_BEGIN

/* 2^n, for what float32 holds as a normal number */
SIMD_INLINE Vec
vec_power(VecMask n)
{
	return (Vec) ((VecBits) (n + 127) << 23);
}

/*
 * vec_exp_parts
 *		exp(x) = 2^n * (1 + the result), |x| < 2^20.
 *
 * log(2) comes in two parts; the first has few bits, so that its product with
 * n is exact.
 */
SIMD_INLINE Vec
vec_exp_parts(Vec x, VecMask *n)
{
	const Vec	shift = vec_splat(0x1.8p23f);
	Vec			shifted = x * (float) LOG2_E + shift;
	Vec			whole = shifted - shift;
	Vec			r = x - whole * 0.693359375f - whole * -2.12194440e-4f;
	Vec			p = r * (float) EXP_6 + (float) EXP_5;

	*n = (VecMask) shifted - (VecMask) shift;
	p = p * r + (float) EXP_4;
	p = p * r + (float) EXP_3;
	p = p * r + (float) EXP_2;
	return r * r * p + r;
}

/*
 * vec_exp
 *		exp(x), within 1.1 ulp.  It is scaled in two steps, the second of which
 *		overflows, or rounds to a number below the smallest normal one.  That is
 *		slow, so what would round to 0 is not scaled at all.
 */
SIMD_INLINE Vec
vec_exp(Vec x)
{
	VecMask		none = x < vec_splat(-104.0f);
	VecMask		n;
	Vec			p = vec_exp_parts(vec_select(none, vec_splat(0), vec_at_most(x, 89)), &n) + 1.0f;

	return vec_select(none, vec_splat(0), p * vec_power(n >> 1) * vec_power(n - (n >> 1)));
}

/* exp(x) - 1 for x < 88, within 1.5 ulp */
SIMD_INLINE Vec
vec_expm1(Vec x)
{
	VecMask		n;
	Vec			p = vec_exp_parts(vec_at_least(x, -25), &n);
	Vec			power = vec_power(n);

	return power * p + (power - 1.0f);
}

/*
 * vec_sigmoid
 *		1 / (1 + exp(-x)), or exp(x) / (1 + exp(x)): the sign decides, so that
 *		exp() never overflows.  What the sum lost is taken off afterwards.
 */
SIMD_INLINE Vec
vec_sigmoid(Vec x)
{
	VecMask		negative = x < vec_splat(0);
	Vec			e = vec_exp(-vec_abs(x));
	Vec			sum = e + 1.0f;
	Vec			lost = e - (sum - 1.0f);
	Vec			y = vec_select(negative, e, vec_splat(1.0f)) / sum;

	return y - y * (lost * vec_select(negative, 1.0f - y, y));
}

/* tanh(x): an odd polynomial around 0, elsewhere 1 - 2 / (exp(2 * |x|) + 1) */
SIMD_INLINE Vec
vec_tanh(Vec x)
{
	Vec			a = vec_abs(x);
	Vec			square = a * a;
	Vec			p = square * -0.00552859708f + 0.0204832774f;
	Vec			small,
				large;
	VecMask		n;

	p = p * square + -0.0536929538f;
	p = p * square + 0.133308996f;
	p = p * square + -0.333332629f;
	small = a * square * p + a;
	large = vec_exp_parts(2.0f * vec_at_most(a, 10), &n) + 1.0f;
	large = 1.0f - 2.0f / (large * vec_power(n) + 1.0f);
	return vec_signed(vec_select(a < vec_splat(0.65f), small, large), x);
}

/* exp(x) for x <= 0, to 2^-27 of it; 0 from -700 on */
SIMD_INLINE Wide
wide_exp(Wide x)
{
	const Wide	shift = WIDE(0x1.8p52);
	WideMask	none = x < WIDE(-700);
	Wide		shifted,
				whole,
				r,
				p;

	x = wide_select(none, WIDE(0), x);
	shifted = x * LOG2_E + shift;
	whole = shifted - shift;
	r = x - whole * 0.6931471805599453;
	p = r * EXP_6 + EXP_5;
	p = p * r + EXP_4;
	p = p * r + EXP_3;
	p = p * r + EXP_2;
	p = r * r * p + r + 1.0;
	p *= (Wide) (((WideBits) shifted + 1023) << 52);
	return wide_select(none, WIDE(0), p);
}

/* log(1 + e) for 0 <= e <= 1, to 2^-27 of it */
SIMD_INLINE Wide
wide_log1p(Wide e)
{
	Wide		p = e * -0.0032438508342807807 + 0.019850676475601892;

	p = p * e + -0.056958057866067863;
	p = p * e + 0.10603505273957584;
	p = p * e + -0.15305504183678309;
	p = p * e + 0.19675908571167763;
	p = p * e + -0.24954127668394624;
	p = p * e + 0.33329961831000743;
	p = p * e + -0.49999902400704893;
	p = p * e + 0.99999999528584771;
	return p * e;
}

ISA_END
