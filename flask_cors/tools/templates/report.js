"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const WORDS = { r: "readable", b: "blocked", x: "refused", s: "same-origin" };
const PAGE = 100;
let shown = PAGE;

const text = (number) => data.strings[number];
const source = (number) => data.sources[number];

const LONGEST = 120;

function options(policy) {
  return data.policies[policy].map(([name, value, from, dropped]) =>
    ({ name: text(name), value: text(value), source: source(from), dropped: text(dropped) }));
}

function valueOf(route, name) {
  if (route.policy === null) return "";
  const found = data.policies[route.policy].find(([number]) => text(number) === name);
  return found ? text(found[1]) : "";
}

// What a policy is beyond its origins: whether pages may send credentials, and who is refused.
function tagsOf(route) {
  const tags = [];
  if (valueOf(route, "supports_credentials") === "True") tags.push("credentials");
  if (valueOf(route, "enforce") === "True") tags.push("refuses others");
  return tags;
}

function shortened(value) {
  return value.length > LONGEST ? `${value.slice(0, LONGEST)} …` : value;
}

// A route's own column comes first; the others are the same for all.
function originOf(route, column) {
  return column === 0 ? route.own : data.origins[column - 1];
}

function verdictOf(route, column) {
  const codes = route.cells[column];
  if (!codes) return ["", "none"];
  if (new Set(codes).size === 1) return [WORDS[codes[0]], WORDS[codes[0]]];
  const good = route.methods.filter((_, number) => !"bx".includes(codes[number]));
  return ["partly", `only ${good.join(", ")}`];
}

function cellNode(route, column) {
  const origin = originOf(route, column);
  const [kind, words] = verdictOf(route, column);
  const cell = element("td", { role: "cell" });
  if (!kind) {
    cell.append(element("span", { class: "label soft" }, "Another origin: "), route.named);
    return cell;
  }
  const button = element("button", { type: "button", class: `cell ${kind}` },
    element("span", { class: "hidden" }, `${route.methods.join(", ")} ${route.rule} from `),
    element("span", { class: "label" }, `${origin} `), words);
  if (column === 0) cell.append(element("div", { class: "own soft", "aria-hidden": "true" }, originNode(origin)));
  button.addEventListener("click", () => open(route, column));
  cell.append(button);
  return cell;
}

function rowNode(route) {
  const head = element("th", { scope: "row", role: "rowheader" },
    element("code", {}, `${route.methods.join(", ")} ${route.rule}`), element("br"),
    element("span", { class: "soft" }, route.endpoint + (route.off ? ` (${route.off})` : "")));
  if (route.varies) head.append(element("br"), element("span", { class: "soft" }, `for ${route.path}`));
  const origins = valueOf(route, "origins");
  if (origins) head.append(element("br"), element("span", { class: "soft" }, `origins: ${shortened(origins)}`));
  const tags = tagsOf(route);
  if (tags.length) head.append(element("br"), ...tags.map((tag) => element("span", { class: "tag" }, tag)));
  const cells = route.cells.map((_, column) => cellNode(route, column)).slice(data.hasOwn ? 0 : 1);
  return element("tr", { role: "row" }, head, ...cells);
}

// A filter finds what a row shows.
function searched(route) {
  return [route.methods.join(" "), route.rule, route.endpoint, route.path, route.own,
    valueOf(route, "origins"), route.off, ...tagsOf(route)].join(" ").toLowerCase();
}

function matching() {
  const wanted = document.getElementById("filter").value.trim().toLowerCase();
  return data.routes.filter((route) => searched(route).includes(wanted));
}

// A route has a row for each of its policies, and is counted once.
function countOf(rows) {
  return new Set(rows.map(({ rule, endpoint }) => `${rule} ${endpoint}`)).size;
}

function draw() {
  const rows = matching();
  document.getElementById("rows").replaceChildren(...rows.slice(0, shown).map(rowNode));
  const rest = rows.length > shown ? `, the first ${shown} rows are shown` : "";
  document.getElementById("count").textContent =
    `${countOf(rows)} of ${countOf(data.routes)} routes${rest}`;
  document.getElementById("more").hidden = rows.length <= shown;
}

function open(route, column) {
  const dialog = document.getElementById("dialog");
  const origin = originOf(route, column);
  document.getElementById("title").replaceChildren(`${route.rule} from `, originNode(origin));
  const choice = document.getElementById("method");
  choice.replaceChildren(...route.methods.map((method, number) => element("option", { value: number }, method)));
  choice.onchange = () => showExplanation(route, column, Number(choice.value));
  showExplanation(route, column, 0);
  dialog.showModal();
}

function showExplanation(route, column, number) {
  const body = document.getElementById("explanation");
  const explanation = data.explanations[route.explanations[column][number]];
  const method = route.methods[number];
  if (explanation) {
    body.replaceChildren(explanationNode(explanation));
    if (explanation.path !== route.path) {
      body.prepend(element("p", { class: "soft" }, `Shown for ${explanation.path}, which has the same options.`));
    }
  } else {
    const command = `${data.command} ${method} ${route.path} --origin ${originOf(route, column)}`;
    body.replaceChildren(
      element("p", {}, `${WORDS[route.cells[column][number]]}. The steps are printed by:`),
      element("p", {}, element("code", {}, command)));
  }
  if (route.policy !== null) {
    body.append(element("h3", {}, "Effective options"), optionsNode(options(route.policy)));
  }
}

document.getElementById("filter").addEventListener("input", () => { shown = PAGE; draw(); });
document.getElementById("more").addEventListener("click", () => {
  const first = shown;
  shown += PAGE;
  draw();
  const buttons = document.querySelectorAll("#rows tr")[first].querySelectorAll("button");
  if (buttons.length) buttons[0].focus();
});
document.getElementById("close").addEventListener("click", () => document.getElementById("dialog").close());
draw();
