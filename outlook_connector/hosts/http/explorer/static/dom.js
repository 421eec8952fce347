// Elements whose content is text, whatever it holds: what comes from a mailbox never becomes HTML.

/** An element with these attributes ("on…" a listener, true an empty attribute, null or false none) and children. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

/** The page's element with this id. */
export const byId = (id) => document.getElementById(id);

/** Puts `children` in the place of what `parent` holds. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.filter((one) => one !== null && one !== undefined && one !== false));
}
