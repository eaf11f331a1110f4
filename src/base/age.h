/* age.h - how long ago something was, as kubectl says it.  Thread: any; pure. */
#ifndef ROLLCALL_BASE_AGE_H
#define ROLLCALL_BASE_AGE_H
#include <stdbool.h>
#include <stdint.h>

#define AGE_TEXT_SIZE 32

/* "2026-05-04T03:02:01Z", with or without a fraction (Kubernetes: Time, MicroTime). */
bool age_parse(const char *time, int64_t *unix_s);

/* "43m", "5m10s", "7h3m", "2d4h", "3y20d" (k8s.io/apimachinery, duration.HumanDuration). */
const char *age_text(int64_t seconds, char out[AGE_TEXT_SIZE]);
/* Since a time as above; "<unknown>" for NULL and what is none. */
const char *age_since(const char *time, int64_t now_unix_s, char out[AGE_TEXT_SIZE]);
#endif
