/*
 * flags.h - one table of options for each command: what parses the command line, and what its
 * help, the manual page and the completions are made from.  Thread: any.
 *
 * A row says where in the command's own struct its value goes, so that a command is handed its
 * options as plain fields and parses nothing itself.
 */
#ifndef ROLLCALL_CLI_FLAGS_H
#define ROLLCALL_CLI_FLAGS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What a value is, and the type of the field it goes to. */
enum flag_kind {
	FLAG_TRUTH,             /* bool; --name, --name=true, --name=false */
	FLAG_TEXT,              /* const char *, borrowed from the command line */
	FLAG_TEXTS,             /* struct flag_texts: may be given again and again */
	FLAG_NUMBER,            /* unsigned */
	FLAG_PERIOD,            /* unsigned, milliseconds; 500ms 5s 1m 2h, a bare number is seconds */
};

#define FLAG_TEXTS_MAX 64
struct flag_texts {
	const char *items[FLAG_TEXTS_MAX];
	size_t count;
};

/* What a value can be completed with by a shell. */
enum flag_complete {
	COMPLETE_NOTHING,
	COMPLETE_FILES,
	COMPLETE_FOLDERS,
	COMPLETE_NAMESPACES,    /* asked of the daemon, as all below */
	COMPLETE_KINDS,         /* then names of that kind; also KIND/NAME */
	COMPLETE_SERVICES,
	COMPLETE_COMMANDS,      /* rollcall's own */
};

struct flag {
	const char *name;               /* without the dashes; NULL ends the table */
	char letter;                    /* 0: none */
	enum flag_kind kind;
	size_t at;                      /* offsetof the field */
	const char *argument;           /* what the value is called: NAMESPACE; NULL for a truth */
	const char *help;               /* what it does, without a full stop */
	const char *choices;            /* "auto|always|never": nothing else is taken; NULL: all */
	const char *bare;               /* FLAG_TEXT: the value of a bare --name; NULL: wants one */
	enum flag_complete complete;
};

/* A table and the struct its values go to. */
struct flag_table {
	const struct flag *flags;
	void *into;
};

/*
 * Take all options out of argv[1..argc), wherever they stand; what is left, the words, is moved
 * to argv[1..*argc).  "--" ends the options; with `ends_at_word` the first word does, too, and
 * an "--" before it is dropped.  The first table that has a name wins.  false: wrong, and said
 * on stderr with the name of the command (`who`) in front.
 */
bool flags_parse(const struct flag_table *tables, size_t table_count, const char *who,
    bool ends_at_word, int *argc, char **argv);

/* The rows as --help shows them, within `width` columns. */
void flags_print(const struct flag *flags, FILE *out, size_t width);

/* Whether `value` is one of "a|b|c". */
bool flags_choice(const char *choices, const char *value);

/* "1500ms", "5s", "2m", "1h", "5" (seconds): milliseconds.  false leaves *ms alone. */
bool flags_period(const char *text, unsigned *ms);
#endif
