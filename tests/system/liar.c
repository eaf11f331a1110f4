/*
 * liar.c - a name server on loopback that answers, lies or is silent, for scripts.
 *
 *     liar [-a ADDRESS[:PORT]] [-m MODE] [-t SECONDS]
 *
 * prints its port and serves until TERM, at most SECONDS (default 60).  What the names mean, and
 * the modes, tests/dns/liar.h tells; -m is for all names until USR2, which ends that, and begins
 * it again; it says "truth" or "lies" then.  At USR1 and at its end it prints the questions since
 * the last USR1, a line each, then "asked COUNT":
 *
 *     udp id=4711 port=40001 name=wWw.Example type=1 edns=1232 rd=1 do=0 cd=0
 *
 *     liar -n NAME            prints the address that is the truth about a name
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tests/dns/liar.h"

static void
print_questions(struct liar *liar)
{
	struct liar_question question;
	size_t i = 0;

	for (; liar_asked(liar, i, &question); i++) {
		printf("%s id=%u port=%u name=%s type=%u edns=", question.tcp ? "tcp" : "udp",
		    question.id, question.port, question.name, question.type);
		if (question.edns)
			printf("%u", question.edns_size);
		else
			printf("no");
		printf(" rd=%d do=%d cd=%d\n", question.recursion, question.dnssec_ok,
		    question.checking_disabled);
	}
	printf("asked %zu\n", i);
	fflush(stdout);
	liar_forget(liar);
}

static void
serve(struct liar *liar, const char *mode, unsigned life_s, const sigset_t *signals)
{
	struct timespec now, end;
	bool lies = true;
	int signal;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += life_s;
	liar_set_mode(liar, mode);
	printf("%u\n", liar_port(liar));
	fflush(stdout);
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
		struct timespec left = { .tv_sec = end.tv_sec > now.tv_sec ?
			end.tv_sec - now.tv_sec : 0 };

		signal = sigtimedwait(signals, NULL, &left);
		if (signal == SIGUSR1)
			print_questions(liar);
		if (signal == SIGUSR2) {
			lies = !lies;
			liar_set_mode(liar, lies ? mode : "");
			puts(lies ? "lies" : "truth");
			fflush(stdout);
		}
	} while (signal == SIGUSR1 || signal == SIGUSR2);
	print_questions(liar);
}

static int
print_address(const char *name)
{
	char text[16];

	liar_address_text(name, text);
	puts(text);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *address = "127.0.0.1", *mode = "";
	unsigned life_s = 60;
	sigset_t signals;
	int option;

	while ((option = getopt(argc, argv, "a:m:n:t:")) != -1) {
		if (option == 'a')
			address = optarg;
		else if (option == 'm')
			mode = optarg;
		else if (option == 't')
			life_s = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'n')
			return print_address(optarg);
		else
			return 64;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGUSR2);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	struct liar *liar = liar_start(address, life_s);

	if (liar == NULL) {
		perror("liar");
		return 1;
	}
	serve(liar, mode, life_s, &signals);
	liar_stop(liar);
	return 0;
}
