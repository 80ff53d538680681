// Shows an explanation, as to_show() in flask_cors.tools.report gives it. All text is set as text:
// nothing becomes markup. The report and the lab both show explanations with this.
"use strict";

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function listNode(name, attributes, texts) {
  return element(name, attributes, ...texts.map((text) => element("li", {}, text)));
}

// A view that is defined in a function has that function in its name.
function short(text) {
  return text.replace(/[\w.]*<locals>\./g, "");
}

function sourceText({ place, file, line }) {
  return file === null ? short(place) : `${short(place)} at ${file}:${line}`;
}

function optionsNode(options) {
  const list = element("dl", { class: "options" });
  for (const { name, value, source, dropped } of options) {
    const from = source.level === "default"
      ? element("span", { class: "soft" }, "(default)")
      : element("span", { class: "soft from" }, `${source.level}: ${sourceText(source)}${dropped ? `; ${dropped} was dropped` : ""}`);
    list.append(element("dt", {}, name), element("dd", {}, value, " ", from));
  }
  return list;
}

function stepNode({ name, clause, ok, text }) {
  return element("li", { class: ok ? "ok" : "no" },
    element("span", { class: `badge ${ok ? "readable" : "blocked"}` }, ok ? "ok" : "fails"),
    element("strong", {}, ` ${name}: `), short(text), " (",
    element("a", { href: clause, rel: "noreferrer" }, clause.split("#")[1]), ")");
}

// An origin may be broken after its scheme, and nowhere else.
function originNode(origin) {
  const parts = origin.split("://");
  return parts.length < 2
    ? element("span", {}, origin)
    : element("span", {}, `${parts[0]}://`, element("wbr"), parts[1]);
}

function headersNode(headers) {
  return listNode("ul", { class: "headers" }, headers.map(([name, value]) => `${name}: ${value}`));
}

function titleOf({ kind, method, url }) {
  return `${kind === "preflight" ? "Preflight" : "Request"}: ${method} ${url}`;
}

function exchangeNode(exchange, heading) {
  const node = element("section", {},
    element(heading, {}, titleOf(exchange)),
    element("p", {}, `Answer: ${exchange.answer}`),
    element("ol", { class: "steps" }, ...exchange.steps.map(stepNode)));
  const headers = exchange.vary ? [...exchange.headers, ["Vary", "Origin"]] : exchange.headers;
  if (headers.length) node.append(element("p", { class: "soft" }, "Headers that are put on:"), headersNode(headers));
  return node;
}

function walkNode(walk) {
  if (!walk.length) return element("p", {}, "No level covers this path.");
  return listNode("ol", {}, walk.map(({ level, place, sets }) =>
    `${level}: ${short(place)} sets ${sets.join(", ") || "nothing"}`));
}

function fixNode(explanation) {
  return element("p", { class: "fix" }, element("strong", {}, "To change that: "), short(explanation.advice));
}

function preflightNode({ preflight }) {
  if (!preflight.length) return element("p", {}, "No preflight is needed.");
  return element("div", {}, element("p", {}, "A browser sends a preflight first:"), listNode("ul", {}, preflight));
}

// What led to the verdict; headings are of the given level.
function reasonsNode(explanation, level = 3) {
  const heading = `h${level}`;
  const node = element("div", { class: "explanation" }, preflightNode(explanation),
    element(heading, {}, `Endpoint: ${explanation.endpoint === null ? "none (404)" : explanation.endpoint}`),
    walkNode(explanation.walk), ...explanation.exchanges.map((exchange) => exchangeNode(exchange, heading)));
  if (explanation.notes.length) node.append(element(heading, {}, "Notes"), listNode("ul", {}, explanation.notes.map(short)));
  return node;
}

function explanationNode(explanation) {
  const node = element("div", {},
    element("p", { class: `verdict ${explanation.verdict}` },
      element("strong", {}, explanation.verdict), `: ${explanation.message}`));
  if (explanation.advice) node.append(fixNode(explanation));
  node.append(reasonsNode(explanation));
  return node;
}
