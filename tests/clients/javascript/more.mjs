// Scenarios of batches, changes, rules and subscriptions.
import { BatchRequestContent, BatchResponseContent } from "@microsoft/microsoft-graph-client";
import { order } from "./running.mjs";
import { me } from "./session.mjs";
import { sendTo } from "./writing.mjs";

const service = new URL(order.graphUrl);

async function batch(requests) {
  const steps = Object.entries(requests).map(([id, request]) => ({ id, request }));
  const content = await new BatchRequestContent(steps).getContent();
  return new BatchResponseContent(await me.api("/$batch").post(content)).getResponses();
}

// Addresses have no version: the client strips the host alone, and Graph takes what is left for a path.
export async function batching() {
  const to = (path, options) => new Request(`${service.origin}${path}`, options);
  const parts = await batch({
    folder: to("/me/mailFolders/inbox"),
    flag: to(`/me/messages/${order.report}`, {
      method: "PATCH",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ categories: ["Batch"] }),
    }),
    missing: to(`/me/messages/${order.report.slice(0, -8)}AAAAAAA=`),
  });
  const bodies = {};
  for (const [id, part] of parts) bodies[id] = await part.json();
  const whole = await batch({ whole: new Request(`${order.graphUrl}/me/mailFolders/inbox`) });
  return {
    statuses: Object.fromEntries([...parts].map(([id, part]) => [id, part.status])),
    bodies: Object.keys(bodies).sort(),
    folder: bodies.folder.displayName,
    categories: bodies.flag.categories,
    whole: Object.fromEntries([...whole].map(([id, part]) => [id, part.status])),
  };
}

// All pages of one round of delta, and the link to the next.
async function rounds(url) {
  const rows = [];
  for (;;) {
    const page = await me.api(url).get();
    for (const found of page.value) {
      rows.push({ id: found.id, subject: found.subject ?? null, removed: "@removed" in found });
    }
    if (page["@odata.deltaLink"]) return [rows, page["@odata.deltaLink"]];
    url = page["@odata.nextLink"];
  }
}

export async function changing() {
  const folder = await me.api("/me/mailFolders").post({ displayName: order.subjects.delta });
  const messages = `/me/mailFolders/${folder.id}/messages`;
  const first = await me.api(messages).post({ subject: "first" });
  const [begin, link] = await rounds(`${messages}/delta`);
  const second = await me.api(messages).post({ subject: "second" });
  await me.api(`/me/messages/${first.id}`).delete();
  const [changes, next] = await rounds(link);
  const [quiet] = await rounds(next);
  return { first: first.id, second: second.id, begin, changes, quiet };
}

export async function ruling() {
  const subject = order.subjects.rules;
  const rules = "/me/mailFolders/inbox/messageRules";
  const made = await me.api(rules).post({
    displayName: subject,
    sequence: 2,
    isEnabled: true,
    conditions: { subjectContains: [subject] },
    actions: { assignCategories: ["By rule"], markAsRead: true },
  });
  await sendTo(subject, order.user);
  const changed = await me.api(`${rules}/${made.id}`).patch({ displayName: `${subject}, renamed` });
  const names = async () => (await me.api(rules).get()).value.map((rule) => rule.displayName);
  const listed = await names();
  await me.api(`${rules}/${made.id}`).delete();
  return { listed, name: changed.displayName, left: await names(), sequence: made.sequence };
}

export async function subscribing() {
  const subject = order.subjects.subscriptions;
  const inAnHour = Date.now() + 3600_000;
  const made = await me.api("/subscriptions").post({
    changeType: "created",
    notificationUrl: order.webhook,
    resource: "me/mailFolders('Inbox')/messages",
    expirationDateTime: new Date(inAnHour).toISOString(),
    clientState: subject,
  });
  await sendTo(subject, order.user);
  const one = me.api(`/subscriptions/${made.id}`);
  const later = new Date(Date.parse(made.expirationDateTime) + 3600_000).toISOString();
  const renewed = await one.patch({ expirationDateTime: later });
  const ids = async () => (await me.api("/subscriptions").get()).value.map((found) => found.id);
  const listed = await ids();
  const read = await me.api(`/subscriptions/${made.id}`).get();
  await me.api(`/subscriptions/${made.id}`).delete();
  return {
    id: made.id,
    listed,
    left: await ids(),
    renewedBy: (Date.parse(renewed.expirationDateTime) - Date.parse(made.expirationDateTime)) / 1000,
    resource: read.resource,
  };
}
