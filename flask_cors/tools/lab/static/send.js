// Sends one request as any page would, and says what the page's script learns of it.
// The lab's page and its sandboxed frame use this.
"use strict";

const MOST_OF_BODY = 4000;
const FORM_SECONDS = 15;

function send(request) {
  return request.kind === "form" ? sendForm(request) : sendFetch(request);
}

async function sendFetch({ url, method, headers, body, credentials, kind }) {
  let request;
  try {
    const init = { method, headers, credentials: credentials ? "include" : "same-origin" };
    if (kind === "no-cors") init.mode = "no-cors";
    if (body !== "") init.body = body;
    request = new Request(url, init);
  } catch (error) {
    // Not sent at all, and the exception says why.
    return { kind: "invalid", error: String(error) };
  }
  try {
    const response = await fetch(request);
    if (response.type === "opaque") return { kind: "opaque" };
    const { status, redirected } = response;
    const text = await response.text().catch(() => "");
    return { kind: "readable", status, redirected, headers: [...response.headers], body: text.slice(0, MOST_OF_BODY) };
  } catch (error) {
    // A script learns no reason, by design of the Fetch standard.
    return { kind: "blocked", error: String(error) };
  }
}

// A form that is sent into a frame: what comes back is shown there, and the page cannot read it.
function sendForm({ url, method, body, bodyType }) {
  const frame = document.createElement("iframe");
  frame.name = `form${Math.random()}`;
  frame.hidden = true;
  frame.title = "The answer to a form";
  frame.setAttribute("sandbox", "");
  document.body.append(frame);
  const form = document.createElement("form");
  form.action = url;
  form.method = method;
  form.target = frame.name;
  form.enctype = bodyType || "application/x-www-form-urlencoded";
  form.hidden = true;
  for (const [name, value] of new URLSearchParams(body)) {
    const input = document.createElement("input");
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(late);
      frame.remove();
      form.remove();
      resolve({ kind: "sent" });
    };
    const late = setTimeout(done, FORM_SECONDS * 1000);
    // An empty frame may load once before it is navigated.
    form.submit();
    frame.addEventListener("load", done);
  });
}
