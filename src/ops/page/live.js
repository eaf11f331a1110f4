// live.js - the stream, keys, and the beginning.

let source = null, tries = 0, heard = 0;

function setLink(state, text) {
  byId("link").className = state;
  byId("link").lastChild.textContent = text;
  drawTitle();
}

const handlers = {
  hello(data) {
    setClock(data.now);
    glance.domain = data.clusterDomain;
    byId("domain").textContent = data.clusterDomain;
    glance.beats = [];
    data.rates.forEach(addBeat);
    drawBeatsNow();
    setEvents(data.events);
    setSums(data.sums);
    renewAll();
  },
  service(data) {
    changeService(data);
    if (data.state === "down" || data.state === "partly") say(data.name + " in " + data.namespace + ": " + stateText(data));
  },
  sums: setSums,
  event: addEvent,
  rate(data) { setClock(data.t); addBeat(data); if (!document.hidden) drawBeatsNow(); },
  again: () => renewAll(),
};

function renewAll() {
  renewList();
  refreshDetail();
  fetchNamespaces().catch(() => {});
}

// The browser comes back by itself, with the number of what it heard last; but gives up on a refusal.
function listen() {
  source = new EventSource("/rollcall/v1/stream");
  source.addEventListener("open", () => { tries = 0; heard = Date.now(); setLink("live", "live"); });
  source.addEventListener("error", () => {
    setLink("lost", "connection lost, trying again");
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, Math.min(10000, 1000 * 2 ** tries++));
  });
  for (const [name, handle] of Object.entries(handlers))
    source.addEventListener(name, (event) => { heard = Date.now(); handle(JSON.parse(event.data)); });
}

// A rate comes each second: silence is a connection that nobody has told us is dead.
function watchSilence() {
  if (!source || source.readyState !== EventSource.OPEN || Date.now() - heard < 6000) return;
  source.close();
  setLink("lost", "connection lost, trying again");
  heard = Date.now();
  listen();
}

function onKey(event) {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    if (typing && event.target.id === "filter" && event.target.value) { event.target.value = ""; setFilter({ text: "" }); }
    else if (typing) event.target.blur();
    else if (document.body.dataset.tab === "detail") { openPart("services"); rows.focus(); }
    else if (panel.contains(document.activeElement)) rows.focus();
    else { byId("filter").value = ""; setFilter({ text: "", trouble: "" }); }
    return;
  }
  if (typing) return;
  const keys = {
    "/": () => { openPart("services"); byId("filter").focus(); byId("filter").select(); },
    "?": () => byId("help").showModal(),
    n: toggleTrouble,
    t: () => { openPart("try"); byId("ask-name").focus(); byId("ask-name").select(); },
    w: () => { if (list.key) askWhy(list.key); },
    j: () => choose(list.at + 1, false),
    k: () => choose(list.at - 1, false),
    ArrowDown: () => { if (document.activeElement === document.body) { rows.focus(); choose(list.at + 1, false); } },
  };
  if (Object.hasOwn(keys, event.key)) { event.preventDefault(); keys[event.key](); }
}

function start() {
  makeTiles();
  drawBeatsNow();
  drawTitle();
  drawDetail();
  const linked = /^#\/([^/]+\/[^/]+)$/.exec(location.hash);
  if (linked) show(decodeURIComponent(linked[1]), true);
  fetchBlock(0);
  listen();
  document.addEventListener("keydown", onKey);
  addEventListener("hashchange", () => {
    const to = /^#\/([^/]+\/[^/]+)$/.exec(location.hash);
    if (to) { show(decodeURIComponent(to[1]), true); keepChosen(); }
  });
  for (const button of document.querySelectorAll("nav button")) button.addEventListener("click", () => openPart(button.dataset.to));
  byId("help-open").addEventListener("click", () => byId("help").showModal());
  for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  setInterval(() => { tickTimes(); watchSilence(); if (!document.hidden) refreshDetail(); }, 1000);
}
start();
