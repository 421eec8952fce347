// Attaching a file of the person's own: the host keeps it for an hour and says by which path an attachment names it.

import { Refused, upload } from "./api.js";
import { element } from "./dom.js";
import { problemView } from "./problem.js";

/** A field for files, where the operation takes attachments, else null; `add({path, name})` is told of each. */
export function attachField(entry, add) {
  const { attachment, attachments } = entry.inputSchema.properties ?? {};
  if (!attachment && !attachments) return null;
  const told = element("div", { role: "status", class: "hint" });
  const field = element("input", {
    type: "file",
    id: "attach",
    multiple: Boolean(attachments),
    onchange: take,
  });

  async function take() {
    try {
      for (const file of field.files) {
        told.replaceChildren(`Bringing ${file.name} to the host …`);
        const kept = await upload(file);
        add({ path: kept.path, name: file.name });
        told.replaceChildren(`${file.name} is attached; the host keeps it for an hour.`);
      }
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      told.replaceChildren(problemView(refused.error));
    }
    field.value = "";
  }

  return element(
    "div",
    { class: "attach" },
    element("label", { for: "attach" }, "Attach a file"),
    field,
    told,
  );
}
