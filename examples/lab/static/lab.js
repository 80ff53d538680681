// Sends the requests of the page, asks the API what it saw and what explain() says, and
// has result.js show both.

const lab = JSON.parse(document.getElementById("lab").textContent);

// -- sending --------------------------------------------------------------------------

const frames = new Map();

// A frame with a page of that origin; null is the origin of a sandboxed one.
function frameOf(origin) {
  if (!frames.has(origin)) {
    const frame = element("iframe", { hidden: "", title: `Sends requests from ${origin}` });
    if (origin === "null") frame.setAttribute("sandbox", "allow-scripts");
    frame.src = `${origin === "null" ? location.origin : origin}/sender`;
    frames.set(origin, new Promise((resolve) => {
      frame.addEventListener("load", () => resolve(frame.contentWindow), { once: true });
    }));
    document.body.append(frame);
  }
  return frames.get(origin);
}

async function sendFrom(origin, request, run) {
  if (origin === location.origin) return send(lab.api, request, run);
  const page = await frameOf(origin);
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => { port1.close(); resolve(data); };
    page.postMessage({ request, run }, "*", [port2]);
  });
}

async function control(name, query) {
  const response = await fetch(`${lab.api}/lab/${name}?${new URLSearchParams(query)}`);
  if (!response.ok) throw new Error(`/lab/${name} answered ${response.status}`);
  return response.json();
}

function explain(origin, { method, path, headers, credentials }) {
  const query = [["method", method], ["path", path], ["origin", origin]];
  for (const [name, value] of Object.entries(headers)) query.push(["header", `${name}: ${value}`]);
  if (credentials) query.push(["credentials", ""]);
  return control("explain", query);
}

async function ask(request, origin = location.origin) {
  const run = crypto.randomUUID();
  const browser = lab.senders.includes(origin) ? await sendFrom(origin, request, run) : null;
  const [seen, told] = await Promise.all([control("requests", { run }), explain(origin, request)]);
  const sameSite = lab.sameSite && origin === location.origin;
  return { request: { ...request, sameSite }, browser, seen, told };
}

// -- the requests of the page ---------------------------------------------------------

const summary = document.getElementById("summary");
const cards = [...document.querySelectorAll(".scenario")];

async function run(card) {
  card.setAttribute("aria-busy", "true");
  try {
    const title = card.querySelector("h3").textContent;
    const { node, agrees } = resultNode(await ask(lab.scenarios[card.id]), { open: false, title, level: 4 });
    const shown = card.querySelector("[data-result]");
    const details = shown.querySelector("details");
    node.querySelector("details").open = details !== null && details.open;
    shown.replaceChildren(node);
    return agrees;
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

async function withoutPressingTwice(status, work) {
  const buttons = [...document.querySelectorAll("button:not(.cell)")];
  const focused = document.activeElement;
  for (const button of buttons) button.disabled = true;
  try {
    await work();
  } catch (error) {
    status.textContent = `The API at ${lab.api} cannot be asked (${error.message}). Is the lab still running?`;
  } finally {
    for (const button of buttons) button.disabled = false;
    focused?.focus({ preventScroll: true });
  }
}

// -- the request that is composed -----------------------------------------------------

const form = document.getElementById("form");
const field = (name) => document.getElementById(name);
const status = field("composed-status");

function showFreeOrigin() {
  field("free").hidden = field("origin").value !== "";
  field("free-origin").required = field("origin").value === "";
}

function fill({ method, path, headers, credentials }, origin) {
  field("origin").value = origin;
  field("method").value = method;
  field("path").value = path;
  field("headers").value = Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n");
  field("credentials").checked = credentials;
  showFreeOrigin();
}

function composed() {
  const headers = {};
  for (const line of field("headers").value.split("\n")) {
    const [name, ...value] = line.split(":");
    if (name.trim()) headers[name.trim()] = value.join(":").trim();
  }
  return {
    method: field("method").value,
    path: field("path").value,
    headers,
    credentials: field("credentials").checked,
  };
}

async function sendComposed() {
  await withoutPressingTwice(status, async () => {
    status.textContent = "Sending …";
    const origin = field("origin").value || field("free-origin").value.trim();
    const result = await ask(composed(), origin);
    const { node } = resultNode(result, { open: true, title: "", level: 3 });
    node.classList.add("card");
    field("composed").replaceChildren(node);
    status.textContent = result.browser
      ? `Sent from ${origin}: ${result.browser.readable ? "readable" : "blocked"}.`
      : `Worked out for ${origin}: ${result.told.verdict}.`;
  });
}

form.addEventListener("submit", (event) => { event.preventDefault(); sendComposed(); });
field("origin").addEventListener("change", showFreeOrigin);

async function sendFromCell({ dataset: { scenario, origin } }) {
  fill(lab.scenarios[scenario], origin);
  await sendComposed();
  field("compose").scrollIntoView();
  form.querySelector("[type=submit]").focus({ preventScroll: true });
}

for (const cell of document.querySelectorAll(".matrix .cell")) {
  cell.addEventListener("click", () => sendFromCell(cell));
}

// -- running --------------------------------------------------------------------------

field("run-all").addEventListener("click", () => withoutPressingTwice(summary, runAll));
for (const card of cards) {
  card.querySelector("[data-run]").addEventListener("click", () =>
    withoutPressingTwice(summary, async () => {
      const agrees = await run(card);
      summary.textContent = agrees
        ? "Sent again: both say the same."
        : "Sent again: browser and explain() differ.";
    }));
  card.querySelector("[data-change]").addEventListener("click", () => {
    fill(lab.scenarios[card.id], location.origin);
    field("compose").scrollIntoView();
    field("path").focus({ preventScroll: true });
  });
}

fill(lab.scenarios["header-refused"], location.origin);
await sendComposed();
await withoutPressingTwice(summary, runAll);
