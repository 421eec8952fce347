"use strict";
// The connector's HTTP host: outlook-connector serve.

class HostError extends Error {
    /** details: {error, code, message, retryable, details}, as the host tells every error. */
    constructor(statusCode, details) {
        super(details.message || `The host answered with the status ${statusCode}.`);
        this.name = details.error || "HostError";
        this.code = details.code;
        this.statusCode = statusCode;
        this.details = details;
    }
}

/** What fetch tells where the request has not left; after anything else the host may have it. */
const UNSENT = new Set([
    "ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT", "ERR_INVALID_URL",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

class Host {
    #url;
    #headers;
    #timeout;
    #closing = new AbortController();

    constructor({ url, connection, timeout }, apiKey) {
        this.#url = String(url || "").replace(/\/+$/, "");
        this.#timeout = Math.max(1, Number(timeout) || 120) * 1000;
        this.#headers = { "Content-Type": "application/json", Accept: "application/json" };
        if (apiKey) {
            this.#headers["X-API-Key"] = apiKey;
        }
        if (connection) {
            this.#headers["X-Connection"] = connection;
        }
    }

    /**
     * The answer's JSON. Nothing is sent twice, and no redirect is followed: the key is for this host alone. Where an
     * answer is lost, only what reads may be repeated.
     */
    async post({ path, reads }, input) {
        const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#timeout)]);
        const asked = { method: "POST", headers: this.#headers, body: JSON.stringify(input), redirect: "error", signal };
        let answer;
        let text;
        try {
            answer = await fetch(this.#url + path, asked);
            text = await answer.text();
        } catch (error) {
            throw this.#unreached(error, reads);
        }
        const body = parsed(text);
        if (answer.status !== 200 || body === undefined) {
            throw new HostError(answer.status, (body && body.error) || {});
        }
        return body;
    }

    close() {
        this.#closing.abort();
    }

    #unreached(error, reads) {
        const late = error.name === "TimeoutError";
        const cause = error.cause || {};
        const why = late ? `no answer in ${this.#timeout / 1000} s` : cause.code || cause.message || error.message;
        const unsent = UNSENT.has(cause.code) || /CERT/.test(cause.code) || cause.message === "bad port";
        if (unsent || reads) {
            const message = `The host at ${this.#url} was not reached: ${why}.`;
            const code = late ? "timeout" : "notReached";
            return new HostError(undefined, { error: "TransportError", code, message, retryable: true, details: {} });
        }
        const message = `The host at ${this.#url} did not answer: ${why}. What was asked for may have been done or not.`;
        const check = "Look in the mailbox before you repeat it.";
        const told = { error: "OutcomeUnknown", code: "outcomeUnknown", message, retryable: false, details: { check } };
        return new HostError(undefined, told);
    }
}

function parsed(text) {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

module.exports = { Host, HostError };
