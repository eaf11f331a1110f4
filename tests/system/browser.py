# browser.py - headless Chromium by its debugging pipe; nothing but Python's standard library.
#
# It reaches loopback only: other names do not resolve, there is no proxy, and what it would ask its maker
# by itself is switched off.  Every wait is bounded.

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time


class Failed(Exception):
    pass


def program():
    for name in ("chromium", "chromium-browser"):
        found = shutil.which(name)
        if found:
            return found
    return None


FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --remote-debugging-pipe "
    "--no-first-run --no-default-browser-check --no-proxy-server --no-pings --mute-audio --hide-scrollbars "
    "--disable-background-networking --disable-component-update --disable-domain-reliability "
    "--disable-sync --disable-default-apps --disable-extensions --disable-client-side-phishing-detection "
    "--disable-breakpad --disable-crash-reporter --metrics-recording-only --safebrowsing-disable-auto-update "
    "--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication,"
    "CertificateTransparencyComponentUpdater,InterestFeedContentSuggestions,DialMediaRouteProvider,"
    "SafeBrowsing,NetworkTimeServiceQuerying "
    "--dns-prefetch-disable --force-color-profile=srgb"
).split()


class Browser:
    def __init__(self, width=1440, height=900):
        self.folder = tempfile.mkdtemp(prefix="rollcall-browser-")
        to_read, self.to_write = os.pipe()
        self.from_read, from_write = os.pipe()
        flags = FLAGS + [
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--user-data-dir=" + self.folder,
            "--window-size=%d,%d" % (width, height),
            "about:blank",
        ]
        environment = dict(os.environ, HOME=self.folder, XDG_RUNTIME_DIR=self.folder)
        environment.pop("DBUS_SESSION_BUS_ADDRESS", None)

        def take_pipes():
            # Chromium reads descriptor 3 and writes descriptor 4; neither may be lost on the way.
            os.dup2(os.dup(to_read), 13)
            os.dup2(os.dup(from_write), 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self.process = subprocess.Popen(
            [program()] + flags, preexec_fn=take_pipes, close_fds=False, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        os.close(to_read)
        os.close(from_write)
        self.buffer = b""
        self.last = 0
        self.replies = {}
        self.session = None
        self.complaints = []    # what the console and the page's errors said
        self.requests = []      # addresses asked
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- the pipe ----

    def _note(self, message):
        method, told = message.get("method"), message.get("params", {})
        if method == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert"):
            self.complaints.append(told["type"] + ": " + json.dumps([arg.get("value", arg.get("description")) for arg in told["args"]]))
        elif method == "Runtime.exceptionThrown":
            self.complaints.append("exception: " + json.dumps(told["exceptionDetails"])[:600])
        elif method == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            self.complaints.append("log: " + told["entry"]["text"] + " " + told["entry"].get("url", ""))
        elif method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])

    def _read(self, deadline):
        while b"\0" not in self.buffer:
            ready = select.select([self.from_read], [], [], max(0, deadline - time.monotonic()))[0]
            piece = os.read(self.from_read, 1 << 20) if ready else b""
            if not piece:
                raise Failed("chromium says nothing more")
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        if "id" in message:
            self.replies[message["id"]] = message
        else:
            self._note(message)

    def call(self, method, **params):
        self.last += 1
        number = self.last
        message = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to_write, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + 30
        while number not in self.replies:
            self._read(deadline)
        reply = self.replies.pop(number)
        if "error" in reply:
            raise Failed(method + ": " + reply["error"]["message"])
        return reply["result"]

    def listen(self, seconds):
        """Take what is said for so long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if b"\0" in self.buffer or select.select([self.from_read], [], [], max(0, deadline - time.monotonic()))[0]:
                self._read(deadline + 5)

    # ---- the page ----

    def open(self, url):
        self.call("Page.navigate", url=url)

    def run(self, script):
        """The value of an expression; promises are awaited."""
        reply = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in reply:
            raise Failed(script + ": " + json.dumps(reply["exceptionDetails"])[:400])
        return reply["result"].get("value")

    def until(self, what, script, seconds=10):
        """Until the expression is true; how long it took."""
        began = time.monotonic()
        while True:
            found = self.run("(() => { try { return %s; } catch (e) { return null; } })()" % script)
            if found:
                return time.monotonic() - began
            if time.monotonic() - began > seconds:
                raise Failed("not within %g s: %s" % (seconds, what))
            time.sleep(0.02)

    def key(self, key, text=None):
        codes = {"Enter": 13, "Escape": 27, "ArrowUp": 38, "ArrowDown": 40, "End": 35, "Home": 36, "Tab": 9,
                 "PageDown": 34, "PageUp": 33}
        about = {"key": key, "windowsVirtualKeyCode": codes.get(key, ord(key.upper()) if len(key) == 1 and key.isalnum() else 0)}
        if key == "Enter":
            text = "\r"
        elif key not in codes:
            text = key
        down = dict(about, type="keyDown")
        if text:
            down["text"] = text
        self.call("Input.dispatchKeyEvent", **down)
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def type(self, text):
        for letter in text:
            self.key(letter)

    def size(self, width, height, phone=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=2 if phone else 1, mobile=phone)

    def scheme(self, name, still=True):
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": name},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"}])

    def picture(self, file):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(file, "wb") as out:
            out.write(base64.b64decode(data))
