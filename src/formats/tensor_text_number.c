/*
 * src/formats/tensor_text_number.c
 *	  Decimal text -> float32, rounded correctly whatever its length.
 *
 * Numbers are what PostgreSQL's real accepts, less the hexadecimal ones:
 * decimal digits with an optional point and exponent, Infinity or inf, both
 * with an optional sign, and NaN, in any case.  Like real, a number that
 * overflows, or that is not zero and becomes zero, is out of range.
 *
 * Most numbers take the quick way: digits whose integer is exact in float64,
 * times or over an exact power of ten, are one correctly rounded float64
 * (Clinger 1990); rounding it again to float32 is safe unless it lies exactly
 * between two of them.  The rest goes to strtof, cut to so many digits
 * that the remainder cannot matter, so time is linear in the length.
 */
#include "formats/tensor_text.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The exact value halfway between two float32 has at most 112 significant
 * digits, so 120 digits and a last 1 "there was more" round like the whole.
 */
#define KEPT_DIGITS 120

#define EXPONENT_LIMIT INT64_C(1000000000000)

typedef struct Decimal
{
	bool		negative;
	int			digits;			/* kept, without leading zeros */
	bool		more;			/* a digit that was not kept is not 0 */
	int64_t		exponent;		/* of the last kept digit */
	char		kept[KEPT_DIGITS];
} Decimal;

static bool
no_number(const char *bytes, int64_t length, C1dError *err)
{
	return c1d_fail(err, C1D_BAD_TEXT, "invalid input syntax for an element of tensor1d: \"%.*s\"",
					(int) (length < C1D_ECHO ? length : C1D_ECHO), bytes);
}

static bool
out_of_range(const char *bytes, int64_t length, C1dError *err)
{
	return c1d_fail(err, C1D_OUT_OF_RANGE, "\"%.*s%s\" is out of range for an element of tensor1d",
					(int) (length < C1D_ECHO ? length : C1D_ECHO - 3), bytes,
					length < C1D_ECHO ? "" : "...");
}

/* same_word: is it this lower-case word, in any case? */
static bool
same_word(const char *bytes, int64_t length, const char *word)
{
	if (length != (int64_t) strlen(word))
		return false;
	for (int64_t i = 0; i < length; i++)
	{
		char		c = bytes[i] >= 'A' && bytes[i] <= 'Z' ? (char) (bytes[i] + 32) : bytes[i];

		if (c != word[i])
			return false;
	}
	return true;
}

/*
 * quick_value
 *		Convert a number of the usual kind when both roundings are proven right,
 *		see the top; false: it is of another kind, or no number at all.
 */
static bool
quick_value(const char *at, const char *end, float *value)
{
#if FLT_EVAL_METHOD == 0
	static const double power[] = {
		1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22
	};
	bool		negative = *at == '-';
	uint64_t	integer = 0;
	int			exponent = 0;
	double		exact;
	uint64_t	bits;

	if (end - at > 19)			/* more digits could wrap the integer */
		return false;
	at += negative;
	for (; at < end && *at >= '0' && *at <= '9'; at++)
		integer = integer * 10 + (uint64_t) (*at - '0');
	if (at < end && *at == '.')
		for (at++; at < end && *at >= '0' && *at <= '9'; at++, exponent--)
			integer = integer * 10 + (uint64_t) (*at - '0');
	if (integer == 0 || integer > UINT64_C(1) << 53)
		return false;
	/* e+38, e-05: what the shortest notation of a float32 looks like */
	if (end - at == 4 && (*at == 'e' || *at == 'E') && (at[1] == '+' || at[1] == '-') &&
		at[2] >= '0' && at[2] <= '9' && at[3] >= '0' && at[3] <= '9')
	{
		int			written = (at[2] - '0') * 10 + (at[3] - '0');

		exponent += at[1] == '-' ? -written : written;
		at = end;
	}
	if (at != end || exponent < -22 || exponent > 22)
		return false;
	exact = (double) integer;
	exact = exponent < 0 ? exact / power[-exponent] : exact * power[exponent];
	if (exact < FLT_MIN || exact > FLT_MAX / 2)
		return false;
	memcpy(&bits, &exact, sizeof(bits));
	if ((bits & 0x1FFFFFFF) == 0x10000000)
		return false;
	*value = (float) (negative ? -exact : exact);
	return true;
#else
	(void) at;
	(void) end;
	(void) value;
	return false;
#endif
}

/* keep_digit: append a digit to the number; fraction: it stands after the point. */
static void
keep_digit(Decimal *decimal, char digit, bool fraction)
{
	if (decimal->digits == 0 && digit == '0')
		decimal->exponent -= fraction;
	else if (decimal->digits < KEPT_DIGITS)
	{
		decimal->kept[decimal->digits++] = digit;
		decimal->exponent -= fraction;
	}
	else
	{
		decimal->more |= digit != '0';
		decimal->exponent += !fraction;
	}
}

/*
 * read_decimal
 *		Split [digits][.digits][e[sign]digits] into decimal; false when that is
 *		not what stands there.
 */
static bool
read_decimal(const char *at, const char *end, Decimal *decimal)
{
	bool		any = false;
	bool		fraction = false;

	for (; at < end; at++)
	{
		if (*at >= '0' && *at <= '9')
		{
			keep_digit(decimal, *at, fraction);
			any = true;
		}
		else if (*at == '.' && !fraction)
			fraction = true;
		else
			break;
	}
	if (!any)
		return false;
	if (at < end)
	{
		int64_t		exponent = 0;
		bool		negative;

		if (*at != 'e' && *at != 'E')
			return false;
		at++;
		negative = at < end && *at == '-';
		if (at < end && (*at == '-' || *at == '+'))
			at++;
		if (at == end)
			return false;
		for (; at < end; at++)
		{
			if (*at < '0' || *at > '9')
				return false;
			if (exponent < EXPONENT_LIMIT)
				exponent = exponent * 10 + (*at - '0');
		}
		decimal->exponent += negative ? -exponent : exponent;
	}
	return true;
}

/* slow_value: strtof of the kept digits; false when out of range. */
static bool
slow_value(const Decimal *decimal, float *value)
{
	char		text[KEPT_DIGITS + 32];
	int64_t		exponent = decimal->exponent - decimal->more;
	int			used = 0;

	/* strtof's own exponent need not hold more than this */
	if (exponent > 9999)
		exponent = 9999;
	if (exponent < -9999)
		exponent = -9999;
	text[used++] = decimal->negative ? '-' : '+';
	memcpy(text + used, decimal->kept, (size_t) decimal->digits);
	used += decimal->digits;
	if (decimal->more)
		text[used++] = '1';
	snprintf(text + used, sizeof(text) - (size_t) used, "e%d", (int) exponent);
	errno = 0;
	*value = strtof(text, NULL);
	return !(errno == ERANGE && (*value == 0 || isinf(*value)));
}

/*
 * c1d_text_number
 *		Convert the whole of bytes, without space around, into one float.
 *		Errors: C1D_BAD_TEXT, C1D_OUT_OF_RANGE.
 */
bool
c1d_text_number(const char *bytes, int64_t length, float *value, C1dError *err)
{
	const char *at = bytes;
	const char *end = bytes + length;
	Decimal		decimal;

	if (length > 0 && quick_value(at, end, value))
		return true;
	decimal.negative = at < end && *at == '-';
	if (at < end && (*at == '-' || *at == '+'))
		at++;
	if (at < end && *at != '.' && (*at < '0' || *at > '9'))
	{
		if (same_word(at, end - at, "nan") && at == bytes)
			*value = NAN;
		else if (same_word(at, end - at, "infinity") || same_word(at, end - at, "inf"))
			*value = decimal.negative ? -INFINITY : INFINITY;
		else
			return no_number(bytes, length, err);
		return true;
	}
	decimal.digits = 0;
	decimal.more = false;
	decimal.exponent = 0;
	if (!read_decimal(at, end, &decimal))
		return no_number(bytes, length, err);
	if (decimal.digits == 0)
		*value = decimal.negative ? -0.0f : 0.0f;
	else if (!slow_value(&decimal, value))
		return out_of_range(bytes, length, err);
	return true;
}
