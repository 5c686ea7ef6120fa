#ifndef HELP_H
#define HELP_H
/* Help, man pages and completion: three ways of printing the same tables. */
#include "cmd.h"

void help_overview(void);                         /* the commands in groups        */
void help_command(const struct command *command); /* what `stet help NAME` prints  */
int help_man(const struct command *command);      /* its man page; NULL: stet(1)   */
void help_completion_bash(void);

#endif
