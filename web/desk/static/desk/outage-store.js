/* Where the browser keeps scans that the server hasn't answered: IndexedDB, in the order of the scans. Where a browser
   refuses it (a private window, a full disk) they live as long as the page, and the page says so. */
(() => {
  const NAME = "desk-outage";
  const TABLE = "scans";

  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  class OutageStore {
    #opening = null;

    isLasting = true;

    #open() {
      this.#opening ||= new Promise((resolve, reject) => {
        const request = indexedDB.open(NAME, 1);
        request.onupgradeneeded = () => {
          request.result.createObjectStore(TABLE, { keyPath: "order", autoIncrement: true });
        };
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      return this.#opening;
    }

    async #table(mode) {
      const database = await this.#open();
      return database.transaction(TABLE, mode, { durability: "strict" }).objectStore(TABLE);
    }

    /** Everything that's kept, the oldest first. */
    async all() {
      try {
        return await done((await this.#table("readonly")).getAll());
      } catch {
        this.isLasting = false;
        return [];
      }
    }

    /** Keep one; its `order`, by which it's removed, is set then. Called one after the other, they keep their order. */
    async add(record) {
      try {
        const { key: _key, ...plain } = record;
        record.order = await done((await this.#table("readwrite")).add(plain));
      } catch {
        this.isLasting = false;
      }
    }

    async remove(record) {
      if (record.order === undefined) return;
      try {
        await done((await this.#table("readwrite")).delete(record.order));
      } catch { /* Sent again, the server knows its id. */ }
    }
  }

  window.libsys = window.libsys || {};
  window.libsys.OutageStore = OutageStore;
})();
