"use strict";
// The nodes: one for each operation, which calls it for every message; and one for each trigger, which asks for events
// from time to time and makes a message of each.

const CATALOGUE = require("./catalogue.json");
const { Host } = require("./lib/host");
const { Place } = require("./lib/place");
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
                msg.payload = await hostOf(connection).post(kind, input);
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
        const place = new Place(this.context(), kind);
        const pause = Math.max(1, Number(config.interval) || 60) * 1000;
        let timer;
        let closed = false;

        const poll = async () => {
            let wait = pause;
            try {
                const input = place.next(await inputOf(RED, this, kind, config, {}));
                const answer = await hostOf(connection).post(kind, input);
                if (closed) {
                    return;
                }
                for (const event of answer.value) {
                    this.send({ topic: kind.name, payload: event });
                }
                // Only now: what breaks before it is told again, with the same ids.
                place.took(answer);
                wait = answer.more ? 0 : pause;
                this.status({ fill: "green", shape: "dot", text: "watching" });
            } catch (error) {
                if (closed) {
                    return;
                }
                if (error.code === "cursorLost") {
                    place.lost();
                }
                const msg = { topic: kind.name };
                this.error(told(this, msg, error), msg);
            }
            timer = setTimeout(poll, wait);
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
