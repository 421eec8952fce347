// Asks before something is sent or deleted.

import { byId } from "./dom.js";

const WORDS = {
  send: ["Send?", "This sends mail from the connected mailbox. It can't be taken back.", "Send"],
  delete: ["Delete?", "This removes something from the connected mailbox.", "Delete"],
};

/** Whether to go on; at once where the effect needs no question. */
export function confirmed(entry, connection) {
  const words = WORDS[entry.effect];
  if (!words) return Promise.resolve(true);
  const dialog = byId("confirm");
  byId("confirm-title").textContent = words[0];
  byId("confirm-text").textContent = `${words[1]} ${entry.name}${connection ? `, connection ${connection}` : ""}.`;
  byId("confirm-yes").textContent = words[2];
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}
