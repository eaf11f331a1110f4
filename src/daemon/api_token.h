/* api_token.h - the bearer token of http.tokenFile: made where it is missing.  Thread: control. */
#ifndef ROLLCALL_DAEMON_API_TOKEN_H
#define ROLLCALL_DAEMON_API_TOKEN_H

#include "daemon/secret_file.h"

/*
 * The token in the file.  Where there is no file, one is made with 256 random bits, mode 0600; its
 * folder too (0700), below one that is there.  What is wrong as the end of a sentence behind the
 * path; NULL: nothing.  The text is the caller's to wipe.
 */
const char *api_token_read(const char *path, char token[SECRET_FILE_MAX + 1]);
#endif
