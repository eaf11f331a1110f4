// detail.js - one Service: its endpoints, how each is and has been.

const detail = { service: null, limit: 50, busy: false, again: false, failed: "" };
const panel = byId("detail");

function openPart(part) {
  document.body.dataset.tab = part;
  for (const button of document.querySelectorAll("nav button")) button.setAttribute("aria-pressed", button.dataset.to === part || (part === "detail" && button.dataset.to === "services") ? "true" : "false");
}

// show("NAMESPACE/NAME"): from now on this one; `open` brings it to the front of a narrow screen.
function show(key, open) {
  if (open && narrow.matches) openPart("detail");
  if (key === list.key) return;
  list.key = key;
  detail.service = null;
  detail.limit = 50;
  detail.failed = "";
  history.replaceState(null, "", "#/" + key);
  panel.scrollTop = 0;
  refreshDetail();
}

async function refreshDetail() {
  if (!list.key) return;
  if (detail.busy) { detail.again = true; return; }
  const key = list.key;
  detail.busy = true;
  try {
    const service = await ask("/rollcall/v1/board/" + path(...key.split("/")), { limit: detail.limit });
    if (key === list.key) { detail.service = service; detail.failed = ""; setClock(service.now); }
  } catch (error) {
    if (key === list.key && error.status === 404) { detail.service = null; detail.failed = key + " is gone."; }
  }
  detail.busy = false;
  if (key === list.key) drawDetail();
  if (detail.again) { detail.again = false; refreshDetail(); }
}

const dnsName = (service) => service.name + "." + service.namespace + ".svc" + (glance.domain ? "." + glance.domain : "");

function drawHead(service) {
  const fact = (name, ...values) => el("span", {}, name + " ", ...values);
  return el("div", { class: "head" },
    el("div", { class: "title" },
      el("button", { class: "act back", type: "button", "aria-label": "Back to the Services", onclick: () => openPart("services") }, "←"),
      el("h2", {}, service.name, el("small", {}, " in " + service.namespace)),
      el("span", { class: "pill " + service.state }, stateText(service)),
      el("span", { class: "acts" },
        el("button", { class: "act", type: "button", onclick: () => tryName(dnsName(service) + ".", "A") }, "Ask"),
        el("button", { class: "act main", type: "button", id: "why-open", title: "Why (w)", onclick: () => askWhy(keyOf(service)) }, "Why"))),
    el("div", { class: "facts" },
      fact(service.type),
      service.externalName ? fact("to", el("code", {}, service.externalName)) : null,
      service.addresses && service.addresses.length ? fact("at", el("code", {}, service.addresses.join("  "))) : null,
      service.ports && service.ports.length ? fact("ports", el("code", {}, service.ports.map((port) => port.port + (port.name ? " " + port.name : "")).join("  "))) : null,
      el("code", {}, dnsName(service)),
      service.panic ? el("span", { class: "note" }, "panics: all are answered") : null));
}

function wordsOf(endpoint) {
  const word = endpoint.ready ? "Ready" : endpoint.answered ? "Not ready, answered" : "Out";
  return el("div", { class: "words" }, el("b", {}, word),
    endpoint.since ? el("span", {}, " for ", el("time", { "data-since": endpoint.since }, ago(endpoint.since))) : null,
    endpoint.ready ? null : el("span", {}, endpoint.why ? ": " + endpoint.why : ": " + endpoint.presence));
}

function lastOf(endpoint) {
  const probe = endpoint.probe;
  if (!probe) return el("div", { class: "last" }, endpoint.ready ? "Nobody probes it; what is stated is believed." : "");
  if (!probe.last) return el("div", { class: "last" }, probe.held ? "Waits for its startup probe." : "No result yet.");
  const result = probe.results[probe.results.length - 1];
  return el("div", { class: "last" }, "Last result ", el("time", { "data-since": result[2], "data-ago": "1" }, agoText(result[2])), ": " + probe.last +
    (probe.run < probe.threshold && (result[0] === "p") !== endpoint.ready ? ", " + probe.run + " of " + probe.threshold : ""));
}
const agoText = (ms) => { const text = ago(ms); return text === "just now" ? text : text + " ago"; };

function drawEndpoint(endpoint) {
  const who = [endpoint.pod, endpoint.hostname && endpoint.hostname !== endpoint.pod ? endpoint.hostname : "", endpoint.node ? "on " + endpoint.node : "", endpoint.zone].filter(Boolean).join("  ·  ");
  return el("article", { class: "endpoint " + (endpoint.ready ? "ready" : "down"), "aria-label": endpoint.address },
    el("div", { class: "first" }, el("span", { class: "where" }, endpoint.address), el("span", { class: "who" }, who)),
    wordsOf(endpoint), lastOf(endpoint),
    endpoint.probe ? el("div", { class: "signs" }, drawBeats(endpoint.probe.results), drawSpark(endpoint.probe.results)) : null);
}

function drawDetail() {
  const service = detail.service;
  const focus = document.activeElement && panel.contains(document.activeElement) ? document.activeElement.textContent : null;
  const scroll = panel.scrollTop;
  if (!service) {
    panel.replaceChildren(el("p", { class: "hollow" }, detail.failed || "Choose a Service to see who is present."));
    return;
  }
  const more = service.total - service.endpoints.length;
  panel.replaceChildren(drawHead(service), service.endpoints.length ?
    el("div", { class: "endpoints" }, ...service.endpoints.map(drawEndpoint),
      more > 0 ? el("button", { class: "act more", type: "button", onclick: () => { detail.limit = Math.min(200, detail.limit + 50); refreshDetail(); }, disabled: detail.limit >= 200 },
        detail.limit >= 200 ? "and " + more.toLocaleString("en") + " more" : "Show more of " + more.toLocaleString("en")) : null) :
    el("p", { class: "hollow" }, service.state === "external" ? "A name that leads elsewhere: there is nobody to call." :
      service.state === "pending" ? "It waits for an address." : "Nobody belongs to it: no Pod has its labels, and no endpoints are stated."));
  panel.scrollTop = scroll;
  // A button that was drawn anew keeps the focus it had.
  if (focus !== null) [...panel.querySelectorAll("button")].find((button) => button.textContent === focus)?.focus();
}

function tickTimes() {
  for (const time of document.querySelectorAll("time[data-since]")) {
    const text = time.dataset.ago ? agoText(Number(time.dataset.since)) : ago(Number(time.dataset.since));
    if (time.textContent !== text) time.textContent = text;
  }
}
