"""api_crowd.py - a crowd of HTTP clients: watchers, silent ones, dripping ones.  Standard library only.

    api_crowd.py PORT PID RENAME_FROM RENAME_TO

Prints one line for each figure; ends with 1 and a sentence when one is wrong.
"""
import os
import resource
import select
import socket
import sys
import time

PORT, PID = int(sys.argv[1]), int(sys.argv[2])
WATCH = "/api/v1/services?watch=true"
WATCHERS = 500


def fail(words):
    print("FAIL:", words)
    sys.exit(1)


def connect():
    return socket.create_connection(("127.0.0.1", PORT), timeout=20)


def request(path):
    return ("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path).encode()


def get(path):
    """The status and the seconds it took."""
    begin = time.monotonic()
    with connect() as peer:
        peer.sendall(request(path))
        head = peer.recv(4096)
    return int(head.split()[1]) if head else 0, time.monotonic() - begin


def resident():
    with open("/proc/%d/status" % PID) as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def asked_alive():
    """How many connections of the daemon's have a keepalive timer (proc(5), net/tcp: tr 02)."""
    count = 0
    with open("/proc/net/tcp") as table:
        for line in list(table)[1:]:
            fields = line.split()
            if int(fields[1].split(":")[1], 16) == PORT and fields[3] == "01":
                count += fields[5].startswith("02:")
    return count


def until(what, seconds, test):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if test():
            return
        time.sleep(0.02)
    fail(what)


def take(peers, heard, seconds, done):
    """Read from all of them until `done` says of each that it has heard enough."""
    end = time.monotonic() + seconds
    poll = select.poll()
    for peer in peers:
        poll.register(peer, select.POLLIN)
    by_fd = {peer.fileno(): peer for peer in peers}
    while time.monotonic() < end:
        for fd, _ in poll.poll(50):
            data = by_fd[fd].recv(65536)
            if not data:
                fail("a watcher was closed: %r" % heard[fd][-200:])
            heard[fd] += data
        if all(done(heard[peer.fileno()]) for peer in peers):
            return
    fail("%d watchers have not heard" % sum(not done(heard[p.fileno()]) for p in peers))


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    before = resident()

    watchers = [connect() for _ in range(WATCHERS)]
    for peer in watchers:
        peer.sendall(request(WATCH))
    heard = {peer.fileno(): b"" for peer in watchers}
    take(watchers, heard, 20, lambda text: b'"ADDED"' in text)
    status, _ = get(WATCH)
    if status != 429:
        fail("one watcher more is answered with %d, not 429" % status)

    # Whose machine has vanished must not keep a watcher's place.
    until("watchers are not asked whether they live", 5, lambda: asked_alive() >= WATCHERS)

    begin = time.monotonic()
    os.rename(sys.argv[3], sys.argv[4])
    take(watchers, heard, 20, lambda text: b'"later"' in text)
    print("a change is known to %d watchers after %.0f ms" %
          (WATCHERS, (time.monotonic() - begin) * 1000))

    silent = []
    for _ in range(1200):
        silent.append(connect())
    status, took = get("/api/v1/services")
    if status != 200 or took > 2:
        fail("beside 1,200 who say nothing: %d after %.1f s" % (status, took))
    print("beside 1,200 who say nothing a list takes %.0f ms" % (took * 1000))
    for peer in watchers:
        peer.setblocking(False)
        try:
            if peer.recv(65536) == b"":
                fail("a watcher had to go for one who says nothing")
        except BlockingIOError:
            pass
    for peer in silent:
        peer.close()

    drips = [connect() for _ in range(100)]
    begin = time.monotonic()
    text = request("/api/v1/services?x=" + "y" * 200)
    at = 0
    while drips and time.monotonic() - begin < 12:
        for peer in list(drips):
            try:
                peer.send(text[at:at + 1])
                peer.setblocking(False)
                if peer.recv(1) == b"":
                    drips.remove(peer)
            except BlockingIOError:
                pass
            except OSError:
                drips.remove(peer)
        at += 1
        time.sleep(0.1)
    if drips:
        fail("%d who drip are still there" % len(drips))
    print("who drips is gone after %.1f s" % (time.monotonic() - begin))

    grown = resident() - before
    print("memory grew by %d KiB" % grown)
    if len(sys.argv) < 6 and grown > 48 * 1024:
        fail("memory grew by %d KiB" % grown)
    for peer in watchers:
        peer.close()


main()
