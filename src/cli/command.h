/* command.h - the table of rollcall's commands: one file, one row each. */
#ifndef ROLLCALL_CLI_COMMAND_H
#define ROLLCALL_CLI_COMMAND_H

struct command {
	const char *name;
	const char *arguments;  /* for the usage line */
	const char *summary;    /* one line */
	/* argv[0] is the command's own name.  Returns an exit code of sysexits(3). */
	int (*run)(int argc, char **argv);
};

/* rollcall lint: what is wrong with manifests, offline. */
extern const struct command cmd_lint;

/* Find a command; NULL: there is none, and *closest is set to a likely name, or NULL. */
const struct command *command_find(const char *name, const char **closest);

/* The whole of rollcall but for the process: run the command that argv names. */
int command_main(int argc, char **argv);
#endif
