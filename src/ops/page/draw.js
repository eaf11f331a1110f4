// draw.js - curves, bars and rings; SVG without a library.

const points = (values, top, width, height) => values.map((value, i) =>
  (values.length > 1 ? i * width / (values.length - 1) : width).toFixed(1) + "," + (height - value / top * (height - 2) - 1).toFixed(1));

// A curve over the last minutes, the newest at the right; a second one above it if there is one.
function drawCurve(place, values, above, slots) {
  const width = 300, height = 60;
  const top = Math.max(1, ...values, ...(above || []));
  const shift = (list) => points(list.length < slots ? new Array(slots - list.length).fill(0).concat(list) : list, top, width, height);
  const line = shift(values);
  place.replaceChildren(svg("svg", { viewBox: "0 0 300 60", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { class: "axis", d: "M0 59.5H300" }),
    svg("polygon", { class: "area", points: "0,60 " + line.join(" ") + " 300,60" }),
    above ? svg("polyline", { class: "curve high", points: shift(above).join(" ") }) : null,
    svg("polyline", { class: "curve", points: line.join(" ") })));
}

// Stacked bars, one a second.
function drawStack(place, beats, kinds, slots) {
  const width = 300 / slots;
  const top = Math.max(1, ...beats.map((beat) => kinds.reduce((sum, kind) => sum + beat[kind], 0)));
  const bars = [];
  beats.forEach((beat, i) => {
    let base = 60;
    for (const kind of kinds) {
      const tall = beat[kind] / top * 58;
      if (tall <= 0) continue;
      base -= tall;
      bars.push(svg("rect", { class: "k-" + kind, x: ((slots - beats.length + i) * width).toFixed(2), y: base.toFixed(2), width: width.toFixed(2), height: tall.toFixed(2) }));
    }
  });
  place.replaceChildren(svg("svg", { viewBox: "0 0 300 60", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("path", { class: "axis", d: "M0 59.5H300" }), ...bars));
}

const RING = 2 * Math.PI * 24;
function drawRing(place, share) {
  // With round ends an arc of no length is a dot.
  const form = { "stroke-dasharray": share * RING + " " + RING, visibility: share > 0 ? "visible" : "hidden" };
  const arc = place.querySelector(".arc");
  if (arc) { for (const name in form) arc.setAttribute(name, form[name]); return; }
  place.replaceChildren(svg("svg", { viewBox: "0 0 58 58", class: "ring", "aria-hidden": "true" },
    svg("circle", { class: "gap", cx: 29, cy: 29, r: 24 }),
    svg("circle", { class: "arc", cx: 29, cy: 29, r: 24, ...form })));
}

const CLASSES = { p: "passed", f: "failed", x: "could not be made" };

// A heartbeat: a bar for each of the last results, the newest at the right.
function drawBeats(results) {
  const slots = 40, bars = [];
  for (let i = 0; i < slots; i++) {
    const result = results[i - (slots - results.length)];
    const kind = result ? result[0] : "n";
    const bar = svg("rect", { class: kind, x: i * 8, y: kind === "n" ? 8 : 0, width: 6, height: kind === "n" ? 8 : 24 });
    if (result) bar.append(svg("title", {}, new Date(result[2]).toLocaleTimeString() + ": " + CLASSES[kind] + ", " + took(result[1])));
    bars.push(bar);
  }
  const failed = results.filter((result) => result[0] !== "p").length;
  return el("div", { class: "beats", role: "img", "aria-label": results.length ? "last " + plural(results.length, "result") + ": " + (failed ? failed + " not passed" : "all passed") : "no result yet" },
    svg("svg", { viewBox: "0 0 318 24", preserveAspectRatio: "none" }, ...bars));
}

// How long the results took, by its square root so that one slow result does not flatten all others; a
// red dot where one failed.
function drawSpark(results) {
  const times = results.map((result) => Math.sqrt(result[1]));
  if (times.length === 0) return null;
  const top = Math.max(1, ...times);
  const at = (i) => 318 * (40 - times.length + i) / 39;
  const tall = (us) => 19 - us / top * 17;
  const line = times.map((us, i) => at(i).toFixed(1) + "," + tall(us).toFixed(1)).join(" ");
  const misses = results.flatMap((result, i) => result[0] === "p" ? [] : [svg("rect", { class: "miss", x: (at(i) - 2.5).toFixed(1), y: (tall(times[i]) - 1.5).toFixed(1), width: 5, height: 3 })]);
  return el("div", { class: "spark" }, svg("svg", { viewBox: "0 0 318 20", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("polygon", { class: "area", points: at(0).toFixed(1) + ",20 " + line + " 318,20" }),
    svg("polyline", { class: "curve", points: line }), ...misses),
    el("span", {}, took(results[results.length - 1][1])));
}
