// Finding an operation: pure functions over the catalogue's entries.

/** The entries that hold every word of `query` in their name, title or description, the best first. */
export function found(entries, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return entries;
  return entries
    .map((entry) => ({ entry, score: words.map((word) => score(entry, word)) }))
    .filter((one) => one.score.every((points) => points > 0))
    .map((one) => ({ entry: one.entry, points: one.score.reduce((sum, points) => sum + points) }))
    .sort((one, other) => other.points - one.points)
    .map((one) => one.entry);
}

const WEIGHTS = [
  ["name", 4],
  ["title", 4],
  ["description", 1],
];

function score(entry, word) {
  return WEIGHTS.reduce(
    (sum, [field, weight]) => sum + weight * points(String(entry[field] ?? "").toLowerCase(), word),
    0,
  );
}

/** 2 where a word begins so, 1 where it stands within. */
function points(text, word) {
  const at = text.indexOf(word);
  if (at < 0) return 0;
  return at === 0 || /[^a-z0-9]/.test(text[at - 1]) ? 2 : 1;
}

const LAST = ["auth", "graph"];

/** `[[noun, entries], ...]` in the order of their first, but what is seldom looked for last; triggers are a group. */
export function grouped(entries) {
  const groups = new Map();
  for (const entry of entries) {
    const noun = entry.trigger ? "triggers" : entry.name.split(".")[0];
    groups.set(noun, [...(groups.get(noun) ?? []), entry]);
  }
  const late = ([noun]) => LAST.indexOf(noun) + 1;
  return [...groups].sort((one, other) => late(one) - late(other));
}

/** "automaticReplies" as people write it: "Automatic replies". */
export function spoken(name) {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
