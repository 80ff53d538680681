// Sets what the browser did beside what explain() says, and shows both. Text only ever
// becomes text. What explains a decision is shown by explanation.js, as in the report.
"use strict";

// -- comparing ------------------------------------------------------------------------

function differences({ browser, seen, told }) {
  const found = [];
  // What a browser refuses to send is never seen by the server; explain() asks all the same.
  const expected = told.message.startsWith("No browser sends") ? [] : told.exchanges;
  if (browser.readable !== (told.verdict !== "blocked")) found.push("the verdict");
  if (seen.length !== expected.length) found.push("the number of requests");
  expected.forEach((exchange, index) => {
    if (seen[index]) found.push(...differencesBetween(seen[index], exchange));
  });
  return [...new Set(found)];
}

function differencesBetween(entry, expected) {
  const found = [];
  if (entry.kind !== expected.kind) found.push("whether there is a preflight");
  // A status that a view or hook decides on is not for explain() to know.
  if (expected.status !== null && entry.status !== expected.status) found.push("the status");
  const cors = entry.answered.filter(([name]) => /^access-control-/i.test(name));
  if (lines(cors) !== lines(expected.headers)) found.push("the headers");
  const varies = entry.answered.some(([name, value]) => /^vary$/i.test(name) && /origin/i.test(value));
  if (varies !== expected.vary) found.push("Vary");
  return found;
}

function lines(headers) {
  return headers.map(([name, value]) => `${name}: ${value}`).sort().join("\n");
}

// -- showing --------------------------------------------------------------------------

// A result; browser is null where no browser can be asked, since the origin is nobody's.
function resultNode(result, { open, title, level }) {
  const { browser, told } = result;
  const found = browser ? differences(result) : [];
  const sides = element("div", { class: "sides" },
    browser ? browserNode(result, level) : strangerNode(level), serverNode(told, level));
  const node = element("div", {}, sides);
  if (told.advice) {
    const fix = fixNode(told);
    fix.dataset.slot = "fix";
    node.append(fix);
  }
  if (browser) {
    node.append(slotNode("p", "agreement",
      found.length ? `They differ in ${found.join(", ")}.` : "Both say the same.",
      { class: "agreement", "data-agree": String(found.length === 0) }));
  }
  node.append(open
    ? element("div", { class: "steps-of" }, ...stepsOf(result, level))
    : element("details", {},
      element("summary", {}, "Step by step", element("span", { class: "hidden" }, `: ${title}`)),
      ...stepsOf(result, level)));
  return { node, agrees: found.length === 0 };
}

function slotNode(name, slot, text, attributes = {}) {
  return element(name, { "data-slot": slot, ...attributes }, text);
}

function badge(slot, verdict) {
  return element("p", {}, slotNode("span", slot, verdict, { class: `badge ${verdict}` }));
}

function factsNode(facts) {
  const list = element("dl", { class: "facts-of" });
  for (const [name, slot, text] of facts) list.append(element("dt", {}, name), slotNode("dd", slot, text));
  return list;
}

function sideNode(level, title, ...children) {
  return element("div", { class: "side" }, element(`h${level}`, {}, title), ...children);
}

function browserNode({ request, browser, seen }, level) {
  return sideNode(level, "What the browser did",
    badge("browser-verdict", browser.readable ? "readable" : "blocked"),
    slotNode("p", "browser-message", browserMessage(browser), { class: "message soft" }),
    factsNode([
      ["Preflight", "browser-preflight", browserPreflight(seen)],
      ["Headers the script sees", "browser-headers", browser.readable ? visible(browser.headers) : "none"],
      ["Cookie", "browser-cookie", cookie(request, seen)],
    ]));
}

function strangerNode(level) {
  return sideNode(level, "What the browser did",
    element("p", {}, "Nothing was sent: a browser sends the origin of a page that it shows, and no page of this origin is here. The server’s answer is worked out."));
}

function serverNode(told, level) {
  return sideNode(level, "What the server decides",
    badge("server-verdict", told.verdict),
    slotNode("p", "server-message", told.message, { class: "message soft" }),
    factsNode([
      ["Preflight", "server-preflight", serverPreflight(told)],
      ["Origins", "server-origins", option(told, "origins")],
      ["Credentials", "server-credentials", option(told, "supports_credentials")],
    ]));
}

function stepsOf(result, level) {
  const { browser, told } = result;
  const title = `h${level}`;
  const timeline = browser
    ? [element(title, {}, "What happened"), timelineNode(result)]
    : [];
  return [element("div", { class: "sides" },
    element("div", { class: "side" }, ...timeline,
      element(title, {}, "The effective options"), optionsNode(told.options)),
    element("div", { class: "side" },
      element(title, {}, "Why the server decides so"), reasonsNode(told, level + 1)))];
}

function callText({ method, headers, credentials }, url) {
  const init = { method };
  if (Object.keys(headers).length) init.headers = headers;
  if (credentials) init.credentials = "include";
  return `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)})`;
}

function timelineNode({ request, browser, seen, told }) {
  const call = element("li", {}, element("p", {}, "The page’s script calls"),
    element("p", {}, element("code", {}, callText(request, told.url))));
  const items = [call, ...seen.map(seenNode), lastNode(browser)];
  return element("ol", { class: "timeline", "data-slot": "exchanges" }, ...items);
}

function seenNode({ kind, method, path, asked, cookie: sent, status, answered }) {
  const came = sent ? "The lab’s cookie came with it." : "No cookie came with it.";
  return element("li", {},
    element("p", {}, element("strong", {}, titleOf({ kind, method, url: path }))),
    headersNode(asked),
    element("p", { class: "soft" }, kind === "preflight" ? "Preflights never carry cookies." : came),
    element("p", {}, element("strong", {}, `Answer: ${status}`)),
    headersNode(answered));
}

function lastNode(browser) {
  const verdict = browser.readable ? "readable" : "blocked";
  return element("li", {},
    element("p", {}, element("span", { class: `badge ${verdict}` }, verdict)),
    element("p", {}, browserMessage(browser)));
}

function browserMessage({ readable, status, redirected, error }) {
  if (!readable) return `The script gets “${error}”; the reason stands in the browser’s console only.`;
  return `The script reads the status ${status}${redirected ? ", after a redirect" : ""}.`;
}

function browserPreflight(seen) {
  const preflight = seen.find(({ kind }) => kind === "preflight");
  if (!preflight) return "none sent";
  const then = seen.some(({ kind }) => kind === "actual")
    ? "the request followed"
    : "the request was not sent";
  return `sent, answered with ${preflight.status}; ${then}`;
}

function serverPreflight({ exchanges }) {
  const preflight = exchanges.find(({ kind }) => kind === "preflight");
  if (!preflight) return "none needed";
  const by = preflight.answered_by === "flask_cors" ? "Flask-CORS, before any hook" : "the application";
  return `answered by ${by}`;
}

function visible(headers) {
  return headers.map(([name]) => name).join(", ") || "none";
}

function cookie({ credentials, sameSite }, seen) {
  const requests = seen.filter(({ kind }) => kind === "actual");
  if (!credentials) return "not asked for";
  if (requests.length === 0) return "the request was not sent";
  if (requests.some((request) => request.cookie)) return "travelled with the request";
  return sameSite
    ? "there is none yet"
    : "withheld: SameSite=Lax, and this page is on another site than the API";
}

function option({ options }, name) {
  const found = options.find((each) => each.name === name);
  return found ? `${found.value} (${sourceText(found.source)})` : "CORS is off here";
}
