// A sandboxed frame, whose origin is null: sends what the page that frames it asks for.
"use strict";

window.addEventListener("message", async ({ source, data, ports }) => {
  if (source === window.parent) ports[0].postMessage(await send(data));
});
