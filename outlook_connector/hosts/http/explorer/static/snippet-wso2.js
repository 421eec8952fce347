// The call as WSO2's Micro Integrator writes it, with the connector that `outlook-connector export wso2` makes: every
// parameter is a text; lists and objects are JSON, and an object stands in single quotes, since the Micro Integrator
// takes what stands in braces for an expression.

export function wso2(call) {
  const name = (call.trigger ? "poll_" : "") + call.name.replaceAll(".", "_");
  const given = Object.entries(call.input).map(
    ([parameter, value]) => `    <${parameter}>${escaped(parameterText(value))}</${parameter}>`,
  );
  return [
    `<outlook.${name} configKey="OUTLOOK_CONNECTION">`,
    ...given,
    "    <responseVariable>answer</responseVariable>",
    "    <overwriteBody>false</overwriteBody>",
    `</outlook.${name}>`,
  ].join("\n");
}

function parameterText(value) {
  if (typeof value !== "object") return String(value);
  return Array.isArray(value) && value.every((one) => typeof one !== "object")
    ? JSON.stringify(value)
    : `'${JSON.stringify(value)}'`;
}

function escaped(text) {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#13;");
}
