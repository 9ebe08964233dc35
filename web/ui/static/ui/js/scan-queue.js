/* The scan queue, without the page: takes entries at any speed, sends them one at a time in the order they came, keeps
   each until the server has answered it, and stops at one that failed, so that nothing is lost, doubled or out of order.

   entry: { id, value, command, at, state, tries }      state: queued, sending, done, offline, broken, login, locked, busy, outdone,
     aside (busy: we send too much; outdone: another desk was at it in the same moment)
   send(entry) → { ok: true, … } or { ok: false, state: "offline" | "broken" | "login" | "busy" | "outdone", wait: seconds } */
(() => {
  // An answer that never came may have been given: the same id again is safe, so waiting failures repeat by themselves.
  const PATIENCE = [2, 4, 8, 15, 30];
  const REPEATS = new Set(["offline", "busy", "outdone"]);

  class ScanQueue {
    constructor({ send, changed, answered }) {
      this.send = send;
      this.changed = changed;
      this.answered = answered;
      this.waiting = [];
      this.aside = new Set();
      this.busy = false;
      this.timer = 0;
    }

    /** Count what the server has not answered yet. */
    get size() { return this.waiting.length + this.aside.size; }

    get stopped() { return this.waiting.length > 0 && !["queued", "sending"].includes(this.waiting[0].state); }

    /** Say whether only a person can get it going again. */
    get needsSomebody() { return this.waiting.every((entry) => ["broken", "login", "locked"].includes(entry.state)); }

    /** Take an entry at the end of the queue. */
    add(entry) {
      entry.state = "queued";
      entry.tries = 0;
      this.waiting.push(entry);
      this.changed(entry);
      this.#next();
    }

    /** Send a failed entry again, with the same id: at its place in the queue, or at the end when it was set aside. */
    retry(entry) {
      clearTimeout(this.timer);
      if (this.aside.delete(entry)) this.waiting.push(entry);
      if (entry.state === "sending" || !this.waiting.includes(entry)) return;
      this.#set(entry, "queued");
      this.#next();
    }

    /** Let the others go on before a failed entry; it stays in view until it's sent again or removed. */
    setAside(entry) {
      if (entry.state === "sending") return;
      this.#drop(entry);
      this.aside.add(entry);
      this.#set(entry, "aside");
      this.#next();
    }

    /** Take back an entry that isn't on its way. Returns whether it was taken back. */
    remove(entry) {
      if (entry.state === "sending") return false;
      this.#drop(entry);
      this.aside.delete(entry);
      this.#next();
      this.changed(entry);
      return true;
    }

    /** Go on at once: the network is back, or somebody pressed the key. */
    resume() {
      if (this.stopped) this.retry(this.waiting[0]);
    }

    /** Hand over everything that waits, in its order: somebody else sees to it from now on. */
    drain() {
      clearTimeout(this.timer);
      return this.waiting.splice(0);
    }

    #drop(entry) {
      clearTimeout(this.timer);
      const place = this.waiting.indexOf(entry);
      if (place >= 0) this.waiting.splice(place, 1);
    }

    #set(entry, state) {
      entry.state = state;
      this.changed(entry);
    }

    async #next() {
      const entry = this.waiting[0];
      if (this.busy || !entry || entry.state !== "queued") return;
      this.busy = true;
      entry.tries += 1;
      this.#set(entry, "sending");
      let answer;
      try {
        answer = await this.send(entry);
      } catch {
        answer = { ok: false, state: "offline" };
      }
      this.busy = false;
      if (answer.ok) {
        this.#drop(entry);
        entry.state = "done";
        this.answered(entry, answer);
        this.changed(entry);
      } else {
        this.#set(entry, answer.state);
        this.#repeatLater(entry, answer);
      }
      this.#next();
    }

    #repeatLater(entry, answer) {
      if (!REPEATS.has(answer.state)) return;
      const seconds = answer.wait || PATIENCE[Math.min(entry.tries, PATIENCE.length) - 1];
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        if (entry.state === answer.state) this.retry(entry);
      }, seconds * 1000);
    }
  }

  window.libsys = window.libsys || {};
  window.libsys.ScanQueue = ScanQueue;
})();
