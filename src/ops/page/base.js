"use strict";
// base.js - small tools: elements, words for times and numbers, questions to the daemon.
// Whatever comes from the daemon becomes text by textContent or an attribute, never markup.

const byId = (id) => document.getElementById(id);
const narrow = matchMedia("(max-width: 640px)");
const SVG = "http://www.w3.org/2000/svg";

// fill(node, {class, on..., attributes}, children): children are nodes or texts; null is left out.
function fill(node, marks, children) {
  for (const [key, value] of Object.entries(marks || {})) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
const el = (tag, marks, ...children) => fill(document.createElement(tag), marks, children);
const svg = (tag, marks, ...children) => fill(document.createElementNS(SVG, tag), marks, children);

// ask(path, parameters): JSON, or an error with the daemon's words.
async function ask(path, parameters) {
  const query = new URLSearchParams(Object.entries(parameters || {}).filter(([, value]) => value !== "")).toString();
  const reply = await fetch(path + (query ? "?" + query : ""), { cache: "no-store", headers: { Accept: "application/json" } });
  const text = await reply.text();
  let body = null;
  try { body = JSON.parse(text); } catch { body = { message: text.slice(0, 400) }; }
  if (!reply.ok) throw Object.assign(new Error(body.message || "HTTP status " + reply.status), { status: reply.status });
  return body;
}

const path = (...parts) => parts.map(encodeURIComponent).join("/");
const keyOf = (service) => service.namespace + "/" + service.name;
const plural = (count, word) => count.toLocaleString("en") + " " + word + (count === 1 ? "" : "s");

// The daemon's clock, for a browser whose own is wrong.
let clockSkew = 0;
const now = () => Date.now() + clockSkew;
const setClock = (ms) => { clockSkew = ms - Date.now(); };

function ago(ms) {
  const seconds = Math.max(0, Math.round((now() - ms) / 1000));
  if (seconds < 1) return "just now";
  return span(seconds);
}
function span(seconds) {
  if (seconds < 60) return seconds + " s";
  if (seconds < 3600) return Math.floor(seconds / 60) + " min" + (seconds < 600 && seconds % 60 ? " " + seconds % 60 + " s" : "");
  if (seconds < 86400) return Math.floor(seconds / 3600) + " h " + Math.floor(seconds % 3600 / 60) + " min";
  return Math.floor(seconds / 86400) + " d " + Math.floor(seconds % 86400 / 3600) + " h";
}
function took(us) {
  if (us < 1000) return us + " µs";
  if (us < 10000) return (us / 1000).toFixed(2) + " ms";
  if (us < 1e6) return (us / 1000).toFixed(us < 1e5 ? 1 : 0) + " ms";
  return (us / 1e6).toFixed(2) + " s";
}
function many(count) {
  if (count < 10000) return count.toLocaleString("en");
  if (count < 1e6) return (count / 1000).toFixed(count < 1e5 ? 1 : 0) + " k";
  return (count / 1e6).toFixed(2) + " M";
}

// One that is called often runs once, a moment later.
function later(ms, run) {
  let timer = 0;
  return () => { if (!timer) timer = setTimeout(() => { timer = 0; run(); }, ms); };
}
const say = (text) => { byId("say").textContent = text; };
