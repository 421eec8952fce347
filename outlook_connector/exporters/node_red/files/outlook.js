"use strict";
// The nodes: one for each operation, which calls it for every message; and one for each trigger, which asks for events
// from time to time and makes a message of each.

const CATALOGUE = require("./catalogue.json");
const { Host } = require("./lib/host");
const { inputOf } = require("./lib/values");

module.exports = function (RED) {
    function Connection(config) {
        RED.nodes.createNode(this, config);
        this.host = new Host(config, this.credentials.apiKey);
        this.on("close", () => this.host.close());
    }
    RED.nodes.registerType("outlook-connection", Connection, { credentials: { apiKey: { type: "password" } } });

    for (const kind of CATALOGUE.nodes) {
        RED.nodes.registerType(kind.type, kind.poll ? trigger(RED, kind) : operation(RED, kind));
    }
};

function operation(RED, kind) {
    return function Operation(config) {
        RED.nodes.createNode(this, config);
        const connection = RED.nodes.getNode(config.connection);
        this.on("input", async (msg, send, done) => {
            try {
                this.status({ fill: "blue", shape: "dot", text: "calling" });
                const input = await inputOf(RED, this, kind, config, msg);
                msg.payload = await hostOf(connection).post(kind.path, input);
                this.status({});
                send(msg);
                done();
            } catch (error) {
                done(told(this, msg, error));
            }
        });
    };
}

function trigger(RED, kind) {
    return function Trigger(config) {
        RED.nodes.createNode(this, config);
        const connection = RED.nodes.getNode(config.connection);
        const pause = Math.max(1, Number(config.interval) || 60) * 1000;
        let timer;
        let closed = false;

        const poll = async () => {
            let soon = false;
            const msg = {};
            try {
                const input = await inputOf(RED, this, kind, config, msg);
                const cursor = this.context().get("cursor");
                const answer = await hostOf(connection).post(kind.path, cursor ? { ...input, cursor } : input);
                if (closed) {
                    return;
                }
                for (const event of answer.value) {
                    this.send({ topic: kind.name, payload: event });
                }
                // Only now: what breaks before it is told again, with the same ids.
                this.context().set("cursor", answer.cursor);
                soon = answer.more;
                this.status({ fill: "green", shape: "dot", text: "watching" });
            } catch (error) {
                if (!closed) {
                    this.error(told(this, msg, error), msg);
                }
            }
            if (!closed) {
                timer = setTimeout(poll, soon ? 0 : pause);
            }
        };

        timer = setTimeout(poll, 0);
        this.on("close", () => {
            closed = true;
            clearTimeout(timer);
        });
    };
}

function hostOf(connection) {
    if (!connection) {
        throw new Error("No connection is chosen.");
    }
    return connection.host;
}

/** Shows the error at the node; a catch node finds the host's own words in msg.outlook. */
function told(node, msg, error) {
    node.status({ fill: "red", shape: "ring", text: error.code || "failed" });
    msg.outlook = { statusCode: error.statusCode, error: error.details };
    return error;
}
