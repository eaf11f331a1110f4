// list.js - the Services: only what is seen is asked for and drawn, so that 100,000 are as quick as ten.

const ROW = 54, BLOCK = 50, BLOCKS_KEPT = 30;
const list = { filter: { text: "", namespace: "", trouble: "" }, matched: 0, blocks: new Map(), asked: new Set(), rows: new Map(), round: 0, at: -1, wanted: -1, key: "" };
const rows = byId("rows"), spacer = byId("spacer");

const serviceAt = (i) => (list.blocks.get(Math.floor(i / BLOCK)) || [])[i % BLOCK];

function countText(service) {
  if (service.state === "external") return "elsewhere";
  if (service.state === "pending") return "pending";
  if (service.state === "empty") return "none";
  return service.ready + "/" + service.total;
}
function stateText(service) {
  if (service.state === "external") return "leads elsewhere";
  if (service.state === "pending") return "waits for an address";
  if (service.state === "empty") return "has no endpoint";
  return service.ready + " of " + service.total + " ready";
}
function underText(service) {
  const ports = (service.ports || []).map((port) => port.port).slice(0, 2).join(" ");
  return [service.namespace, service.externalName || (service.addresses || [])[0] || (service.type === "Headless" ? "headless" : ""), ports].filter(Boolean).join("  ·  ");
}

function drawRow(row, i) {
  const service = serviceAt(i);
  row.style.transform = "translateY(" + i * ROW + "px)";
  row.id = "row-" + i;
  row.setAttribute("aria-posinset", i + 1);
  row.setAttribute("aria-setsize", list.matched);
  row.setAttribute("aria-selected", i === list.at ? "true" : "false");
  row.className = service ? "row" : "row waiting";
  row.dataset.key = service ? keyOf(service) : "";
  row.setAttribute("aria-label", service ? service.name + ", namespace " + service.namespace + ", " + stateText(service) : "loading");
  row.replaceChildren(el("i", { class: "dot " + (service ? service.state : "") }),
    el("span", {}, el("b", {}, service ? service.name : ""), el("small", {}, service ? underText(service) : "")),
    service ? el("span", { class: "pill " + service.state }, countText(service)) : el("span", {}));
}

function drawList() {
  const first = Math.max(0, Math.floor(rows.scrollTop / ROW) - 6);
  const last = Math.min(list.matched, Math.ceil((rows.scrollTop + rows.clientHeight) / ROW) + 6);
  spacer.style.height = list.matched * ROW + "px";
  for (const [i, row] of list.rows) if (i < first || i >= last) { row.remove(); list.rows.delete(i); }
  for (let i = first; i < last; i++) {
    let row = list.rows.get(i);
    if (!row) {
      row = el("div", { class: "row", role: "option" });
      list.rows.set(i, row);
      rows.append(row);
      drawRow(row, i);
    }
  }
  for (let block = Math.floor(first / BLOCK); block * BLOCK < last; block++) fetchBlock(block);
}
function redrawList() {
  for (const [i, row] of list.rows) drawRow(row, i);
  drawList();
  drawCount();
}
function drawCount() {
  const filtered = list.filter.text || list.filter.namespace || list.filter.trouble;
  byId("count").textContent = plural(list.matched, "Service") + (filtered ? " of " + (glance.sums ? glance.sums.services.toLocaleString("en") : "") : "");
}

// Blocks far from what is seen are forgotten.
function keepFew(block) {
  if (list.blocks.size <= BLOCKS_KEPT) return;
  const far = [...list.blocks.keys()].sort((a, b) => Math.abs(b - block) - Math.abs(a - block));
  for (const old of far.slice(0, list.blocks.size - BLOCKS_KEPT)) list.blocks.delete(old);
}

async function fetchBlock(block, anew) {
  if (list.asked.has(block) || (list.blocks.has(block) && !anew)) return;
  const round = list.round;
  list.asked.add(block);
  try {
    const reply = await ask("/rollcall/v1/board", { ...list.filter, offset: block * BLOCK, limit: BLOCK });
    if (round !== list.round) return;
    list.blocks.set(block, reply.services);
    list.matched = reply.matched;
    setSums(reply.sums);
    keepFew(block);
    list.asked.delete(block);
    redrawList();
    chooseFirst();
    keepChosen();
  } catch {
    if (round === list.round) { list.asked.delete(block); setTimeout(drawList, 2000); }
  }
}

// What is seen may have moved: ask anew, and keep drawing what there is until it comes.
const renewList = later(250, () => {
  const first = Math.floor(rows.scrollTop / ROW / BLOCK), last = Math.floor((rows.scrollTop + rows.clientHeight) / ROW / BLOCK);
  for (const block of [...list.blocks.keys()]) if (block < first || block > last) list.blocks.delete(block);
  for (let block = first; block <= last; block++) fetchBlock(block, true);
});

function setFilter(change) {
  const filter = { ...list.filter, ...change };
  if (JSON.stringify(filter) === JSON.stringify(list.filter)) return;
  list.filter = filter;
  list.round++;
  list.blocks.clear();
  list.asked.clear();
  list.at = list.wanted = -1;
  rows.scrollTop = 0;
  byId("trouble").setAttribute("aria-pressed", filter.trouble ? "true" : "false");
  fetchBlock(0);
}

// A row that was drawn somewhere else by now is found again by its name.
function keepChosen() {
  // One that was not there yet when it was chosen may be by now.
  if (list.wanted >= 0) { if (serviceAt(list.wanted)) choose(list.wanted, false); return; }
  const before = list.at;
  list.at = -1;
  for (const [block, services] of list.blocks)
    services.forEach((service, i) => { if (keyOf(service) === list.key) list.at = block * BLOCK + i; });
  if (before !== list.at) for (const [i, row] of list.rows) row.setAttribute("aria-selected", i === list.at ? "true" : "false");
  markActive();
}
function markActive() {
  if (list.at >= 0 && list.rows.has(list.at)) rows.setAttribute("aria-activedescendant", "row-" + list.at);
  else rows.removeAttribute("aria-activedescendant");
}
function choose(i, open) {
  if (i < 0 || i >= list.matched) return;
  list.at = i;
  const top = i * ROW;
  if (top < rows.scrollTop) rows.scrollTop = top;
  else if (top + ROW > rows.scrollTop + rows.clientHeight) rows.scrollTop = top + ROW - rows.clientHeight;
  drawList();
  for (const [at, row] of list.rows) row.setAttribute("aria-selected", at === i ? "true" : "false");
  markActive();
  const service = serviceAt(i);
  list.wanted = service ? -1 : i;
  if (service) show(keyOf(service), open);
}
// On a wide screen something is shown from the start: what is in trouble, or the first.
function chooseFirst() {
  if (list.key || narrow.matches || list.matched === 0) return;
  const block = list.blocks.get(0) || [];
  const bad = block.findIndex((service) => service.state === "down" || service.state === "partly");
  if (block.length) choose(Math.max(0, bad), false);
}

// The daemon says that counts changed.
function changeService(change) {
  const key = keyOf(change);
  for (const [block, services] of list.blocks) {
    const i = services.findIndex((service) => keyOf(service) === key);
    if (i < 0) continue;
    Object.assign(services[i], change);
    const row = list.rows.get(block * BLOCK + i);
    if (row) { drawRow(row, block * BLOCK + i); row.classList.add("changed"); }
  }
  if (change.state === "gone" || list.filter.trouble) renewList();
  if (key === list.key) refreshDetail();
}

rows.addEventListener("scroll", () => requestAnimationFrame(drawList), { passive: true });
rows.addEventListener("click", (event) => {
  const row = event.target.closest(".row");
  if (row && row.dataset.key) choose(Number(row.id.slice(4)), true);
});
new ResizeObserver(drawList).observe(rows);

rows.addEventListener("keydown", (event) => {
  const page = Math.max(1, Math.floor(rows.clientHeight / ROW) - 1);
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -list.matched, End: list.matched };
  if (event.key in steps && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    const from = list.at >= 0 ? list.at : event.key === "ArrowDown" ? -1 : 0;
    choose(Math.min(list.matched - 1, Math.max(0, from + steps[event.key])), false);
  } else if ((event.key === "Enter" || event.key === " ") && list.at >= 0) {
    event.preventDefault();
    choose(list.at, true);
    byId("detail").focus();
  }
});
byId("filter").addEventListener("input", later(120, () => setFilter({ text: byId("filter").value.trim() })));
byId("filter").addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "Enter") { event.preventDefault(); rows.focus(); choose(Math.max(0, list.at), false); }
});
byId("namespace").addEventListener("change", () => setFilter({ namespace: byId("namespace").value }));
const toggleTrouble = () => { setFilter({ trouble: list.filter.trouble ? "" : "1" }); openPart("services"); };
byId("trouble").addEventListener("click", toggleTrouble);
byId("state").addEventListener("click", toggleTrouble);

async function fetchNamespaces() {
  const reply = await ask("/rollcall/v1/namespaces");
  const select = byId("namespace"), chosen = select.value;
  select.replaceChildren(el("option", { value: "" }, "all namespaces"), ...reply.namespaces.map((space) => el("option", { value: space.name }, space.name)));
  select.value = chosen;
}
