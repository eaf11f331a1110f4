/* steer.c - our own part of the API below /rollcall/v1. */
#include "ops/steer.h"

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

struct steer {
	const struct steer_ops *ops;
	void *arg;
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

static void
serve_why(void *arg, struct visit *visit)
{
	struct steer *steer = arg;
	struct why_question question = {
		.name = visit_query(visit, "name"),
		.ns = text_or(visit_query(visit, "namespace"), "default"),
		.outside = strcmp(text_or(visit_query(visit, "from"), ""), "outside") == 0,
		.ping = visit_query(visit, "ping") != NULL,
	};
	struct insight insight;

	if (!status_allows(visit, READING))
		return;
	if (question.name == NULL) {
		status_say(visit, 400, "why needs a name: ?name=svc/web");
		return;
	}
	steer->ops->insight(steer->arg, &insight);
	steer_reply(visit, 200, why_answer(&insight, &question));
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
steer_new(struct httpd *httpd, const struct steer_ops *ops, void *arg, struct steer **out)
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
		*steer = (struct steer){ ops, arg };
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
