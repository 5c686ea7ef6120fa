/* Exact arithmetic on numbers as they were printed: a verdict that turns on one digit is not to be
 * decided by rounding. */
#include "standing/ladder.h"

__extension__ typedef __int128 wide;

#define DIGITS_MAX 18
#define EXPONENT_MAX 1000

static int
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

void
st_decimal_trim(struct st_decimal *number)
{
	while (number->mantissa != 0 && number->mantissa % 10 == 0) {
		number->mantissa /= 10;
		number->exponent++;
	}
	if (number->mantissa == 0)
		number->exponent = 0;
}

/* The digits before the exponent; *at moves behind them. */
static int
read_digits(stet_bytes text, size_t *at, struct st_decimal *number)
{
	int point = 0, digits = 0, any = 0;

	for (; *at < text.size; ++*at) {
		uint8_t c = text.data[*at];

		if (c == '.' && !point) {
			point = 1;
			continue;
		}
		if (!is_digit(c))
			break;
		any = 1;
		if (number->mantissa > 0 || c != '0')
			digits++;
		if (digits > DIGITS_MAX) {
			if (c != '0')
				return -1;
			number->exponent += point ? 0 : 1; /* zeros at the end say nothing new */
			continue;
		}
		number->mantissa = number->mantissa * 10 + (c - '0');
		number->exponent -= point;
	}
	return any ? 0 : -1;
}

static int
read_exponent(stet_bytes text, size_t at, struct st_decimal *number)
{
	int sign = 1, exponent = 0, any = 0;

	if (at == text.size)
		return 0;
	if (text.data[at] != 'e' && text.data[at] != 'E')
		return -1;
	if (++at < text.size && (text.data[at] == '-' || text.data[at] == '+'))
		sign = text.data[at++] == '-' ? -1 : 1;
	for (; at < text.size; at++) {
		if (!is_digit(text.data[at]))
			return -1;
		any = 1;
		if (exponent <= EXPONENT_MAX)
			exponent = exponent * 10 + (text.data[at] - '0');
	}
	number->exponent += sign * exponent;
	return any && exponent <= EXPONENT_MAX ? 0 : -1;
}

int
st_decimal_read(stet_bytes text, struct st_decimal *out)
{
	struct st_decimal number = {0, 0};
	size_t at = 0;
	int negative = text.size > 0 && text.data[0] == '-';

	if (text.data == NULL)
		return -1;
	at += (size_t)negative;
	if (read_digits(text, &at, &number) < 0 || read_exponent(text, at, &number) < 0)
		return -1;
	st_decimal_trim(&number);
	if (negative)
		number.mantissa = -number.mantissa;
	*out = number;
	return 0;
}

int
st_decimal_equal(const struct st_decimal *a, const struct st_decimal *b)
{
	return a->mantissa == b->mantissa && a->exponent == b->exponent;
}

/* value * by * 10^tens; -1 if that has too many digits. */
static int
times(wide *value, wide by, int tens)
{
	if (__builtin_mul_overflow(*value, by, value))
		return -1;
	for (; *value != 0 && tens > 0; tens--)
		if (__builtin_mul_overflow(*value, (wide)10, value))
			return -1;
	return 0;
}

/* |a - b| and |b| in the same unit; -1 if that needs more digits than there are. */
static int
difference(
    const struct st_decimal *a, const struct st_decimal *b, wide *difference_out, wide *of_out)
{
	int low = a->exponent < b->exponent ? a->exponent : b->exponent;
	wide left = a->mantissa, right = b->mantissa, apart;

	if (a->mantissa == 0)
		low = b->exponent;
	if (b->mantissa == 0 || times(&left, 1, a->exponent - low) < 0 ||
	    times(&right, 1, b->exponent - low) < 0 || __builtin_sub_overflow(left, right, &apart))
		return -1;
	*difference_out = apart < 0 ? -apart : apart;
	*of_out = right < 0 ? -right : right;
	return 0;
}

int
st_decimal_within(const struct st_decimal *computed, const struct st_decimal *expected,
    const struct st_decimal *tolerance, int *within_out)
{
	wide apart, of;

	*within_out = -1;
	if (tolerance->mantissa < 0)
		return -1;
	if (st_decimal_equal(computed, expected)) {
		*within_out = 1;
		return 0;
	}
	/* apart * 100 <= tolerance * of, both as whole numbers */
	if (difference(computed, expected, &apart, &of) < 0 ||
	    times(&apart, 100, -tolerance->exponent) < 0 ||
	    times(&of, tolerance->mantissa, tolerance->exponent) < 0)
		return -1;
	*within_out = apart <= of;
	return 0;
}

int
st_decimal_diff(
    const struct st_decimal *computed, const struct st_decimal *expected, int64_t *tenths_out)
{
	wide apart, of, twice, tenths;

	if (difference(computed, expected, &apart, &of) < 0)
		return -1;
	/* apart * 1000 / of + 1/2 */
	twice = of;
	if (times(&apart, 2000, 0) < 0 || times(&twice, 2, 0) < 0 ||
	    __builtin_add_overflow(apart, of, &apart))
		return -1;
	tenths = apart / twice;
	if (tenths > INT64_MAX)
		return -1;
	*tenths_out = (int64_t)tenths;
	return 0;
}
