/* What reviewers made of a record: scores and the eight quality dimensions. */
#include "statement/types/rows.h"

#include "base/time.h"

/* quality-dimensions-v1, D-1 to D-8. */
static const char *const dimensions[] = {"evidence_strength", "citation_grounding",
    "numerical_consistency", "benchmark_validity", "novelty", "uncertainty_disclosure",
    "reproducibility_status", "safety_impact", NULL};

static const struct st_field dimension_fields[] = {
    {ST_NAMED("basis"), ST_PROSE, .label = "Basis", .doc = "What the level rests on."},
    {ST_NAMED("level"), ST_ENUM(st_levels), .label = "Level",
	.doc = "The level given; UNASSESSED says that it was looked at and left open."},
    {ST_NAMED("score"), ST_SCORE, .flags = ST_FIELD_NULLABLE, .label = "Score",
	.doc = "The score given, 0 to 10; null says that there is none."},
    {0},
};

static const struct st_field dimension_item = {ST_MAP(dimension_fields), .min = 1};
static const struct st_field score_item = {ST_SCORE};

static const struct st_field assessment_fields[] = {
    ST_V_ROW,
    ST_TYPE_ROW("assessment"),
    ST_AFTER_ROW,
    ST_SOURCE_ROW(0),
    ST_OCCURRED_ROW,
    {ST_NAMED("dimensions"), .kind = ST_FIELD_TABLE, .item = &dimension_item, .values = dimensions,
	.min = 1, .max = 8, .label = "Quality dimensions",
	.doc = "What was found in each quality dimension; one that is absent was not shown."},
    {ST_NAMED("review_score"), ST_SCORE, .label = "Review score",
	.doc = "The score that the reviewers gave together, 0 to 10."},
    {ST_NAMED("reviewer_scores"), ST_LIST(&score_item, 3, 3), .label = "Reviewers' scores",
	.doc = "The scores of the three reviewers, 0 to 10 each."},
    {0},
};

const struct st_schema st_schema_assessment = {ST_TYPE_ASSESSMENT, "assessment", NULL,
    ST_TABLE(assessment_fields), .about = "the record",
    .doc = "Says what reviewers made of the record. Scores are descriptive; none is independent "
	   "validation."};
