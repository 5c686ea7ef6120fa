#ifndef EXPORT_H
#define EXPORT_H
/* The packages among the exports: each is a subcommand of its own. */
#include "cmd.h"

extern const struct command sub_export_bagit;

#endif
