/* steer.c - our own part of the API below /rollcall/v1. */
#include "ops/steer.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ops/json_text.h"
#include "ops/variables.h"
#include "ops/drains.h"
#include "ops/httpd.h"
#include "ops/insight.h"
#include "ops/status.h"
#include "ops/visit.h"
#include "ops/why.h"

#define READING (1u << VISIT_GET | 1u << VISIT_HEAD)

/* Searches for addresses at once. */
#define SEARCHES_MAX 16

struct steer {
	struct event_base *loop;
	const struct steer_ops *ops;
	void *arg;
	unsigned searches;
};

void
steer_reply(struct visit *visit, int status, json_t *object)
{
	char *text = json_text(object, NULL);

	json_decref(object);
	if (text == NULL) {
		status_say(visit, 500, "no memory");
		return;
	}
	visit_reply(visit, status, "application/json", text, strlen(text));
	free(text);
}

static const char *
text_or(const char *text, const char *otherwise)
{
	return text == NULL || *text == '\0' ? otherwise : text;
}

static struct why_question
question_of(struct visit *visit)
{
	return (struct why_question){
		.name = visit_query(visit, "name"),
		.ns = text_or(visit_query(visit, "namespace"), "default"),
		.outside = strcmp(text_or(visit_query(visit, "from"), ""), "outside") == 0,
		.ping = visit_query(visit, "ping") != NULL,
	};
}

/* A visit whose address is looked for, in turns of the loop. */
struct searching {
	struct steer *steer;
	struct visit *visit;
	struct event *turn;
	struct why_search search;
};

static void
search_end(void *arg)
{
	struct searching *searching = arg;

	searching->steer->searches--;
	event_free(searching->turn);
	free(searching);
}

static void
search_go_on(struct searching *searching)
{
	/* By a timer, for what is made active here would run before anybody else is heard. */
	static const struct timeval at_once = { 0, 0 };

	(void)event_add(searching->turn, &at_once);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct searching *searching = arg;
	struct steer *steer = searching->steer;
	struct visit *visit = searching->visit;
	struct why_question question = question_of(visit);
	struct insight insight;

	(void)fd;
	(void)what;
	steer->ops->insight(steer->arg, &insight);
	if (!why_search_run(&searching->search, &insight)) {
		search_go_on(searching);
		return;
	}
	question.search = &searching->search;
	visit_set_flow(visit, NULL, NULL, NULL);
	steer_reply(visit, 200, why_answer(&insight, &question));
	search_end(searching);
}

static void
search(struct steer *steer, struct visit *visit, const struct addr_port *where)
{
	struct searching *searching = steer->searches < SEARCHES_MAX ?
	    calloc(1, sizeof(*searching)) : NULL;

	if (searching != NULL)
		searching->turn = event_new(steer->loop, -1, 0, on_turn, searching);
	if (searching == NULL || searching->turn == NULL) {
		free(searching);
		status_say(visit, 503, "too many addresses are looked for just now");
		return;
	}
	searching->steer = steer;
	searching->visit = visit;
	searching->search.where = *where;
	steer->searches++;
	visit_set_flow(visit, NULL, search_end, searching);
	search_go_on(searching);
}

static void
serve_why(void *arg, struct visit *visit)
{
	struct steer *steer = arg;
	struct why_question question = question_of(visit);
	struct addr_port where;
	struct insight insight;

	if (!status_allows(visit, READING))
		return;
	if (question.name == NULL) {
		status_say(visit, 400, "why needs a name: ?name=svc/web");
	} else if (why_wants_search(question.name, &where)) {
		search(steer, visit, &where);
	} else {
		steer->ops->insight(steer->arg, &insight);
		steer_reply(visit, 200, why_answer(&insight, &question));
	}
}

static void
serve_env(void *arg, struct visit *visit)
{
	struct steer *steer = arg;
	struct insight insight;

	if (!status_allows(visit, READING))
		return;
	steer->ops->insight(steer->arg, &insight);
	steer_reply(visit, 200, variables_answer(&insight,
	    text_or(visit_query(visit, "namespace"), "default")));
}

static void
serve_drain(void *arg, struct visit *visit)
{
	struct steer *steer = arg;
	struct insight insight;
	struct drains drains = { .insight = &insight, .drain = steer->ops->drain, .arg = steer->arg };

	if (!status_allows(visit, READING | 1u << VISIT_POST))
		return;
	steer->ops->insight(steer->arg, &insight);
	if (visit_method(visit) != VISIT_POST)
		steer_reply(visit, 200, drains_list(&drains));
	else if (!visit_may_write(visit))
		status_say(visit, 403, "draining needs the Unix socket, or TLS and a token");
	else
		drains_change(&drains, visit);
}

static void
serve_pools(void *arg, struct visit *visit)
{
	struct steer *steer = arg;

	if (status_allows(visit, READING))
		steer_reply(visit, 200, steer->ops->pools(steer->arg));
}

static void
serve_config(void *arg, struct visit *visit)
{
	struct steer *steer = arg;

	if (status_allows(visit, READING))
		steer_reply(visit, 200, steer->ops->config(steer->arg, visit_may_write(visit)));
}

static void
serve_reload(void *arg, struct visit *visit)
{
	struct steer *steer = arg;

	if (!status_allows(visit, 1u << VISIT_POST))
		return;
	if (!visit_may_write(visit)) {
		status_say(visit, 403, "a reload needs the Unix socket, or TLS and a token");
		return;
	}
	steer->ops->reload(steer->arg);
	steer_reply(visit, 202, json_pack("{s:s}", "text", "asked for; the log tells what comes of it"));
}

int
steer_new(struct event_base *loop, struct httpd *httpd, const struct steer_ops *ops, void *arg,
    struct steer **out)
{
	static const struct {
		const char *prefix;
		httpd_handler *handler;
	} routes[] = {
		{ "/rollcall/v1/why", serve_why }, { "/rollcall/v1/env", serve_env },
		{ "/rollcall/v1/drain", serve_drain }, { "/rollcall/v1/pools", serve_pools },
		{ "/rollcall/v1/config", serve_config }, { "/rollcall/v1/reload", serve_reload },
	};
	struct steer *steer = calloc(1, sizeof(*steer));
	int err = steer == NULL ? ERR_NOMEM : 0;

	if (err == 0)
		*steer = (struct steer){ .loop = loop, .ops = ops, .arg = arg };
	for (size_t i = 0; err == 0 && i < sizeof(routes) / sizeof(routes[0]); i++)
		err = httpd_route(httpd, routes[i].prefix, routes[i].handler, steer);
	if (err == 0)
		*out = steer;
	else
		free(steer);
	return err;
}

void
steer_free(struct steer *steer)
{
	free(steer);
}
