// The form: its fields, the route that it names, and the request that it describes.
"use strict";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const FORM_TYPES = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
const OTHER = "other";

const field = (id) => document.getElementById(id);
const optionNode = (value, text = value) => element("option", { value }, text);

// -- what is to choose from -----------------------------------------------------------

function offer({ pages, routes, requests }) {
  const before = field("origin").value || location.origin;
  const origins = pages.map(({ origin }) => origin);
  const own = origins.includes(location.origin)
    ? [] : [optionNode(location.origin, `${location.origin} (this page)`)];
  field("origin").replaceChildren(...own,
    ...pages.map(({ origin, relation }) =>
      optionNode(origin, `${origin} (${shortRelation(relation)})`)),
    optionNode("null", "null (a sandboxed frame)"),
    optionNode(OTHER, "another origin …"));
  field("origin").value = before;
  field("rules").replaceChildren(...[...new Set(routes.map(({ rule }) => rule))].map((rule) => optionNode(rule)));
  field("example").replaceChildren(optionNode("", "choose one, or write your own"),
    ...requests.map(({ title, path }, index) => optionNode(index, title || path)));
  field("example-field").hidden = requests.length === 0;
  offerMethods(METHODS);
}

function shortRelation(relation) {
  return relation.replace("another origin, ", "");
}

function offerMethods(first) {
  const before = field("method").value;
  const wanted = [...new Set([...first, ...METHODS])];
  field("method").replaceChildren(...wanted.map((method) => optionNode(method)), optionNode(OTHER, "other …"));
  field("method").value = wanted.includes(before) || before === OTHER ? before : wanted[0];
}

// -- the route and its values ---------------------------------------------------------

function routeOf(path) {
  return app.routes.find(({ rule }) => rule === path);
}

// Fields for the values of a rule's converters; those that are there keep their values.
function showArguments() {
  const route = routeOf(field("path").value);
  const known = new Map([...document.querySelectorAll("#arguments input")].map((each) => [each.name, each.value]));
  const fields = (route ? route.arguments : []).map(({ name, converter, value }, index) =>
    element("p", { class: "field" },
      element("label", { for: `argument${index}` }, `${name} `, element("span", { class: "small" }, `(${converter})`)),
      element("input", { id: `argument${index}`, name, "data-converter": converter,
        value: known.get(name) ?? value, spellcheck: "false", required: "" })));
  field("arguments").replaceChildren(...fields);
  field("arguments").hidden = fields.length === 0;
}

function pathOf(rule) {
  const inputs = document.querySelectorAll("#arguments input");
  let index = 0;
  return rule.replace(/<[^<>]+>/g, (found) => {
    const input = inputs[index++];
    if (!input) return found;
    const value = encodeURIComponent(input.value);
    return input.dataset.converter === "path" ? value.replaceAll("%2F", "/") : value;
  });
}

function urlOf() {
  const path = field("path").value.trim();
  const route = routeOf(path);
  const target = route ? pathOf(path) : path;
  if (/^https?:\/\//i.test(target)) return target;
  return (route ? route.base : facts.app) + (target.startsWith("/") ? target : `/${target}`);
}

// -- reading and filling --------------------------------------------------------------

function headersOf(text) {
  return text.split("\n").filter((line) => line.trim() !== "").map((line) => {
    const colon = line.indexOf(":");
    return colon < 0 ? [line.trim(), ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
}

// What the fields hold, as it is kept in the address while another page of the lab is opened.
function fieldsNow() {
  const values = {};
  for (const id of ["origin", "free", "method", "other-method", "path", "kind", "headers", "body-type", "body"]) {
    values[id] = field(id).value;
  }
  values.credentials = field("credentials").checked;
  values.arguments = [...document.querySelectorAll("#arguments input")].map(({ name, value }) => [name, value]);
  return values;
}

function fillFields(values) {
  for (const [id, value] of Object.entries(values)) {
    if (typeof value === "string" && field(id)) field(id).value = value;
  }
  field("credentials").checked = values.credentials === true;
  showArguments();
  for (const [name, value] of Array.isArray(values.arguments) ? values.arguments : []) {
    const input = [...document.querySelectorAll("#arguments input")].find((each) => each.name === name);
    if (input) input.value = value;
  }
  showFields();
}

function showFields() {
  field("free-field").hidden = field("origin").value !== OTHER;
  field("free").required = field("origin").value === OTHER;
  field("other-method-field").hidden = field("method").value !== OTHER;
  field("body-field").hidden = field("body-type").value === "";
  const isForm = field("kind").value === "form";
  field("credentials").disabled = isForm;
  field("headers").disabled = isForm;
  if (field("headers").value || field("body-type").value) field("more-fields").open = true;
}

function fillFrom({ method = "GET", path, headers = {}, credentials = false, body = "", kind = "cors", type = "" }) {
  const isListed = METHODS.includes(method);
  const given = Object.entries(headers);
  fillFields({
    method: isListed ? method : OTHER,
    "other-method": isListed ? "" : method,
    path,
    kind,
    headers: given.map(([name, value]) => `${name}: ${value}`).join("\n"),
    credentials,
    body,
    "body-type": type || (body ? "application/json" : ""),
  });
}

function requestNow() {
  const method = field("method").value === OTHER ? field("other-method").value.trim() : field("method").value;
  const bodyType = field("body-type").value;
  const kind = field("kind").value;
  const headers = kind === "form" ? [] : headersOf(field("headers").value);
  const has = (name) => headers.some(([each]) => each.toLowerCase() === name);
  // The browser writes the type of a text by itself.
  if (kind !== "form" && bodyType && bodyType !== "text/plain" && !has("content-type")) {
    headers.push(["Content-Type", bodyType === FORM_TYPES[1] ? "multipart/form-data; boundary=lab" : bodyType]);
  }
  const text = bodyType === "" ? "" : field("body").value;
  return {
    url: urlOf(),
    method: kind === "form" && method !== "GET" ? "POST" : method,
    headers,
    body: kind !== "form" && bodyType === FORM_TYPES[1] ? multipart(text) : text,
    bodyType,
    credentials: kind === "form" || field("credentials").checked,
    kind,
  };
}

function multipart(text) {
  const parts = [...new URLSearchParams(text)].map(([name, value]) =>
    `--lab\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  return `${parts.join("")}--lab--\r\n`;
}
