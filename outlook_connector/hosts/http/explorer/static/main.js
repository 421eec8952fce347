// Starts the page: the connection's choice, the catalogue, and the operation that the address names (#messages.list).

import { get, key, Refused } from "./api.js";
import { catalogueView } from "./catalogue.js";
import { connectionBar } from "./connections.js";
import { byId, element, fill } from "./dom.js";
import { operationView } from "./operation.js";
import { problemView } from "./problem.js";

const content = byId("content");
const bar = connectionBar(reload);
const catalogue = catalogueView();
let shownName = null;
let view = null;

/** Reads everything anew: another connection may allow other operations, and another key may open the host. What was
 * typed into an operation's form stays. */
async function reload() {
  try {
    const listed = await get("operations", bar.chosen());
    const triggers = listed.triggers.map((one) => ({ ...one, trigger: true, effect: "read" }));
    catalogue.show([...listed.operations, ...triggers]);
    if (view) return view.moved();
    shownName = null;
    await route();
  } catch (refused) {
    told(refused);
  }
}

/** Shows what the address names. */
async function route() {
  const name = decodeURIComponent(location.hash.slice(1));
  if (name === shownName) return;
  shownName = name;
  view = null;
  const entry = catalogue.entry(name);
  document.body.dataset.view = name ? "operation" : "start";
  catalogue.mark(name);
  if (!name) return start();
  document.title = `${entry?.title ?? name} - Outlook connector`;
  try {
    const whole = await get(
      `${entry?.trigger ? "triggers" : "operations"}/${encodeURIComponent(name)}`,
      bar.chosen(),
    );
    if (shownName !== name) return;
    const shown = await operationView(content, { ...entry, ...whole }, bar);
    if (shownName === name) view = shown;
  } catch (refused) {
    told(refused);
  }
}

function start() {
  document.title = "Outlook connector";
  const steps = [
    "Connect a mailbox: choose a connection above, and sign in where it says so.",
    "Find an operation, fill its form, and run it.",
    "Copy the same call into your flow: curl, Python, command line or WSO2.",
  ];
  const list = element("ol", {}, ...steps.map((step) => element("li", {}, step)));
  const words = "Every operation of the connector, with a form, an answer and a call to copy.";
  const openapi = element("a", { href: "openapi.json" }, "OpenAPI description");
  fill(
    content,
    element(
      "div",
      { class: "start" },
      element("h1", {}, "What should the mailbox do?"),
      element("p", {}, words),
      list,
      element("p", {}, openapi),
    ),
  );
}

function told(refused) {
  if (!(refused instanceof Refused)) throw refused;
  shownName = view = null;
  fill(content, problemView(refused.error, { heading: "h1" }));
  if (refused.error.code === "wrongKey") bar.askForKey();
}

window.addEventListener("hashchange", async () => {
  if (location.hash === "#content") return;
  await route();
  if (location.hash) content.focus();
});

document.querySelector("[data-skip]").addEventListener("click", (event) => {
  event.preventDefault();
  content.focus();
});

byId("key-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  key.set(byId("key").value.trim());
  await bar.refresh();
  await reload();
});

await bar.refresh();
await reload();
