// A frame of another origin: sends what the lab's page asks for, from its own origin.
"use strict";

const { api, pages } = JSON.parse(document.getElementById("sender").textContent);

window.addEventListener("message", async ({ origin, data, ports }) => {
  if (!pages.includes(origin)) return;
  ports[0].postMessage(await send(api, data.request, data.run));
});
