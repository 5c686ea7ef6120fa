/* The history of a record, drawn. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "site/look.h"
#include "site/page.h"

#define WIDTH 960
#define LEFT 150 /* of the names of the lanes */
#define RIGHT 30
#define TOP 14
#define LANE 28
#define TICKS_MAX 9
#define LANES_MAX 16
#define DAY_MS (UINT64_C(86400) * 1000)

/* Lanes of entries by type, in this order; what fits none stands in the last. */
static const struct {
	const char *title;
	const char *types; /* parted by blanks, with a blank at both ends */
} lanes[] = {{"Record", " record doi alias "}, {"Evidence", " artifact claims assessment "},
    {"Declared", " declaration "}, {"Verdicts", " verdict endorse audit "},
    {"Corrections", " correction withhold "}, {"Other", NULL}};
#define LANE_COUNT (sizeof(lanes) / sizeof(lanes[0]))

struct drawing {
	struct st_html *html;
	const struct st_page *page;
	uint64_t first, last; /* ms: what the axis spans */
	unsigned rows;
	unsigned row_of[LANE_COUNT]; /* 1 and up; 0: the lane is empty */
};

/* A date of any precision as its first instant. 0, or -1. */
static int
read_date(const char *text, uint64_t *ms_out)
{
	char whole[16];
	size_t size = text != NULL ? strlen(text) : 0;

	if (size == 4 || size == 7) {
		snprintf(whole, sizeof(whole), "%s%s", text, size == 4 ? "-01-01" : "-01");
		return st_time_read_ms(st_str(whole), ms_out);
	}
	return size > 0 ? st_time_read_ms(st_str(text), ms_out) : -1;
}

static size_t
lane_of(const stet_json *entry)
{
	const char *type = st_look_text(entry, "statement/type");
	char word[64];
	size_t i;

	snprintf(word, sizeof(word), " %s ", type != NULL ? type : "");
	for (i = 0; i + 1 < LANE_COUNT; i++)
		if (strstr(lanes[i].types, word) != NULL)
			break;
	return i;
}

static void
span(struct drawing *drawing, const char *date)
{
	uint64_t ms;

	if (read_date(date, &ms) < 0)
		return;
	if (ms < drawing->first)
		drawing->first = ms;
	if (ms > drawing->last)
		drawing->last = ms;
}

static int
place(const struct drawing *drawing, uint64_t ms)
{
	uint64_t width = WIDTH - LEFT - RIGHT;

	/* Seconds are as fine as a drawing gets, and leave room for the product. */
	return LEFT + (int)((ms - drawing->first) / 1000 * width /
			    ((drawing->last - drawing->first) / 1000));
}

static int
row_y(unsigned row)
{
	return TOP + (int)row * LANE - LANE / 2;
}

static void
put_text(struct st_html *html, int x, int y, const char *anchor, const char *text)
{
	char left[16], top[16];

	snprintf(left, sizeof(left), "%d", x);
	snprintf(top, sizeof(top), "%d", y);
	st_html_open(html, "text", "x", left, "y", top, "text-anchor", anchor, NULL);
	st_html_text(html, text);
	st_html_close(html);
}

static void
put_line(struct st_html *html, const char *class, int x1, int y1, int x2, int y2)
{
	char a[16], b[16], c[16], d[16];

	snprintf(a, sizeof(a), "%d", x1);
	snprintf(b, sizeof(b), "%d", y1);
	snprintf(c, sizeof(c), "%d", x2);
	snprintf(d, sizeof(d), "%d", y2);
	st_html_void(html, "line", "class", class, "x1", a, "y1", b, "x2", c, "y2", d, NULL);
}

/* --- the axis -----------------------------------------------------------------------------------
 */

/* Ticks lie on the first of a year, or of a month, or on days: what gives at most TICKS_MAX. */
struct step {
	unsigned months, days;
};

static void
first_tick(const struct drawing *drawing, const struct step *step, char text[ST_TIME_SIZE])
{
	st_time_text(drawing->first / 1000, text);
	if (step->months >= 12)
		memcpy(text + 5, "01-01", 5);
	else if (step->months > 0)
		memcpy(text + 8, "01", 2);
	text[10] = '\0';
}

static int
next_tick(const struct step *step, char text[ST_TIME_SIZE], uint64_t *ms)
{
	unsigned year, month;

	if (step->months == 0) {
		*ms += step->days * DAY_MS;
		st_time_text(*ms / 1000, text);
		text[10] = '\0';
		return 0;
	}
	if (sscanf(text, "%4u-%2u", &year, &month) != 2)
		return -1;
	month += step->months;
	year += (month - 1) / 12;
	month = (month - 1) % 12 + 1;
	if (year > 9999)
		return -1;
	snprintf(text, ST_TIME_SIZE, "%04u-%02u-01", year, month);
	return read_date(text, ms);
}

static struct step
choose_step(const struct drawing *drawing)
{
	static const struct step steps[] = {{0, 1}, {0, 2}, {0, 7}, {0, 14}, {1, 0}, {2, 0}, {6, 0},
	    {12, 0}, {24, 0}, {60, 0}, {120, 0}, {600, 0}, {12000, 0}};
	uint64_t days = (drawing->last - drawing->first) / DAY_MS;
	size_t i;

	for (i = 0; i + 1 < sizeof(steps) / sizeof(steps[0]); i++)
		if (days / (steps[i].months > 0 ? steps[i].months * UINT64_C(30) : steps[i].days) <
		    TICKS_MAX)
			break;
	return steps[i];
}

static void
put_axis(const struct drawing *drawing)
{
	struct step step = choose_step(drawing);
	int bottom = TOP + (int)drawing->rows * LANE, x;
	char text[ST_TIME_SIZE], label[ST_TIME_SIZE];
	uint64_t ms;

	first_tick(drawing, &step, text);
	if (read_date(text, &ms) < 0)
		return;
	do {
		if (ms < drawing->first)
			continue;
		x = place(drawing, ms);
		put_line(drawing->html, "tick", x, TOP, x, bottom);
		snprintf(label, sizeof(label), "%.*s",
		    step.months >= 12 ? 4
		    : step.months > 0 ? 7
				      : 10,
		    text);
		put_text(drawing->html, x, bottom + 16, "middle", label);
	} while (next_tick(&step, text, &ms) == 0 && ms <= drawing->last);
}

/* --- what stands on it --------------------------------------------------------------------------
 */

static void
put_dot(const struct drawing *drawing, const stet_json *entry)
{
	struct st_html *html = drawing->html;
	const char *date;
	char href[32], x[16], y[16];
	struct st_buf what = {0};
	uint64_t ms;
	int own;

	date = st_entry_date(entry, &own);
	if (read_date(date, &ms) < 0)
		return;
	st_entry_what(entry, &what);
	st_buf_put_u8(&what, 0);
	snprintf(href, sizeof(href), "#e%" PRId64, st_look_int(entry, "seq"));
	snprintf(x, sizeof(x), "%d", place(drawing, ms));
	snprintf(y, sizeof(y), "%d", row_y(drawing->row_of[lane_of(entry)]));
	st_html_open(html, "a", "href", href, NULL);
	st_html_open(
	    html, "circle", "class", own ? "own" : "told", "cx", x, "cy", y, "r", "6", NULL);
	st_html_open(html, "title", NULL);
	if (!st_html_short(html, &what))
		st_html_textf(html, "entry %" PRId64 ": %.100s, %s%.30s", st_look_int(entry, "seq"),
		    (const char *)what.data, own ? "appended " : "", date);
	st_html_close(html);
	st_html_close(html);
	st_html_close(html);
	st_buf_free(&what);
}

static const stet_json *
entry_of(const struct st_page *page, int64_t seq)
{
	size_t i;

	for (i = 0; i < page->count; i++)
		if (st_look_int(page->entries[i], "seq") == seq)
			return page->entries[i];
	return NULL;
}

/* When the condition of this entry began, or its ending did. */
static int
date_of_entry(const struct st_page *page, int64_t seq, uint64_t *ms_out)
{
	const stet_json *entry = entry_of(page, seq);
	int own;

	return entry != NULL ? read_date(st_entry_date(entry, &own), ms_out) : -1;
}

static void
put_bar(const struct drawing *drawing, const stet_json *condition, unsigned row)
{
	uint64_t from, to = drawing->last;
	char x[16], y[16], width[16];
	int left, right, open = st_look_bool(condition, "open");

	put_text(
	    drawing->html, LEFT - 12, row_y(row) + 4, "end", st_look_text(condition, "condition"));
	if (date_of_entry(drawing->page, st_look_int(condition, "seq"), &from) < 0)
		return;
	if (st_look(condition, "ended_by") != NULL &&
	    date_of_entry(drawing->page, st_look_int(condition, "ended_by"), &to) < 0)
		to = drawing->last;
	left = place(drawing, from);
	right = to > from ? place(drawing, to) : left;
	right += open ? RIGHT - 10 : 0; /* it goes on */
	snprintf(x, sizeof(x), "%d", left);
	snprintf(y, sizeof(y), "%d", row_y(row) - 6);
	snprintf(width, sizeof(width), "%d", right - left > 4 ? right - left : 4);
	st_html_void(drawing->html, "rect", "class", open ? "open" : "ended", "x", x, "y", y,
	    "width", width, "height", "12", "rx", "3", NULL);
}

/* Conditions that get a bar: the first ones. */
static size_t
bar_count(const struct st_page *page)
{
	size_t count = stet_json_size(st_look(page->standing, "conditions"));

	return count < LANES_MAX - LANE_COUNT ? count : LANES_MAX - LANE_COUNT;
}

static int
lay_out(struct drawing *drawing)
{
	const struct st_page *page = drawing->page;
	size_t i;
	int own;

	drawing->first = UINT64_MAX;
	for (i = 0; i < page->count; i++)
		span(drawing, st_entry_date(page->entries[i], &own));
	if (drawing->first == UINT64_MAX)
		return 0;
	if (drawing->last - drawing->first < DAY_MS)
		drawing->last = drawing->first + DAY_MS;
	drawing->rows = (unsigned)bar_count(page);
	for (i = 0; i < page->count; i++)
		drawing->row_of[lane_of(page->entries[i])] = 1;
	for (i = 0; i < LANE_COUNT; i++)
		if (drawing->row_of[i] != 0)
			drawing->row_of[i] = ++drawing->rows;
	return 1;
}

void
st_page_timeline(struct st_html *html, const struct st_page *page)
{
	struct drawing drawing = {html, page, 0, 0, 0, {0}};
	const stet_json *conditions = st_look(page->standing, "conditions");
	char box[64];
	size_t i;

	if (!lay_out(&drawing))
		return;
	st_html_open(html, "section", "id", "timeline", "aria-labelledby", "timeline-title", NULL);
	st_html_open(html, "h2", "id", "timeline-title", NULL);
	st_html_text(html, "Timeline");
	st_html_close(html);
	st_html_leaf(html, "p", "label",
	    "Filled: dated by what is said. Hollow: no date is given, so the time of the entry. "
	    "Bars: how long a condition has been open. All of it is written out below.");
	st_html_open(html, "div", "class", "scroll", "role", "region", "aria-label",
	    "Drawing of the timeline", "tabindex", "0", NULL);
	snprintf(box, sizeof(box), "0 0 %d %u", WIDTH, TOP + drawing.rows * LANE + 24);
	st_html_open(html, "svg", "xmlns", "http://www.w3.org/2000/svg", "viewBox", box, "class",
	    "timeline", "role", "group", "aria-label", "Entries and conditions over time", NULL);
	put_axis(&drawing);
	for (i = 0; i < bar_count(page); i++)
		put_bar(&drawing, stet_json_item(conditions, i), (unsigned)i + 1);
	for (i = 0; i < LANE_COUNT; i++)
		if (drawing.row_of[i] != 0)
			put_text(
			    html, LEFT - 12, row_y(drawing.row_of[i]) + 4, "end", lanes[i].title);
	for (i = 0; i < page->count; i++)
		put_dot(&drawing, page->entries[i]);
	st_html_close(html);
	st_html_close(html);
	if (bar_count(page) < stet_json_size(conditions))
		st_html_leaf(html, "p", "label",
		    "Not every condition has a bar here; all of them are listed above.");
	st_html_close(html);
}
