// Scenarios that read.
import { GraphError, PageIterator, ResponseType } from "@microsoft/microsoft-graph-client";
import { order } from "./running.mjs";
import { application, me } from "./session.mjs";

// What the scenarios compare of a message.
const row = (message) => ({
  id: message.id,
  subject: message.subject,
  from: message.from.emailAddress.address,
  received: Date.parse(message.receivedDateTime) / 1000,
  unread: !message.isRead,
  importance: message.importance,
});

const rows = (page) => ({ rows: page.value.map(row) });

export async function listing() {
  return rows(await me.api("/me/mailFolders/inbox/messages").top(5).orderby("receivedDateTime desc").get());
}

export async function paging() {
  const page = await me.api("/me/mailFolders/inbox/messages").top(20).select("id").get();
  const ids = [];
  const keep = (message) => Boolean(ids.push(message.id));
  await new PageIterator(me, page, keep).iterate();
  return { ids };
}

export async function filtering() {
  return rows(await me.api("/me/messages").filter("importance eq 'high' and isRead eq false").top(50).get());
}

export async function searching() {
  return rows(await me.api("/me/messages").search('"subject:lunch"').top(50).get());
}

export async function mime() {
  const content = await me.api(`/me/messages/${order.report}/$value`).responseType(ResponseType.TEXT).get();
  const [head] = content.split("\r\n\r\n", 1);
  return {
    subject: /^Subject: (.*)$/m.exec(head)[1].trim(),
    files: [...content.matchAll(/^Content-Disposition: attachment;\s+filename="?([^"\r\n]+)/gm)].map((found) => found[1]),
  };
}

// The mailbox of a person, read by the application with a token of its own.
export async function byApplication() {
  return rows(await application().api(`/users/${order.user}/mailFolders/inbox/messages`).top(1).get());
}

// Ids that stay, as a header asks for.
export async function immutable() {
  const report = `/me/messages/${order.report}`;
  const get = (path) => me.api(path).header("Prefer", 'IdType="ImmutableId"').get();
  const files = (await get(`${report}/attachments`)).value;
  return { id: (await get(report)).id, attachments: files.map((file) => file.id) };
}

// Sent Items, whose first reading the sandbox refuses with 429.
export async function throttled() {
  return { name: (await me.api("/me/mailFolders/sentitems").get()).displayName };
}

// What the client makes of an error.
export async function refusal() {
  try {
    await me.api(`/me/messages/${order.report.slice(0, -8)}AAAAAAA=`).get();
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return { status: error.statusCode, code: error.code, message: error.message };
  }
  return {};
}
