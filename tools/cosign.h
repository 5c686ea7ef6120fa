#ifndef COSIGN_H
#define COSIGN_H
/* Subcommands of `stet checkpoint` that are of cosigners. */
#include "cmd.h"

extern const struct command sub_cosign, sub_request, sub_add_cosignature;

#endif
