// Sends each request of the page, asks the API what it saw and what explain() says, and
// shows both. Text only ever becomes text: nothing here writes markup.

const lab = JSON.parse(document.getElementById("lab").textContent);

// -- asking ---------------------------------------------------------------------------

// What a page's script learns from fetch(): a response, or a TypeError without a reason.
async function send({ method, path, headers, credentials }, run) {
  const url = new URL(path, lab.api);
  url.searchParams.set("run", run);
  try {
    const response = await fetch(url, {
      method,
      headers,
      credentials: credentials ? "include" : "same-origin",
    });
    const { status, redirected } = response;
    return { readable: true, status, redirected, headers: [...response.headers] };
  } catch (error) {
    return { readable: false, error: String(error) };
  }
}

async function control(name, query) {
  const response = await fetch(`${lab.api}/lab/${name}?${new URLSearchParams(query)}`);
  if (!response.ok) throw new Error(`/lab/${name} answered ${response.status}`);
  return response.json();
}

function explain({ method, path, headers, credentials }) {
  const query = [["method", method], ["path", path], ["origin", location.origin]];
  for (const name of Object.keys(headers)) query.push(["header", name]);
  if (credentials) query.push(["credentials", ""]);
  return control("explain", query);
}

async function ask(scenario) {
  const run = crypto.randomUUID();
  const browser = await send(scenario, run);
  const [seen, told] = await Promise.all([control("requests", { run }), explain(scenario)]);
  return { scenario, browser, seen, told };
}

// -- comparing ------------------------------------------------------------------------

function differences({ browser, seen, told }) {
  const found = [];
  if (browser.readable !== (told.verdict !== "blocked")) found.push("the verdict");
  if (seen.length !== told.exchanges.length) found.push("the number of requests");
  told.exchanges.forEach((expected, index) => {
    if (seen[index]) found.push(...differencesBetween(seen[index], expected));
  });
  return found;
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

function element(tag, text = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function show(card, { scenario, browser, seen, told }) {
  const slot = (name) => card.querySelector(`[data-slot="${name}"]`);
  const write = (name, text) => { slot(name).textContent = text; };
  const list = (name, items) => slot(name).replaceChildren(...items);
  const listOrNone = (name, items) =>
    list(name, items.length ? items : [element("li", "none", "extra")]);

  mark(slot("browser-verdict"), browser.readable ? "readable" : "blocked");
  write("browser-message", browserMessage(browser));
  write("browser-preflight", browserPreflight(seen));
  write("browser-headers", browser.readable ? visible(browser.headers) : "none");
  write("browser-cookie", cookie(scenario, seen));

  mark(slot("server-verdict"), told.verdict);
  write("server-message", told.message);
  write("server-preflight", serverPreflight(told));
  write("server-origins", option(told, "origins"));
  write("server-credentials", option(told, "supports_credentials"));

  listOrNone("exchanges", seen.map(exchange));
  listOrNone("walk", told.walk.map(({ level, place, sets }) =>
    element("li", `${level}: ${short(place)} sets ${sets.join(", ") || "nothing"}`)));
  listOrNone("steps", told.exchanges.filter(({ steps }) => steps.length).map(stepsOf));
  listOrNone("options", told.options.map(({ name, value, source }) =>
    element("li", `${name} = ${value} (${where(source)})`, source.level === "default" ? "extra" : "")));
  list("notes", told.notes.map((note) => element("li", note)));

  const found = differences({ browser, seen, told });
  slot("agreement").dataset.agree = String(found.length === 0);
  write("agreement", found.length
    ? `They differ in ${[...new Set(found)].join(", ")}.`
    : "Both say the same.");
  return found.length === 0;
}

function mark(node, verdict) {
  node.dataset.verdict = verdict;
  node.textContent = verdict;
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

function cookie({ credentials }, seen) {
  const requests = seen.filter(({ kind }) => kind === "actual");
  if (!credentials) return "not asked for";
  if (requests.length === 0) return "the request was not sent";
  if (requests.some((request) => request.cookie)) return "travelled with the request";
  return lab.sameSite
    ? "there is none yet"
    : "withheld: SameSite=Lax, and this page is on another site than the API";
}

function option({ options }, name) {
  const found = options.find((each) => each.name === name);
  return found ? `${found.value} (${where(found.source)})` : "CORS is off here";
}

function where({ place, file, line }) {
  return file ? `${short(place)}, ${file.split(/[\\/]/).pop()} line ${line}` : place;
}

// A view that is defined in a function has that function in its name.
function short(place) {
  return place.replace(/\S*<locals>\./, "");
}

function exchange({ kind, method, path, asked, cookie: sent, status, answered }) {
  const item = element("li");
  item.append(
    element("strong", `${titleOf(kind)}: ${method} ${path}`),
    headerLines(asked),
    element("p", sent ? "The lab’s cookie came with it." : "No cookie came with it."),
    element("strong", `Answer: ${status}`),
    headerLines(answered),
  );
  return item;
}

function headerLines(headers) {
  const made = element("ul", "", "headers");
  made.append(...headers.map(([name, value]) => element("li", `${name}: ${value}`)));
  return made;
}

function titleOf(kind) {
  return kind === "preflight" ? "Preflight" : "Request";
}

function stepsOf({ kind, method, url, steps }) {
  const item = element("li");
  const list = element("ul");
  list.append(...steps.map(step));
  item.append(element("strong", `${titleOf(kind)}: ${method} ${new URL(url).pathname}`), list);
  return item;
}

function step({ name, clause, ok, text }) {
  const item = element("li");
  const link = element("a", name);
  link.href = clause;
  link.rel = "noreferrer";
  const outcome = element("span", ok ? "ok" : "fails", "outcome");
  outcome.dataset.ok = String(ok);
  item.append(link, `: ${short(text)} `, outcome);
  return item;
}

// -- running --------------------------------------------------------------------------

const summary = document.getElementById("summary");
const cards = [...document.querySelectorAll(".scenario")];

async function run(card) {
  card.setAttribute("aria-busy", "true");
  try {
    return show(card, await ask(lab.scenarios[card.id]));
  } finally {
    card.removeAttribute("aria-busy");
  }
}

// One after the other: signing in comes before the request that uses the cookie.
async function runAll() {
  const agreed = [];
  for (const [index, card] of cards.entries()) {
    summary.textContent = `Sending ${index + 1} of ${cards.length} …`;
    agreed.push(await run(card));
  }
  const count = agreed.filter(Boolean).length;
  summary.textContent = count === cards.length
    ? `All ${cards.length} sent: the browser did what explain() says, every time.`
    : `All ${cards.length} sent: browser and explain() differ in ${cards.length - count}.`;
}

async function withoutPressingTwice(work) {
  const buttons = [...document.querySelectorAll("button")];
  const focused = document.activeElement;
  for (const button of buttons) button.disabled = true;
  try {
    await work();
  } catch (error) {
    summary.textContent = `The API at ${lab.api} cannot be asked (${error.message}). Is the lab still running?`;
  } finally {
    for (const button of buttons) button.disabled = false;
    focused?.focus();
  }
}

document.getElementById("run-all").addEventListener("click", () => withoutPressingTwice(runAll));
for (const card of cards) {
  card.querySelector("[data-run]").addEventListener("click", () =>
    withoutPressingTwice(async () => {
      const agrees = await run(card);
      summary.textContent = agrees
        ? "Sent again: both say the same."
        : "Sent again: browser and explain() differ.";
    }));
}

await withoutPressingTwice(runAll);
