import js from "@eslint/js";

const node = { require: "readonly", module: "writable", Buffer: "readonly", fetch: "readonly", setTimeout: "readonly" };
const web = { AbortController: "readonly", AbortSignal: "readonly", clearTimeout: "readonly" };

export default [
    js.configs.recommended,
    { files: ["**/*.js"], languageOptions: { sourceType: "commonjs", globals: { ...node, ...web } } },
    { files: ["**/editor.js"], languageOptions: { sourceType: "script", globals: { RED: "readonly", $: "readonly" } } },
];
