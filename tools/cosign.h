#ifndef COSIGN_H
#define COSIGN_H
/* Subcommands of `stet checkpoint` that are of cosigners, and of time-stamping authorities. */
#include "cmd.h"

extern const struct command sub_cosign, sub_request, sub_add_cosignature, sub_timestamp_request,
    sub_add_timestamp;

#endif
