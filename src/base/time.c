/* Times as text, and the two texts of the format that stand for numbers and dates. */
#include "base/time.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_SECONDS 86400
#define LAST_SECOND UINT64_C(253402300799) /* 9999-12-31T23:59:59Z */

struct date {
	int year, month, day;
};

/* Days since 1970-01-01 and back, for the proleptic Gregorian calendar.  Years are counted from
 * March, so that the leap day is the last of its year, and in eras of 400 years (146,097 days).
 * Howard Hinnant, "chrono-compatible low-level date algorithms"; 719,468 days lie between
 * 0000-03-01 and 1970-01-01. */
static int64_t
days_from_date(struct date date)
{
	int64_t year = date.month <= 2 ? date.year - 1 : date.year;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;
	int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

static struct date
date_from_days(uint64_t days_since_1970)
{
	uint64_t days = days_since_1970 + 719468;
	uint64_t era = days / 146097, day_of_era = days % 146097;
	uint64_t year_of_era =
	    (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	uint64_t day_of_year =
	    day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	uint64_t month = (5 * day_of_year + 2) / 153;
	struct date date;

	date.day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	date.month = (int)(month < 10 ? month + 3 : month - 9);
	date.year = (int)(year_of_era + era * 400) + (date.month <= 2 ? 1 : 0);
	return date;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

/* The date and time to the second, without the Z. */
static int
put_seconds(uint64_t seconds, char out[ST_TIME_SIZE])
{
	struct date date = date_from_days(seconds / DAY_SECONDS);
	unsigned rest = (unsigned)(seconds % DAY_SECONDS);

	return snprintf(out, ST_TIME_SIZE, "%04d-%02d-%02dT%02u:%02u:%02u", date.year, date.month,
	    date.day, rest / 3600, rest / 60 % 60, rest % 60);
}

void
st_time_text(uint64_t seconds, char out[ST_TIME_SIZE])
{
	int size;

	if (seconds > LAST_SECOND) {
		snprintf(out, ST_TIME_SIZE, "+%" PRIu64 "s", seconds);
		return;
	}
	size = put_seconds(seconds, out);
	snprintf(out + size, ST_TIME_SIZE - (size_t)size, "Z");
}

void
st_time_text_ms(uint64_t ms, char out[ST_TIME_SIZE])
{
	int size;

	if (ms / 1000 > LAST_SECOND) {
		snprintf(out, ST_TIME_SIZE, "+%" PRIu64 ".%03us", ms / 1000, (unsigned)(ms % 1000));
		return;
	}
	size = put_seconds(ms / 1000, out);
	snprintf(out + size, ST_TIME_SIZE - (size_t)size, ".%03uZ", (unsigned)(ms % 1000));
}

/* A date and time as read: how far it goes is what tells "2011-05" from "2011-05-01". */
enum precision { YEAR, MONTH, DAY, MINUTE, SECOND };
struct stamp {
	enum precision precision;
	struct date date;
	int hour, minute, second, ms;
	int offset; /* minutes east of UTC */
};

/* Takes digits from the front: 0, or -1 and nothing taken. */
static int
take_digits(stet_bytes *text, int count, int *value_out)
{
	int i, value = 0;

	if (text->size < (size_t)count)
		return -1;
	for (i = 0; i < count; i++) {
		if (text->data[i] < '0' || text->data[i] > '9')
			return -1;
		value = value * 10 + (text->data[i] - '0');
	}
	text->data += count;
	text->size -= (size_t)count;
	*value_out = value;
	return 0;
}

/* 1 if the text began with the character, which is then taken. */
static int
take(stet_bytes *text, char c)
{
	if (text->size == 0 || text->data[0] != (uint8_t)c)
		return 0;
	text->data++;
	text->size--;
	return 1;
}

/* A fraction of a second of any length; what is finer than a millisecond is dropped. */
static int
take_fraction(stet_bytes *text, int *ms_out)
{
	int digit, scale = 100, ms = 0;

	if (take_digits(text, 1, &digit) < 0)
		return -1;
	do {
		ms += digit * scale;
		scale /= 10;
	} while (take_digits(text, 1, &digit) == 0);
	*ms_out = ms;
	return 0;
}

static int
take_offset(stet_bytes *text, int *offset_out)
{
	int sign, hours, minutes;

	*offset_out = 0;
	if (take(text, 'Z'))
		return 0;
	sign = take(text, '+') ? 1 : take(text, '-') ? -1 : 0;
	if (sign == 0 || take_digits(text, 2, &hours) < 0 || !take(text, ':') ||
	    take_digits(text, 2, &minutes) < 0 || hours > 23 || minutes > 59)
		return -1;
	*offset_out = sign * (hours * 60 + minutes);
	return 0;
}

/* Leap seconds end a UTC day (RFC 3339, section 5.7), so 60 is a second of 23:59 UTC alone.  Which
 * days had one is not asked: that list grows, and a rule of the format cannot. */
static int
second_ok(const struct stamp *stamp)
{
	int minute = stamp->hour * 60 + stamp->minute - stamp->offset;

	if (stamp->second < 60)
		return 1;
	return stamp->second == 60 && (minute + 2 * 1440) % 1440 == 1439;
}

static int
take_time(stet_bytes *text, struct stamp *stamp)
{
	if (take_digits(text, 2, &stamp->hour) < 0 || !take(text, ':') ||
	    take_digits(text, 2, &stamp->minute) < 0 || stamp->hour > 23 || stamp->minute > 59)
		return -1;
	stamp->precision = MINUTE;
	if (take(text, ':')) {
		stamp->precision = SECOND;
		if (take_digits(text, 2, &stamp->second) < 0)
			return -1;
		if (take(text, '.') && take_fraction(text, &stamp->ms) < 0)
			return -1;
	}
	if (take_offset(text, &stamp->offset) < 0)
		return -1;
	return second_ok(stamp) ? 0 : -1;
}

/* A date-text of the format, whole. */
static int
read_stamp(stet_bytes text, struct stamp *stamp)
{
	static const struct stamp empty = {YEAR, {0, 1, 1}, 0, 0, 0, 0, 0};

	*stamp = empty;
	if (take_digits(&text, 4, &stamp->date.year) < 0)
		return -1;
	if (text.size == 0)
		return 0;
	stamp->precision = MONTH;
	if (!take(&text, '-') || take_digits(&text, 2, &stamp->date.month) < 0 ||
	    stamp->date.month < 1 || stamp->date.month > 12)
		return -1;
	if (text.size == 0)
		return 0;
	stamp->precision = DAY;
	if (!take(&text, '-') || take_digits(&text, 2, &stamp->date.day) < 0 ||
	    stamp->date.day < 1 ||
	    stamp->date.day > days_in_month(stamp->date.year, stamp->date.month))
		return -1;
	if (text.size == 0)
		return 0;
	if (!take(&text, 'T') || take_time(&text, stamp) < 0)
		return -1;
	return text.size == 0 ? 0 : -1;
}

int
st_date_ok(stet_bytes text)
{
	struct stamp stamp;

	return read_stamp(text, &stamp) == 0;
}

int
st_time_read_ms(stet_bytes text, uint64_t *ms_out)
{
	struct stamp stamp;
	int64_t seconds;

	if (read_stamp(text, &stamp) < 0 || (stamp.precision != DAY && stamp.precision != SECOND))
		return -1;
	seconds = days_from_date(stamp.date) * DAY_SECONDS + stamp.hour * 3600 + stamp.minute * 60 +
		  stamp.second - stamp.offset * 60;
	if (seconds < 0)
		return -1;
	*ms_out = (uint64_t)seconds * 1000 + (uint64_t)stamp.ms;
	return 0;
}

/* The first instant of a stamp and the first behind it, in ms; before 1970 too. */
static void
span_of(const struct stamp *stamp, int64_t *first_out, int64_t *behind_out)
{
	struct date next = stamp->date;
	int64_t seconds = days_from_date(stamp->date) * DAY_SECONDS + stamp->hour * 3600 +
			  stamp->minute * 60 + stamp->second - stamp->offset * 60;

	*first_out = seconds * 1000 + stamp->ms;
	*behind_out = *first_out + 1;
	if (stamp->precision == MINUTE)
		*behind_out = *first_out + 60000;
	if (stamp->precision > DAY)
		return;
	if (stamp->precision == DAY) {
		*behind_out = *first_out + INT64_C(1000) * DAY_SECONDS;
		return;
	}
	next.year += stamp->precision == YEAR || next.month == 12 ? 1 : 0;
	next.month = stamp->precision == YEAR || next.month == 12 ? 1 : next.month + 1;
	*behind_out = days_from_date(next) * INT64_C(1000) * DAY_SECONDS;
}

int
st_date_compare(stet_bytes a, stet_bytes b, int *order_out)
{
	struct stamp left, right;
	int64_t left_first, left_behind, right_first, right_behind;

	if (read_stamp(a, &left) < 0 || read_stamp(b, &right) < 0)
		return -1;
	span_of(&left, &left_first, &left_behind);
	span_of(&right, &right_first, &right_behind);
	*order_out = left_behind <= right_first ? -1 : left_first >= right_behind ? 1 : 0;
	return 0;
}

/* At least one digit. */
static int
take_run(stet_bytes *text)
{
	int digit;

	if (take_digits(text, 1, &digit) < 0)
		return -1;
	while (take_digits(text, 1, &digit) == 0)
		;
	return 0;
}

int
st_number_text_ok(stet_bytes text)
{
	take(&text, '-');
	if (!take(&text, '0') && take_run(&text) < 0)
		return 0;
	if (take(&text, '.') && take_run(&text) < 0)
		return 0;
	if (take(&text, 'e') || take(&text, 'E')) {
		if (!take(&text, '+'))
			take(&text, '-');
		if (take_run(&text) < 0)
			return 0;
	}
	return text.size == 0;
}
