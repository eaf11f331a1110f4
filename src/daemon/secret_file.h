/* secret_file.h - a file with a secret that only we and root may know.  Thread: control. */
#ifndef ROLLCALL_DAEMON_SECRET_FILE_H
#define ROLLCALL_DAEMON_SECRET_FILE_H

#define SECRET_FILE_MAX 4096

/*
 * The whole of the file, without white space at its end: what is wrong with its path, its owner or
 * its mode, or NULL.  The text is the caller's to wipe.
 */
const char *secret_file_read(const char *path, char text[SECRET_FILE_MAX + 1]);
#endif
