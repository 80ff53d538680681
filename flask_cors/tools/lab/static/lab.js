// Offers the app's routes, sends what the form holds from a page of the chosen origin, asks what
// reached the app and what explain() says, and has result.js show it.
"use strict";

const facts = JSON.parse(document.getElementById("facts").textContent);
const ROUTES_SHOWN = 40;
let app = { pages: [], routes: [], requests: [], started: "", runsApp: true, problem: "" };
let routesShown = ROUTES_SHOWN;

async function control(question, asked = {}) {
  const response = await fetch(`/control/${question}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CORS-Lab-Token": facts.token },
    body: JSON.stringify(asked),
  });
  if (!response.ok) throw new Error(`the lab answered ${response.status}; reload this page`);
  return response.json();
}

// -- routes ---------------------------------------------------------------------------

async function loadApp() {
  app = await control("app");
  offer(app);
  field("problem").hidden = app.problem === "";
  field("problem").textContent = app.problem;
  showRoutes();
}

function showRoutes() {
  const wanted = field("filter").value.toLowerCase();
  const found = app.routes.filter(({ rule, endpoint, methods }) =>
    `${methods.join(" ")} ${rule} ${endpoint}`.toLowerCase().includes(wanted));
  field("route-list").replaceChildren(...found.slice(0, routesShown).map(routeNode));
  field("count").textContent = `${found.length} of ${app.routes.length}`;
  field("more").hidden = found.length <= routesShown;
}

// Every GET answers HEAD as well.
function shownMethods({ methods }) {
  return methods.filter((method) => method !== "HEAD" || !methods.includes("GET")).join(", ");
}

function routeNode(route) {
  const button = element("button", { type: "button", class: "route" },
    element("code", {}, element("span", { class: "methods" }, shownMethods(route)), ` ${route.rule}`),
    " ", element("span", { class: "soft small" }, route.endpoint));
  button.addEventListener("click", () => chooseByHand(route));
  return element("li", {}, button);
}

function choose({ rule, methods }) {
  field("path").value = rule;
  offerMethods(methods);
  field("method").value = methods.includes("GET") ? "GET" : methods[0];
  showArguments();
  showFields();
}

function chooseByHand(route) {
  choose(route);
  const first = route.arguments.length ? document.querySelector("#arguments input") : field("send");
  first.focus();
  first.scrollIntoView({ block: "nearest" });
}

// -- sending --------------------------------------------------------------------------

// A new frame each time: a form navigates the one that it is sent from.
async function sendFromSandbox(request) {
  const frame = element("iframe", { hidden: "", sandbox: "allow-scripts allow-forms",
    title: "Sends requests with the origin null", src: "/sender" });
  const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
  document.body.append(frame);
  await loaded;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); });
  frame.contentWindow.postMessage(request, "*", [port2]);
  const result = await answer;
  port1.close();
  frame.remove();
  return result;
}

// Another page of the lab: it finds the fields in its address, and sends at once where the
// token shows that the lab opened it.
function openPage(origin) {
  const state = { fields: { ...fieldsNow(), origin }, token: facts.token };
  location.assign(`${origin}/#${encodeURIComponent(JSON.stringify(state))}`);
}

async function originWanted() {
  const chosen = field("origin").value;
  if (chosen === "null") return { origin: "null", note: "", isPage: true };
  if (chosen !== OTHER) return { origin: chosen, note: "", isPage: true };
  return control("origin", { origin: field("free").value });
}

async function ask() {
  const wanted = await originWanted();
  if (wanted.unanswered) return showProblem("free", wanted.unanswered);
  const { origin, isPage } = wanted;
  if (isPage && origin !== "null" && origin !== location.origin) return openPage(origin);
  const request = { ...requestNow(), origin };
  if (!isPage && request.kind === "form") {
    return showProblem("kind", "The browser model sends fetch requests alone: choose fetch, or a page of the lab.");
  }
  const { explanation, browser, seen } = await (isPage ? askBrowser(request) : askModel(request));
  return showResult({ request, wanted, explanation, browser, seen, isModel: !isPage, runsApp: app.runsApp });
}

async function askBrowser(request) {
  const { last } = await control("seen");
  const browser = await (request.origin === "null" ? sendFromSandbox(request) : send(request));
  const seen = app.runsApp
    ? await control("seen", { after: last, origin: request.origin, url: request.url, credentials: request.credentials })
    : null;
  if (seen && seen.started !== app.started) await loadApp();
  return { explanation: await explain(request), browser, seen };
}

async function askModel(request) {
  const answer = await control("model", { ...request, mode: request.kind });
  const browser = answer.unanswered ? { kind: "invalid", error: answer.unanswered } : answer;
  return { explanation: await explain(request), browser, seen: { entries: browser.sent || [], cookies: null } };
}

// A page cannot read the answer to its form, so credentials need no permission there.
function explain({ method, url, origin, headers, credentials, kind }) {
  return control("explain", { method, url, origin, headers, credentials: credentials && kind === "cors" });
}

// -- showing --------------------------------------------------------------------------

function showProblem(id, text) {
  field("status").textContent = text;
  field(id).setAttribute("aria-invalid", "true");
  field(id).focus();
}

function showResult(result) {
  field("shown").replaceChildren(...resultNodes(result));
  field("result").hidden = false;
  field("status").textContent = "";
  const title = field("result-title");
  title.textContent = `Result: ${result.request.method} ${new URL(result.request.url).pathname}`;
  title.focus({ preventScroll: true });
  // Beside the form where there is room; below it the result comes into view.
  if (field("result").getBoundingClientRect().top > innerHeight / 3) field("result").scrollIntoView();
}

async function submit(event) {
  event.preventDefault();
  const button = field("send");
  if (button.disabled) return;
  button.disabled = true;
  for (const each of document.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
  field("status").textContent = "Sending …";
  try {
    await ask();
  } catch (error) {
    field("status").textContent = `That failed (${error.message}). Is the lab still running?`;
  } finally {
    button.disabled = false;
  }
}

// -- starting -------------------------------------------------------------------------

function stateOfAddress() {
  try {
    const state = JSON.parse(decodeURIComponent(location.hash.slice(1)));
    return typeof state.fields === "object" ? state : null;
  } catch {
    return null;
  }
}

async function start() {
  await loadApp();
  if (app.routes.length) choose(app.routes[0]);
  else field("path").value = "/";
  const state = stateOfAddress();
  if (state) {
    history.replaceState(null, "", "/");
    fillFields({ ...state.fields, origin: location.origin });
  }
  showArguments();
  showFields();
  if (state && state.token === facts.token) field("form").requestSubmit();
}

field("form").addEventListener("submit", submit);
field("filter").addEventListener("input", () => { routesShown = ROUTES_SHOWN; showRoutes(); });
field("more").addEventListener("click", () => {
  const first = routesShown;
  routesShown += ROUTES_SHOWN;
  showRoutes();
  field("route-list").children[first].firstElementChild.focus();
});
field("path").addEventListener("input", () => {
  showArguments();
  const route = routeOf(field("path").value);
  offerMethods(route ? route.methods : METHODS);
});
for (const id of ["origin", "method", "kind", "body-type"]) field(id).addEventListener("change", showFields);
field("example").addEventListener("change", ({ target }) => {
  const example = app.requests[Number(target.value)];
  field("example-note").textContent = target.value !== "" && example.note ? example.note : "";
  if (target.value !== "") fillFrom(example);
});
start().catch((error) => { field("status").textContent = `The lab cannot be asked (${error.message}).`; });
