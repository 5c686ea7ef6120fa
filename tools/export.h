#ifndef EXPORT_H
#define EXPORT_H
/* The exports that make more than one file, or pages: each is a subcommand of its own. */
#include "cmd.h"

extern const struct command sub_export_bagit, sub_export_ocfl, sub_export_report, sub_export_site;

#endif
