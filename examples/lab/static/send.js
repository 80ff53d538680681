// Sends one request as the script of any page would, and says what that script learns: a
// response, or a TypeError without a reason. The lab's page and its frames use this.
"use strict";

async function send(api, { method, path, headers, credentials }, run) {
  try {
    const url = new URL(path, api);
    url.searchParams.set("run", run);
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
