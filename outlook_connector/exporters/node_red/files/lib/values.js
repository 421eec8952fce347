"use strict";
// An operation's input, of what a node's form holds. Every input has a value and a type: a value of its own, or where
// in the message or the context it is found. What is empty is left out.

const OWN = {
    choice: (value) => value,
    truth: (value) => value === "true",
};

/** The input as a JSON object: first what msg.payload holds, if it is asked for, then what the form says. */
async function inputOf(RED, node, kind, config, msg) {
    const given = config.fromPayload && isObject(msg.payload) ? { ...msg.payload } : {};
    for (const input of kind.inputs) {
        const value = await valueOf(RED, node, config[`in_${input.name}`], config[`in_${input.name}_type`], msg);
        if (value !== undefined && value !== null) {
            given[input.name] = input.kind === "texts" && !Array.isArray(value) ? [value] : value;
        }
    }
    return given;
}

async function valueOf(RED, node, value, type = "str", msg = {}) {
    if (value === undefined || value === "") {
        return undefined;
    }
    if (OWN[type]) {
        return OWN[type](value);
    }
    return new Promise((resolve, reject) => {
        RED.util.evaluateNodeProperty(value, type, node, msg, (error, found) => (error ? reject(error) : resolve(found)));
    });
}

function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

module.exports = { inputOf };
