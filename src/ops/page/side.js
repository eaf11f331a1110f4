// side.js - at a glance, events, a name to try, and why.

const SLOTS = 120;
const KINDS = ["noerror", "nxdomain", "servfail", "other"];
const glance = { sums: null, beats: [], domain: "" };
const body = (id) => byId(id).querySelector(".body");

// ---- tiles ----

const tiles = {};
function makeTiles() {
  tiles.present = el("div", { class: "big" });
  tiles.presentUnder = el("div", { class: "under" });
  tiles.ring = el("div", {});
  body("tile-present").append(el("div", {}, tiles.present, tiles.presentUnder), el("span", { class: "fill" }), tiles.ring);
  tiles.rate = el("div", { class: "big" });
  tiles.rateUnder = el("div", { class: "under" });
  tiles.rateChart = el("div", { class: "chart" });
  body("tile-rate").append(el("div", {}, tiles.rate, tiles.rateUnder), tiles.rateChart);
  tiles.codes = el("div", { class: "legend" });
  tiles.codesChart = el("div", { class: "chart" });
  body("tile-codes").append(tiles.codes, tiles.codesChart);
  tiles.time = el("div", { class: "big" });
  tiles.timeUnder = el("div", { class: "under" });
  tiles.timeChart = el("div", { class: "chart" });
  body("tile-time").append(el("div", {}, tiles.time, tiles.timeUnder), tiles.timeChart);
}

function setSums(sums) {
  const before = glance.sums;
  glance.sums = sums;
  const bad = sums.states.partly + sums.states.down;
  const text = bad ? bad.toLocaleString("en") + " of " + plural(sums.services, "Service") + " not ready" :
    sums.total ? "All " + plural(sums.total, "endpoint") + " ready" : sums.services ? "Nobody to call" : "No Services";
  tiles.present.replaceChildren(sums.ready.toLocaleString("en"), el("small", {}, " of " + sums.total.toLocaleString("en")));
  tiles.presentUnder.textContent = "Services: " + [[sums.states.ready, "ready"], [sums.states.partly, "partly"], [sums.states.down, "down"], [sums.states.empty, "without endpoints"], [sums.states.pending, "pending"]]
    .filter(([count]) => count).map(([count, word]) => count.toLocaleString("en") + " " + word).join(", ");
  drawRing(tiles.ring, sums.total ? sums.ready / sums.total : 0);
  document.body.dataset.state = bad ? "down" : sums.services ? "ready" : "unknown";
  byId("state").lastChild.textContent = text;
  drawTitle();
  if (before && before.services !== sums.services) { renewList(); fetchNamespaces().catch(() => {}); }
  drawCount();
}

// The title and the picture in the tab tell it, too.
function drawTitle() {
  const sums = glance.sums, bad = sums ? sums.states.partly + sums.states.down : 0;
  const lost = byId("link").classList.contains("lost");
  const colour = lost ? "#8a94a1" : bad ? "#e0484f" : sums ? "#2fae6d" : "#8a94a1";
  document.title = (lost ? "no connection – " : bad ? "● " + bad + " not ready – " : "") + "rollcall";
  byId("icon").setAttribute("href", "data:image/svg+xml," + encodeURIComponent('<svg xmlns="' + SVG + '" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="' + colour + '"/><path d="' +
    (bad && !lost ? "M16 7v11M16 24v.5" : "M8.5 16.5l5 5L23.500 10.500") + '" fill="none" stroke="#fff" stroke-width="3.600" stroke-linecap="round" stroke-linejoin="round"/></svg>'));
}

function addBeat(beat) {
  glance.beats.push(beat);
  if (glance.beats.length > SLOTS) glance.beats.splice(0, glance.beats.length - SLOTS);
}
function drawBeatsNow() {
  const last = glance.beats[glance.beats.length - 1] || { queries: 0, noerror: 0, nxdomain: 0, servfail: 0, other: 0, p50Us: 0, p99Us: 0 };
  const busy = [...glance.beats].reverse().find((beat) => beat.p99Us > 0);
  tiles.rate.textContent = many(last.queries);
  tiles.rateUnder.textContent = "at most " + many(Math.max(0, ...glance.beats.map((beat) => beat.queries))) + " in 2 min";
  drawCurve(tiles.rateChart, glance.beats.map((beat) => beat.queries), null, SLOTS);
  tiles.codes.replaceChildren(...KINDS.flatMap((kind) => [el("span", {}, el("i", { class: "k-" + kind }), kind === "other" ? "other" : kind.toUpperCase()), el("b", {}, many(last[kind]))]));
  drawStack(tiles.codesChart, glance.beats, KINDS, SLOTS);
  tiles.time.replaceChildren(busy ? took(busy.p99Us) : "–", el("small", {}, " p99"));
  tiles.timeUnder.textContent = busy ? took(busy.p50Us) + " p50" : "nobody has asked";
  drawCurve(tiles.timeChart, glance.beats.map((beat) => beat.p50Us), glance.beats.map((beat) => beat.p99Us), SLOTS);
}

// ---- events ----

const EVENTS_SHOWN = 100;
const eventKey = (event) => [event.kind, event.namespace, event.name, event.reason, event.message].join("\n");

function drawEvent(event) {
  const item = el("li", { class: event.type === "Warning" ? "Warning" : "Normal" },
    el("div", { class: "what" }, el("b", {}, event.reason),
      el("button", { type: "button", title: "Why", onclick: () => askWhy(whyName(event)) }, (event.kind === "Service" ? "" : event.kind + " ") + (event.namespace ? event.namespace + "/" : "") + event.name),
      el("time", { "data-since": event.last * 1000, "data-ago": "1" }, agoText(event.last * 1000))),
    el("p", {}, event.message + (event.count > 1 ? " (×" + event.count + ")" : "")));
  item.dataset.key = eventKey(event);
  return item;
}
const whyName = (event) => event.kind === "Pod" ? { name: "pod/" + event.name, namespace: event.namespace } : event.namespace + "/" + event.name;

function addEvent(event) {
  const place = byId("events"), key = eventKey(event);
  for (const item of place.children) if (item.dataset.key === key || item.id === "no-events") { item.remove(); break; }
  place.prepend(drawEvent(event));
  while (place.children.length > EVENTS_SHOWN) place.lastChild.remove();
}
function setEvents(events) {
  byId("events").replaceChildren(...(events.length ? events.map(drawEvent) : [el("li", { id: "no-events" }, el("p", {}, "Nothing has happened in the last hour."))]));
}

// ---- why ----

async function askWhy(what) {
  const question = typeof what === "string" ? { name: what } : what;
  byId("why-title").textContent = "Why " + question.name;
  byId("why-text").textContent = "Asking …";
  if (!byId("why").open) byId("why").showModal();
  try {
    const reply = await ask("/rollcall/v1/why", question);
    byId("why-text").textContent = reply.text || JSON.stringify(reply, null, 2);
  } catch (error) {
    byId("why-text").textContent = error.message;
  }
}

// ---- try a name ----

function tryName(name, type) {
  byId("ask-name").value = name;
  byId("ask-type").value = type;
  openPart("try");
  byId("ask").requestSubmit();
}

const KINDS_OF_END = { NOERROR: "ready", NXDOMAIN: "partly" };

function drawRecords(title, records) {
  if (!records || !records.length) return null;
  return el("div", {}, title ? el("h3", {}, title) : null, el("ul", {}, ...records.map((record) =>
    el("li", {}, el("code", {}, record.data), el("small", {}, record.type + " of " + record.name.replace(/\.$/, "") + ", " + record.ttl + " s")))));
}

function drawAnswer(reply) {
  const state = reply.rcode === "NOERROR" && !reply.answer.length ? "partly" : KINDS_OF_END[reply.rcode] || "down";
  const notes = [(reply.tookMicroseconds === undefined ? "" : took(reply.tookMicroseconds)), "from " + reply.source].filter(Boolean).join(" · ");
  return el("div", { class: "reply" }, el("div", { class: "result" }, el("span", { class: "pill " + state }, reply.rcode), el("span", {}, notes)),
    reply.tried.length > 1 || reply.tried[0] !== reply.name ? el("p", { class: "last" }, "asked as " + reply.tried.join(", then ")) : null,
    ...reply.errors.map((error) => el("p", { class: "last" }, typeof error === "string" ? error : error.text || JSON.stringify(error))),
    drawRecords("", reply.answer), drawRecords("and", reply.additional),
    reply.answer.length ? null : el("p", { class: "last" }, reply.rcode === "NOERROR" ? "The name is there, but has nothing of this type." : reply.rcode === "NXDOMAIN" ? "There is no such name." : "No answer."));
}

byId("ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = byId("ask-name").value.trim(), space = list.key ? list.key.split("/")[0] : "default";
  try {
    byId("answer").replaceChildren(drawAnswer(await ask("/rollcall/v1/query", { name, type: byId("ask-type").value, search: name.endsWith(".") ? "" : space })));
  } catch (error) {
    byId("answer").replaceChildren(el("div", { class: "reply" }, el("div", { class: "result" }, el("span", { class: "pill down" }, "failed"), error.message)));
  }
});
