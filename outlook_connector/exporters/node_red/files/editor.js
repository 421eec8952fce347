(function () {
    "use strict";

    const NODES = "NODES";
    const FOUND = ["msg", "flow", "global", "env", "jsonata"];
    const COLOR = "#a9cdec";
    const TRUTHS = [
        { value: "", label: "–" },
        { value: "true", label: "true" },
        { value: "false", label: "false" },
    ];
    const OWN = {
        text: () => ["str"],
        number: () => ["num"],
        json: () => ["json"],
        texts: () => ["json", "str"],
        truth: () => [{ value: "truth", label: "true or false", options: TRUTHS }],
        choice: (input) => [{ value: "choice", label: "one of", options: [{ value: "", label: "–" }, ...input.choices] }],
    };

    function name(types) {
        return types[0].value || types[0];
    }

    function defaultsOf(kind) {
        const defaults = {
            name: { value: "" },
            connection: { value: "", type: "outlook-connection", required: true },
        };
        if (kind.poll) {
            defaults.interval = { value: 60, required: true, validate: RED.validators.number() };
        } else {
            defaults.fromPayload = { value: false };
        }
        for (const input of kind.inputs) {
            const own = OWN[input.kind](input);
            const typeField = `in_${input.name}_type`;
            const found = function (value) {
                return Boolean(value) || !input.required || Boolean(this.fromPayload);
            };
            const fits = RED.validators.typedInput({ typeField, allowBlank: true, allowUndefined: true });
            defaults[`in_${input.name}`] = { value: "", validate: typeof own[0] === "string" ? both(found, fits) : found };
            defaults[typeField] = { value: name(own) };
        }
        return defaults;
    }

    function both(first, second) {
        return function (value, options) {
            const told = first.call(this, value, options);
            return told === true ? second.call(this, value, options) : told;
        };
    }

    function prepare(kind) {
        for (const input of kind.inputs) {
            const own = OWN[input.kind](input);
            const field = $(`#node-input-in_${input.name}`);
            field.typedInput({
                default: name(own),
                types: [...own, ...FOUND],
                typeField: $(`#node-input-in_${input.name}_type`),
            });
            field.typedInput("width", "70%");
        }
        $("#node-input-fromPayload").css("width", "auto");
    }

    RED.nodes.registerType("outlook-connection", {
        category: "config",
        defaults: {
            name: { value: "" },
            url: { value: "http://127.0.0.1:8080", required: true, validate: RED.validators.regex(/^https?:\/\/./) },
            connection: { value: "" },
            timeout: { value: 120, required: true, validate: RED.validators.number() },
        },
        credentials: { apiKey: { type: "password" } },
        label() {
            return this.name || this.connection || this.url;
        },
    });

    for (const kind of NODES) {
        RED.nodes.registerType(kind.type, {
            category: kind.category,
            color: COLOR,
            icon: "outlook.svg",
            inputs: kind.poll ? 0 : 1,
            outputs: 1,
            defaults: defaultsOf(kind),
            paletteLabel: kind.title,
            label() {
                return this.name || kind.title;
            },
            labelStyle() {
                return this.name ? "node_label_italic" : "";
            },
            oneditprepare() {
                prepare(kind);
            },
        });
    }
}());
