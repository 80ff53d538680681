// Shows an explanation, as Explanation.to_dict() in flask_cors.explain gives it, with the
// keys "preflight" and "advice" beside. All text is set as text: nothing becomes markup.
"use strict";

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function sourceText(source) {
  return source.file === null ? source.place : `${source.place} at ${source.file}:${source.line}`;
}

function optionsNode(options) {
  const list = element("dl", { class: "options" });
  for (const option of options) {
    list.append(
      element("dt", {}, option.name),
      element("dd", {}, option.value, element("br"),
        element("span", { class: "soft" }, `${option.source.level}: ${sourceText(option.source)}`)));
  }
  return list;
}

function stepNode(step) {
  return element("li", { class: step.ok ? "ok" : "no" },
    element("strong", {}, `${step.ok ? "ok" : "NO"} ${step.name}: `), step.text, " ",
    element("a", { href: step.clause, rel: "noreferrer" }, `standard: ${step.clause.split("#")[1]}`));
}

function exchangeNode(exchange) {
  const status = exchange.status === null ? "the view's status" : exchange.status;
  const kind = exchange.kind === "preflight" ? "Preflight" : "Request";
  const node = element("section", {},
    element("h3", {}, `${kind}: ${exchange.method} ${exchange.url}`),
    element("p", {}, `${status}, answered by ${exchange.answered_by}`),
    element("ol", { class: "steps" }, ...exchange.steps.map(stepNode)));
  const lines = exchange.headers.map(([name, value]) => `${name}: ${value}`);
  if (exchange.vary) lines.push("Vary: Origin");
  const shown = lines.map((line) => element("li", {}, element("code", {}, line)));
  if (shown.length) node.append(element("h3", {}, "Headers that are sent"), element("ul", {}, ...shown));
  return node;
}

function walkNode(walk) {
  const steps = walk.map((step) =>
    element("li", {}, `${step.level}: ${step.place} sets ${step.sets.join(", ") || "nothing"}`));
  return steps.length ? element("ol", {}, ...steps) : element("p", {}, "No level covers this path.");
}

function explanationNode(told) {
  const node = element("div", {},
    element("p", { class: `verdict ${told.verdict}` },
      element("strong", {}, told.verdict), `: ${told.message}`));
  if (told.advice) node.append(element("p", {}, element("strong", {}, "To change that: "), told.advice));
  const reasons = told.preflight.map((reason) => element("li", {}, reason));
  node.append(element("p", {}, reasons.length ? "A browser sends a preflight first:" : "No preflight is needed."));
  if (reasons.length) node.append(element("ul", {}, ...reasons));
  node.append(element("h3", {}, `Endpoint: ${told.endpoint === null ? "none (404)" : told.endpoint}`),
    walkNode(told.walk), ...told.exchanges.map(exchangeNode));
  if (told.notes.length) node.append(element("ul", {}, ...told.notes.map((note) => element("li", {}, note))));
  return node;
}
