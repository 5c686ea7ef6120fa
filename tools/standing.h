#ifndef STANDING_H
#define STANDING_H
/* A standing as text: what `show` and `verify ID` share. */
#include "env.h"

/* The standing of an id as of env's --at; EXIT_YES, or a status (reported). */
int standing_read(
    struct env *env, const stet_id *id, stet_standing **standing_out, const stet_json **json_out);
/* One screen: the three columns, conditions, findings, gaps, signers, the moment.  env may be
 * without a ledger, for a standing from elsewhere. */
void standing_page(struct env *env, const stet_json *standing);
/* 1 if it is of a paper; 0: of the ledger, a key or a source, of which there is no standing. */
int standing_is_of_record(const stet_json *standing);
void standing_findings(const stet_json *standing);
/* Each rung of both ladders, with what carries it; report is stet_verify_record()'s. */
void standing_rungs(const stet_json *standing, const stet_json *report);

#endif
