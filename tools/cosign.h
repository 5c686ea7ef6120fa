#ifndef COSIGN_H
#define COSIGN_H
/* Subcommands of `stet checkpoint` that are of cosigners, of time-stamping authorities, and of
 * whoever else keeps checkpoints. */
#include "cmd.h"

extern const struct command sub_cosign, sub_request, sub_add_cosignature, sub_timestamp_request,
    sub_add_timestamp, sub_compare;

#endif
