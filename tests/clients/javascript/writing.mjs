// Scenarios that write.
import { FileUpload, LargeFileUploadTask, ResponseType } from "@microsoft/microsoft-graph-client";
import { digest, largeFile, order } from "./running.mjs";
import { me } from "./session.mjs";

const PIECE = 4 * 1024 * 1024;

export function sendTo(subject, address) {
  const body = { contentType: "text", content: "Written by a client of others." };
  const toRecipients = [{ emailAddress: { address } }];
  return me.api("/me/sendMail").post({ message: { subject, body, toRecipients } });
}

export async function sending() {
  await sendTo(order.subjects.send, order.other);
  return {};
}

export async function replying() {
  await me.api(`/me/messages/${order.thread}/reply`).post({ comment: order.subjects.reply });
  return {};
}

export async function moving() {
  const moved = await me.api(`/me/messages/${order.newsletter}/move`).post({ destinationId: "archive" });
  return { id: moved.id, folder: moved.parentFolderId };
}

// By the client's own task; its pieces are made smaller than its default of 5 MB, of which Outlook takes 4.
export async function attaching() {
  const content = largeFile();
  const draft = await me.api("/me/messages").post({ subject: order.subjects.attachment });
  const attachments = `/me/messages/${draft.id}/attachments`;
  const session = await LargeFileUploadTask.createUploadSession(me, `${attachments}/createUploadSession`, {
    AttachmentItem: { attachmentType: "file", name: "large.bin", size: content.length },
  });
  const file = new FileUpload(content, "large.bin", content.length);
  const uploaded = await new LargeFileUploadTask(me, file, session, { rangeSize: PIECE }).upload();
  const [held] = (await me.api(attachments).select("id,name").get()).value;
  const raw = await me.api(`${attachments}/${held.id}/$value`).responseType(ResponseType.ARRAYBUFFER).get();
  return { draft: draft.id, name: held.name, location: uploaded.location, ...digest(Buffer.from(raw)) };
}

export async function sendingMime() {
  const text = [
    `To: ${order.other}`,
    `Subject: ${order.subjects.sendMime}`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "",
    "Grüße",
    "",
  ].join("\r\n");
  await me.api("/me/sendMail").header("Content-Type", "text/plain").post(Buffer.from(text).toString("base64"));
  return {};
}
