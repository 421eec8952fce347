// The bar's right end: which connection, whether a person has signed in, and the way to do so.

import { get, key, Refused } from "./api.js";
import { byId, element, fill } from "./dom.js";

const CHOSEN = "outlook-connector-connection";

/** `chosen()` is the connection's name or null, `keyed()` whether the host asks for a key; `changed` is called when
 * another is chosen. */
export function connectionBar(changed) {
  const select = byId("connection");
  let connections = [];
  let keyed = Boolean(key.get());

  const chosen = () => select.value || null;
  const current = () => connections.find((one) => one.name === select.value);

  async function refresh() {
    try {
      ({ connections } = await get("connections"));
      keyed = Boolean(key.get());
      byId("key-form").hidden = !keyed;
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      if (refused.error.code === "wrongKey") keyed = true;
      connections = [];
    }
    choices();
    show();
  }

  function choices() {
    const wanted = select.value || sessionStorage.getItem(CHOSEN);
    fill(select, ...connections.map((one) => element("option", { value: one.name }, one.name)));
    const usual =
      connections.find((one) => one.name === wanted) ?? connections.find((one) => one.name === "default");
    if (usual) select.value = usual.name;
    select.closest(".bar-connection").hidden = connections.length === 0;
  }

  function show() {
    const one = current();
    byId("standing").textContent = one ? standing(one) : "";
    byId("standing").dataset.signedIn = String(one?.signedIn ?? "unknown");
    const button = byId("connect");
    button.hidden = !one || one.signedIn === null || one.signedIn === undefined;
    button.textContent = one?.signedIn ? "Change mailbox" : "Connect a mailbox";
    button.classList.toggle("quiet", Boolean(one?.signedIn));
  }

  select.addEventListener("change", () => {
    sessionStorage.setItem(CHOSEN, select.value);
    show();
    changed();
  });
  byId("connect").addEventListener("click", () => connect(chosen()));
  window.addEventListener("focus", refresh);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());

  return {
    chosen,
    refresh,
    keyed: () => keyed,
    several: () => connections.length > 1,
    connect: () => connect(chosen()),
    askForKey,
  };
}

function standing(one) {
  if (one.signedIn === true) return one.username ?? one.mailbox ?? "signed in";
  if (one.signedIn === false) return "no mailbox yet";
  return one.mailbox ?? one.auth ?? "";
}

/** Opens the host's page for signing in; where it asks for a key, the key goes along in the body of a form. */
function connect(name) {
  const action = `connect/${encodeURIComponent(name)}`;
  const secret = key.get();
  if (!secret) {
    window.open(action, "_blank", "noopener");
    return;
  }
  const field = element("input", { type: "hidden", name: "key", value: secret });
  const form = element("form", { method: "post", action, target: "_blank", rel: "noopener" }, field);
  document.body.append(form);
  form.submit();
  form.remove();
}

function askForKey() {
  byId("key-form").hidden = false;
  byId("key").focus();
}
