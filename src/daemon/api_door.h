/* api_door.h - Kubernetes' API on the daemon's doors: ledger, watches, documents.  Thread: control. */
#ifndef ROLLCALL_DAEMON_API_DOOR_H
#define ROLLCALL_DAEMON_API_DOOR_H

struct api_door;
struct rollcall;

/* After the ledger is there and httpd, which gets the routes.  NULL: no memory. */
struct api_door *api_door_open(struct rollcall *rollcall);
/* After httpd has gone, before the ledger goes.  NULL is allowed. */
void api_door_close(struct api_door *door);
#endif
