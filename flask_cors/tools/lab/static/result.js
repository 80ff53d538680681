// Shows what the browser did, what the server decided, and the change that would turn it. Text
// only ever becomes text. What explains a decision is shown by explanation.js, as in the report.
"use strict";

const STATUS = {
  400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
  409: "Conflict", 415: "Unsupported Media Type", 422: "Unprocessable Content", 429: "Too Many Requests",
  500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
};

function statusText(status) {
  return STATUS[status] ? `${status} ${STATUS[status]}` : String(status);
}

function actualOf({ seen }) {
  const entries = seen ? seen.entries.filter(({ kind }) => kind === "actual") : [];
  return entries[entries.length - 1];
}

// The reason that the app itself writes, in debug mode.
function reasonOf({ seen }) {
  const lines = seen ? seen.entries.flatMap(({ answered }) => answered) : [];
  const found = lines.find(([name]) => name.toLowerCase() === "cors-explanation");
  return found ? found[1] : "";
}

function enforces({ explanation }) {
  return (explanation.options || []).some(({ name, value }) => name === "enforce" && value === "True");
}

function isRefused(result) {
  const entry = actualOf(result);
  return entry !== undefined && entry.status === 403 && (enforces(result) || reasonOf(result) !== "") &&
    entry.answered.some(([name, value]) => name.toLowerCase() === "cache-control" && /no-store/.test(value));
}

// -- the verdict ----------------------------------------------------------------------

// [class, word, sentence]
function verdictOf(result) {
  const { browser, explanation, seen, request } = result;
  if (isRefused(result)) return ["blocked", "refused", "Refused by the server with 403; the view did not run."];
  switch (browser.kind) {
    case "readable": return readableVerdict(browser, explanation);
    case "invalid": return ["blocked", "not sent", `No page can send this. ${browser.error}`];
    case "unreachable": return ["blocked", "no answer", browser.error];
    case "opaque": return ["no-origin", "sent", `${arrived(result)} In mode no-cors a page learns nothing of the answer.`];
    case "sent": return ["no-origin", "sent", `${arrived(result)} A page learns nothing of the answer to its form.`];
    default: return ["blocked", "blocked", blockedText(browser, explanation, seen, request)];
  }
}

function readableVerdict({ status, redirected }, explanation) {
  const after = redirected ? ", after a redirect" : "";
  if (status < 400) return ["readable", `readable, ${status}`, `The page’s script reads the answer${after}.`];
  let why = "CORS lets the page read it; the app answered with an error.";
  if (status === 401) why = "CORS lets the page read it; the app wants a login.";
  if (status === 404 && explanation.endpoint === null) why = "CORS lets the page read it; no route serves this path.";
  if (status === 405) why = "CORS lets the page read it; the route does not serve this method.";
  if (status >= 500) why = "CORS lets the page read it; look into the app’s log for the error.";
  return ["partly", `readable, but ${statusText(status)}`, `${why}${after}`];
}

function blockedText(browser, explanation, seen, { origin }) {
  if (browser.console) return browser.console;
  if (seen && seen.entries.length === 0) {
    return `The script gets “${browser.error}”, and no request reached the app. An extension or a setting of the ` +
      "browser may have stopped it.";
  }
  if (explanation.verdict === "blocked") return explanation.message;
  return `The script gets “${browser.error}”; the browser’s console says why ${origin} may not read the answer.`;
}

function arrived(result) {
  const entry = actualOf(result);
  if (!result.seen) return "The request was sent.";
  if (!entry) return "No request reached the app.";
  const ran = entry.status < 400 ? " The view ran." : "";
  const hint = ran && !enforces(result) ? " CORS alone stops no such request; enforce does." : "";
  return `The app got it and answered with ${statusText(entry.status)}.${ran}${hint}`;
}

// -- the parts ------------------------------------------------------------------------

function resultNodes(result) {
  const { explanation, request, wanted } = result;
  const [kind, word, sentence] = verdictOf(result);
  const nodes = [element("p", { class: `verdict ${kind}`, "data-slot": "verdict" },
    element("strong", { "data-slot": "word" }, word), ": ", sentence)];
  if (wanted.note) nodes.push(element("p", { class: "soft", "data-slot": "note" }, `${wanted.note}.`));
  if (result.isModel) {
    nodes.push(element("p", { class: "soft", "data-slot": "model" },
      `No page on this machine has the origin ${request.origin}: the browser model of Flask-CORS asked in its place.`));
  }
  nodes.push(...fixNodes(result), factsNode(result));
  if (result.seen && result.seen.cookies && result.seen.cookies.length) nodes.push(cookiesNode(result.seen.cookies));
  if (result.browser.body) {
    nodes.push(detailsNode("What the script reads", element("pre", { tabindex: "0", "aria-label": "The body of the answer" }, result.browser.body)));
  }
  nodes.push(detailsNode("Step by step", timelineNode(result)));
  if (explanation.unanswered) nodes.push(element("p", { class: "verdict blocked" }, explanation.unanswered));
  else nodes.push(detailsNode("Why the server decides so", reasonsNode(explanation, 3), element("h3", {}, "Effective options"), optionsNode(explanation.options)));
  return nodes;
}

function fixNodes(result) {
  const { browser, explanation } = result;
  const reason = reasonOf(result);
  const nodes = reason ? [element("p", { "data-slot": "reason" }, "The app says: ", reason)] : [];
  // Advice is for what was expected: it does not help where something else decides.
  const isExpected = isRefused(result) || (browser.kind === "blocked"
    ? explanation.verdict === "blocked" : browser.status >= 400 && explanation.status === browser.status);
  if (isExpected && explanation.advice) {
    const fix = fixNode(explanation);
    fix.dataset.slot = "fix";
    nodes.push(fix);
  }
  const who = isRefused(result) || explanation.unanswered ? "" : whoDecides(result);
  if (who) nodes.push(element("p", { class: "verdict partly", "data-slot": "differs" }, who));
  return nodes;
}

// Who decides where it is not the configuration of Flask-CORS; empty where it is.
function whoDecides(result) {
  const { browser, explanation } = result;
  if (explanation.verdict === "undecided") return short(explanation.message);
  const differs = browser.kind === "blocked" ? explanation.verdict !== "blocked"
    : browser.kind === "readable" && explanation.verdict === "blocked";
  return differs
    ? `By its configuration Flask-CORS would make this “${explanation.verdict}”. ${somethingElse(actualOf(result))}` : "";
}

function somethingElse(entry) {
  const isBare = entry && !entry.answered.some(([name]) => name.toLowerCase() === "access-control-allow-origin");
  if (isBare && entry.status >= 500) {
    return `The app failed with ${entry.status}, and an exception that leaves the app takes the headers along: look into its log.`;
  }
  if (isBare) {
    return `The answer, ${statusText(entry.status)}, has no Access-Control-Allow-Origin: a middleware or another package ` +
      "in front of Flask may have written it.";
  }
  return "Something else decides: look at the headers in “Step by step” for what the app’s own code, a hook or the server adds.";
}

function factsNode(result) {
  const { request, browser, seen, explanation } = result;
  const list = element("dl", { class: "facts" });
  const add = (name, slot, text) => list.append(element("div", {}, element("dt", {}, name), element("dd", { "data-slot": slot }, text)));
  add("Preflight", "preflight", preflightText(result));
  if (browser.kind === "readable") add("Headers for the script", "headers", browser.headers.map(([name]) => name).join(", ") || "none");
  if (seen && !seen.cookies) add("Cookies", "cookies", modelCookies(result));
  else if (!seen || !seen.cookies.length) add("Cookies", "cookies", noCookies(request, seen));
  if (!explanation.unanswered) add("Policy", "policy", policyText(explanation));
  return list;
}

function preflightText({ browser, seen, explanation, request }) {
  if (browser.kind === "invalid") return "none sent";
  if (!seen) return explanation.unanswered || !explanation.preflight.length ? "not known: the app runs elsewhere" : "sent first";
  const preflight = seen.entries.find(({ kind }) => kind === "preflight");
  if (!preflight) return request.kind === "cors" && explanation.preflight && explanation.preflight.length ? "granted before, and cached by the browser" : "none needed";
  const followed = seen.entries.some(({ kind }) => kind === "actual");
  return `sent, answered with ${preflight.status}; the request ${followed ? "followed" : "was not sent"}`;
}

function noCookies({ credentials }, seen) {
  if (!seen) return "not known: the app runs elsewhere";
  return credentials ? "the app has set none" : "the page did not ask for cookies";
}

function modelCookies(result) {
  const entry = actualOf(result);
  return entry && entry.cookies && entry.cookies.length ? `sent: ${entry.cookies.join(", ")}` : "none sent";
}

function policyText({ options, off, endpoint }) {
  if (!options.length) return endpoint === null ? "no route" : `CORS is off here${off ? ` (${off})` : ""}`;
  const of = (name) => { const found = options.find((each) => each.name === name); return found ? found.value : ""; };
  const source = options.find(({ name }) => name === "origins").source;
  const credentials = of("supports_credentials") === "True" ? "with credentials" : "no credentials";
  const enforce = of("enforce") === "True" ? ", others are refused" : "";
  return `origins ${of("origins")}, ${credentials}${enforce} (${sourceText(source)})`;
}

function cookiesNode(cookies) {
  const words = { sent: "sent", withheld: "not sent", set: "stored", refused: "not stored", deleted: "deleted" };
  const fixes = [...new Set(cookies.map(({ fix }) => fix).filter(Boolean))];
  return element("div", { class: "cookies" }, element("h3", {}, "Cookies"),
    ...fixes.map((fix) => element("p", { class: "fix", "data-slot": "cookie-fix" }, element("strong", {}, "To change that: "), fix)),
    element("ul", { "data-slot": "cookies" }, ...cookies.map(({ name, what, why, attributes }) =>
      element("li", { class: ["withheld", "refused"].includes(what) ? "no" : "ok" },
        element("code", {}, name || "(no name)"), ` ${words[what]}`, why ? `: ${why}` : "",
        attributes ? element("span", { class: "soft small" }, ` (${attributes})`) : ""))));
}

function detailsNode(title, ...children) {
  return element("details", {}, element("summary", {}, title), ...children);
}

// -- step by step ---------------------------------------------------------------------

function callText({ url, method, headers, body, credentials, kind, bodyType }) {
  if (kind === "form") return `<form method="${method}" action="${url}" enctype="${bodyType || "application/x-www-form-urlencoded"}">`;
  const init = { method };
  if (headers.length) init.headers = Object.fromEntries(headers);
  if (body) init.body = body;
  if (credentials) init.credentials = "include";
  if (kind === "no-cors") init.mode = "no-cors";
  return `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)})`;
}

function timelineNode(result) {
  const { request, seen, explanation } = result;
  const call = element("li", {}, element("p", {}, request.kind === "form" ? "The page sends a form" : "The page’s script calls"),
    element("p", {}, element("code", {}, callText(request))));
  const [kind, word, sentence] = verdictOf(result);
  const end = element("li", {}, element("p", {}, element("span", { class: `badge ${kind}` }, word)), element("p", {}, sentence));
  const items = seen ? seen.entries.map(seenNode) : (explanation.exchanges || []).map(expectedNode);
  return element("ol", { class: "timeline", "data-slot": "exchanges" }, call, ...items, end);
}

function seenNode({ kind, method, url, asked, status, answered, cookies }) {
  const came = cookies.length ? `Cookies that came with it: ${cookies.join(", ")}` : "No cookie came with it.";
  return element("li", {},
    element("p", {}, element("strong", {}, titleOf({ kind, method, url }))),
    headersNode(asked),
    element("p", { class: "soft" }, kind === "preflight" ? "Preflights never carry cookies." : came),
    element("p", {}, element("strong", {}, `Answer: ${statusText(status)}`)),
    headersNode(answered));
}

function expectedNode(exchange) {
  return element("li", {},
    element("p", {}, element("strong", {}, titleOf(exchange))),
    element("p", { class: "soft" }, "The app runs elsewhere: by its configuration, Flask-CORS puts on"),
    headersNode(exchange.vary ? [...exchange.headers, ["Vary", "Origin"]] : exchange.headers));
}
