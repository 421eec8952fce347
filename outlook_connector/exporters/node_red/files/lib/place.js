"use strict";
// Where a trigger's node is among the events: the cursor of the last answer, kept in the node's context. It belongs to
// one input; with another, the node begins anew.

const KEY = "place";

class Place {
    #context;
    #takesSince;
    #kept;
    #begun;

    constructor(context, kind) {
        this.#context = context;
        this.#takesSince = kind.inputs.some((one) => one.name === "since");
    }

    /** The input of the next poll. */
    next(input) {
        const of = JSON.stringify(input);
        const kept = this.#context.get(KEY);
        this.#kept = kept && kept.of === of ? kept : { of };
        this.#begun = new Date().toISOString();
        if (this.#kept.cursor) {
            return { ...input, cursor: this.#kept.cursor };
        }
        return this.#kept.since ? { ...input, since: this.#kept.since } : input;
    }

    /** The events of an answer have been passed on. */
    took(answer) {
        this.#keep({ of: this.#kept.of, cursor: answer.cursor, at: this.#begun });
    }

    /** The host knows the cursor no more: on from the last poll that went well. What came since then may come again. */
    lost() {
        const since = this.#takesSince ? this.#kept.at : undefined;
        this.#keep({ of: this.#kept.of, since });
    }

    #keep(kept) {
        this.#context.set(KEY, kept);
    }
}

module.exports = { Place };
