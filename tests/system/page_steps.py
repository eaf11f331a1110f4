# page_steps.py - what a person does with the page, step by step.
#
#     page_steps.py URL BREAK ZONES MANY DAEMON
#
# BREAK: a folder where a file NAME breaks a target; ZONES: the manifests; MANY: one of 10,000 Services;
# DAEMON: its process.

import os
import shutil
import signal
import sys
import time

from browser import Browser, Failed

url, broken, zones, many, daemon = sys.argv[1:6]
daemon = int(daemon)


def check(what, true):
    if not true:
        raise Failed(what)


def touch(name):
    open(os.path.join(broken, name), "w").close()


def row(name):
    return "[...document.querySelectorAll('.row')].find((row) => row.dataset.key === '%s')" % name


def loads(page):
    page.open(url)
    page.until("the demo world", "document.querySelectorAll('.row:not(.waiting)').length >= 10")
    page.until("the stream", "document.getElementById('link').className === 'live'")
    page.until("counts", row("shop/web") + ".querySelector('.pill').textContent === '3/3'")
    page.until("all is ready", "document.body.dataset.state === 'ready' && document.title === 'rollcall'")
    page.until("beats", "document.querySelectorAll('#detail .beats .p').length > 0")
    check("the icon is green", "2fae6d" in page.run("document.getElementById('icon').href"))


def breaks(page):
    page.run(row("shop/web") + ".click()")
    page.until("three endpoints", "document.querySelectorAll('.endpoint.ready').length === 3")
    # Two failures, a second apart, are its threshold: what is measured begins with the verdict.
    touch("web-2")
    page.until("red", "document.body.dataset.state === 'down'", 6)
    took = page.until("its endpoint out", "document.querySelectorAll('.endpoint.down').length === 1", 2)
    print("from the title to the endpoint %.2f s" % took)
    check("the title", page.run("document.title").startswith("●"))
    check("the icon", "e0484f" in page.run("document.getElementById('icon').href"))
    page.until("2/3", row("shop/web") + ".querySelector('.pill').textContent === '2/3'", 2)
    page.until("the sentence", "document.querySelector('.endpoint.down .words').textContent.includes('status 503')", 2)
    page.until("an event", "document.querySelector('#events .Warning') !== null", 2)
    page.until("a red beat", "document.querySelectorAll('.endpoint.down .beats .f').length > 0", 3)
    os.remove(os.path.join(broken, "web-2"))
    page.until("green again", "document.body.dataset.state === 'ready'", 6)
    check("the title again", page.run("document.title") == "rollcall")


def answers_as_fast(page):
    """A verdict is seen within two seconds of the daemon's own knowing it."""
    touch("east")
    began = time.monotonic()
    knows = "(async () => (await (await fetch('/rollcall/v1/board/data/mainframe')).json()).ready)()"
    while page.run(knows) != 1:
        check("the daemon finds out", time.monotonic() - began < 8)
        time.sleep(0.02)
    took = page.until("1/2", row("data/mainframe") + ".querySelector('.pill').textContent === '1/2'", 2)
    print("from the daemon to the page %.2f s" % took)
    os.remove(os.path.join(broken, "east"))


def filters(page):
    page.key("/")
    check("/ goes to the filter", page.run("document.activeElement.id") == "filter")
    page.type("web-p")
    page.until("one Service", "document.querySelectorAll('.row').length === 1 && " + row("shop/web-pods") + " !== undefined")
    page.key("Enter")
    page.until("it is shown", "document.querySelector('#detail h2').textContent.startsWith('web-pods')")
    page.key("/")
    page.key("Escape")
    page.until("all again", "document.querySelectorAll('.row').length >= 10")


def keys(page):
    page.run("document.getElementById('rows').focus()")
    page.key("Home")
    page.until("the first", "document.querySelector('.row[aria-selected=true]').getAttribute('aria-posinset') === '1'")
    page.key("ArrowDown")
    page.until("the second", "document.querySelector('.row[aria-selected=true]').getAttribute('aria-posinset') === '2'")
    check("it is told to who cannot see", page.run("document.getElementById('rows').getAttribute('aria-activedescendant')") == "row-1")
    page.key("Enter")
    check("Enter goes to the endpoints", page.run("document.activeElement.id") == "detail")
    seen = set()
    for _ in range(12):
        page.key("Tab")
        seen.add(page.run("document.activeElement.id || document.activeElement.textContent"))
    check("Tab goes on: %s" % seen, {"ask-name", "ask-type"} <= seen)
    page.run("document.activeElement.blur()")
    page.key("?")
    page.until("the keys", "document.getElementById('help').open")
    page.key("Escape")
    page.until("closed", "!document.getElementById('help').open")


def why(page):
    page.run(row("shop/web") + ".click()")
    page.key("w")
    page.until("why", "document.getElementById('why-text').textContent.includes('127.10.1.1')")
    page.key("Escape")
    page.until("closed", "!document.getElementById('why').open")


def tries_a_name(page):
    page.key("t")
    check("t goes to the box", page.run("document.activeElement.id") == "ask-name")
    page.type("web-pods.shop")
    page.key("Enter")
    page.until("three addresses", "document.querySelectorAll('#answer code').length === 3")
    check("NOERROR", page.run("document.querySelector('#answer .pill').textContent") == "NOERROR")
    page.run("document.getElementById('ask-name').value = 'nobody.shop'")
    page.key("Enter")
    page.until("no such name", "/NXDOMAIN|REFUSED/.test(document.querySelector('#answer .pill').textContent)")
    page.key("Escape")


def scrolls_many(page):
    shutil.copy(many, os.path.join(zones, ".many"))
    os.rename(os.path.join(zones, ".many"), os.path.join(zones, "many.yaml"))
    page.until("all of them", "/^10,0\\d\\d Services$/.test(document.getElementById('count').textContent)", 15)
    check("few rows", page.run("document.querySelectorAll('.row').length") < 60)
    page.run("document.getElementById('rows').focus()")
    page.key("End")
    page.until("the last", "document.querySelector('.row[aria-selected=true]:not(.waiting)') !== null && "
               "document.querySelector('.row[aria-selected=true]').dataset.key === 'shop/web-pods'", 5)
    page.run("document.getElementById('rows').scrollTop = 5000 * 54")
    took = page.until("the middle", "[...document.querySelectorAll('.row')].some((row) => row.dataset.key.startsWith('many/s049'))", 3)
    print("the middle of 10,000 after %.2f s" % took)
    page.run("""document.getElementById('filter').value = 's09999';
                document.getElementById('filter').dispatchEvent(new Event('input'))""")
    took = page.until("one of 10,000", "document.querySelectorAll('.row').length === 1 && " + row("many/s09999") + " !== undefined", 3)
    print("one of 10,000 found after %.2f s" % took)
    page.run("document.body.focus(); setFilter({text: ''})")


def loses_and_finds(page):
    os.kill(daemon, signal.SIGSTOP)
    try:
        page.until("the loss", "document.getElementById('link').className === 'lost'", 9)
    finally:
        os.kill(daemon, signal.SIGCONT)
    page.until("it is back", "document.getElementById('link').className === 'live'", 12)


def fits(page):
    for width, height in ((1440, 900), (768, 1024), (390, 844)):
        page.size(width, height, width < 500)
        page.until("nothing sticks out at %d" % width, "document.documentElement.scrollWidth <= %d" % width, 3)
    page.run(row("shop/web") + " || document.querySelector('.row').click()")
    page.run("document.querySelector('.row').click()")
    page.until("a phone shows one thing", "document.body.dataset.tab === 'detail' && "
               "getComputedStyle(document.getElementById('services')).visibility === 'hidden'", 3)
    page.key("Escape")
    page.until("and goes back", "document.body.dataset.tab === 'services'", 3)


def main():
    page = Browser()
    try:
        page.scheme("light")
        for step in (loads, breaks, answers_as_fast, filters, keys, why, tries_a_name, scrolls_many,
                     loses_and_finds, fits):
            began = time.monotonic()
            step(page)
            print("%s: %.1f s" % (step.__name__, time.monotonic() - began))
        page.listen(0.3)
        # A connection that breaks off is what the page was made to lose.
        complaints = [text for text in page.complaints if "ERR_" not in text]
        check("the console is silent: %s" % complaints[:5], not complaints)
        away = sorted({asked for asked in page.requests if not asked.startswith((url, "data:", "about:"))})
        check("nobody else is asked: %s" % away, not away)
        return 0
    except Failed as failed:
        print("FAIL: %s" % failed)
        page.picture("page-failed.png")
        return 1
    finally:
        page.close()


sys.exit(main())
