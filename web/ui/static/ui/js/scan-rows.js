/* The rows of the scan queue: one at once for each scan, showing its state, until the server's own row takes its place. */
(() => {
  class ScanRows {
    constructor(form) {
      this.form = form;
      this.rows = new Map();
    }

    get place() { return document.querySelector(this.form.dataset.scanTarget || "[data-scan-rows]"); }

    get #atEnd() { return this.place?.dataset.scanOrder === "append"; }

    /** Show a row for the entry; a command shows one only when it fails. */
    add(entry) {
      const template = this.form.querySelector("template[data-scan-queued]")
        || document.querySelector("template[data-scan-queued]");
      const row = template?.content.firstElementChild.cloneNode(true);
      if (!row || !this.place) return;
      for (const slot of row.querySelectorAll("[data-scan-value]")) {
        slot.textContent = slot.classList.contains("visually-hidden") ? ` ${entry.value}` : entry.value;
      }
      row.hidden = Boolean(entry.command);
      row.scanEntry = entry;
      this.rows.set(entry.id, row);
      this.#insert(row);
      this.#number(entry, row);
      this.show(entry);
    }

    #insert(row) {
      if (this.#atEnd) this.place.append(row);
      else this.place.prepend(row);
    }

    /** The number of a scan in its list: one more than those that came before it. */
    numberOf(entry) {
      const row = this.rows.get(entry.id);
      if (!row?.isConnected) return 0;
      const all = [...this.place.children].filter((child) => !child.matches(".detail, [hidden], [data-uncounted]"));
      const index = all.indexOf(row);
      return this.#atEnd ? index + 1 : all.length - index;
    }

    #number(entry, row) {
      const slot = row.querySelector("[data-scan-number]");
      if (slot && !row.hidden) slot.textContent = this.numberOf(entry);
    }

    /** Show the state of the entry in its row. */
    show(entry) {
      const row = this.rows.get(entry.id);
      if (!row) return;
      const failed = !["queued", "sending"].includes(entry.state);
      const waits = ["busy", "outdone"].includes(entry.state);
      for (const part of row.querySelectorAll("[data-scan-state]")) part.hidden = part.dataset.scanState !== entry.state;
      row.querySelector("[data-scan-retry]")?.toggleAttribute("hidden", !failed);
      row.querySelector("[data-scan-aside]")?.toggleAttribute("hidden", !failed || entry.state === "aside");
      row.querySelector("[data-scan-remove]")?.toggleAttribute("hidden", !["queued", "aside"].includes(entry.state));
      row.dataset.kind = failed && !waits ? "stop" : "wait";
      row.classList.toggle("is-open", failed && !waits);
      if (failed) row.hidden = false;
    }

    /** Put the server's rows where the queued one stood; without any the queued row just goes. */
    replace(entry, fragment) {
      const row = this.rows.get(entry.id);
      this.rows.delete(entry.id);
      const fresh = [...fragment.children];
      if (!row) return fresh;
      if (!row.isConnected) this.#insert(row);
      row.replaceWith(...fresh);
      return fresh;
    }

    remove(entry) {
      this.rows.get(entry.id)?.remove();
      this.rows.delete(entry.id);
    }

    /** Bring back the rows of waiting scans after an answer has replaced the whole list. */
    keep() {
      if (!this.place) return;
      for (const row of this.rows.values()) {
        if (row.isConnected) continue;
        this.#insert(row);
        this.#number(row.scanEntry, row);
      }
    }
  }

  window.libsys = window.libsys || {};
  window.libsys.ScanRows = ScanRows;
})();
