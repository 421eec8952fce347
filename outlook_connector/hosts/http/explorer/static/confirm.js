// Asks before something is sent or deleted.

import { byId } from "./dom.js";

const WORDS = {
  send: ["This sends mail from the connected mailbox. It can't be taken back.", "Send"],
  delete: ["This removes something from the connected mailbox.", "Delete"],
};

/** Whether to go on; at once where the effect needs no question. */
export function confirmed(entry, connection) {
  const words = WORDS[entry.effect];
  if (!words) return Promise.resolve(true);
  const dialog = byId("confirm");
  byId("confirm-title").textContent = `${entry.title}?`;
  byId("confirm-text").textContent = connection ? `${words[0]} Connection: ${connection}.` : words[0];
  byId("confirm-yes").textContent = words[1];
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }),
  );
}
