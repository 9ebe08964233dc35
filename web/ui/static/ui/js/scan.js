/* The scan box: `<form data-scan-queue>` with one `[data-scan-box]`. Each Enter becomes an entry with an id of its own, the
   box is empty at once, and ScanQueue sends the entries in order. The protocol is described in web/ui/README.md. */
(() => {
  const TIMEOUT = 20_000;
  const { ScanQueue, ScanRows } = window.libsys;

  const freshId = () => crypto.randomUUID?.()
    // Plain http on a host that isn't localhost has no randomUUID.
    || [...crypto.getRandomValues(new Uint8Array(16))].map((part) => part.toString(16).padStart(2, "0")).join("");

  const fieldsAtScan = (form) => {
    const values = {};
    for (const field of form.elements) {
      if (field.name && field.matches("[data-at-scan]")) values[field.name] = field.value;
    }
    return values;
  };

  const bodyOf = (form, box, entry, number) => {
    // Read when it's sent: an earlier answer may have changed the patron.
    const body = new FormData(form);
    body.delete("csrfmiddlewaretoken");
    body.set(box.name, entry.value);
    body.set("scan_id", entry.id);
    body.set("scan_number", number);
    if (entry.command) body.set("command", entry.command);
    for (const [name, value] of Object.entries(entry.at)) body.set(name, value);
    return new URLSearchParams(body);
  };

  const post = (form, body) => fetch(form.action, {
    method: "POST",
    body,
    credentials: "same-origin",
    headers: { "X-Scan": "1", "X-CSRFToken": window.libsys.csrfToken(), Accept: "text/html" },
    signal: AbortSignal.timeout(TIMEOUT),
  });

  const failureOf = (answer) => {
    // A server that says when to come again is there: it's no outage.
    const wait = Number(answer.headers.get("Retry-After"));
    if (answer.status === 429) return { ok: false, state: "busy", wait: wait || 5 };
    if (answer.status === 503 && wait) return { ok: false, state: "outdone", wait };
    if (answer.status === 423) {
      window.libsys.showLock?.();
      return { ok: false, state: "locked" };
    }
    if (answer.status === 401 || answer.status === 403 || answer.redirected) return { ok: false, state: "login" };
    if ([502, 503, 504].includes(answer.status)) return { ok: false, state: "offline" };
    return { ok: false, state: "broken" };
  };

  /* Only an answer that names its kind is an answer to a scan; a login page or a proxy's error never is. */
  const sender = (form, box, rows) => async (entry) => {
    let answer = await post(form, bodyOf(form, box, entry, rows.numberOf(entry)));
    if (answer.status === 403 && !answer.headers.get("X-Scan-Kind") && await window.libsys.refreshCsrfToken()) {
      answer = await post(form, bodyOf(form, box, entry, rows.numberOf(entry)));
      // Still logged in, and refused all the same: logging in again wouldn't help.
      if (answer.status === 403 && !answer.headers.get("X-Scan-Kind")) return { ok: false, state: "broken" };
    }
    const kind = answer.headers.get("X-Scan-Kind");
    return kind ? { ok: true, kind, html: await answer.text() } : failureOf(answer);
  };

  /* Counted from the rows, never upwards: an undone or overridden row changes the counts by changing itself. */
  const tally = (place) => {
    for (const element of document.querySelectorAll("[data-tally]")) {
      const kinds = element.dataset.tally.split(" ");
      const rows = [...(place?.querySelectorAll("[data-tally-as]") || [])];
      const count = rows.filter((row) => kinds.includes(row.dataset.tallyAs)).length;
      element.querySelector("[data-tally-count]").textContent = count;
      element.hidden = count === 0;
    }
  };
  const tallyQueue = (size) => {
    for (const element of document.querySelectorAll("[data-tally-queue]")) {
      element.querySelector("[data-tally-count]").textContent = size;
      element.hidden = size === 0;
    }
  };

  /* What the newest row says stands beneath the box, where the eye is; the same is read out. */
  const say = (form, place) => {
    const line = form.querySelector("[data-scan-said]");
    if (!line) return;
    const answered = [...(place?.children || [])].filter((row) => row.matches(":not(.detail, .is-queued, [hidden])"));
    const newest = place?.dataset.scanOrder === "append" ? answered.at(-1) : answered[0];
    const detail = newest?.nextElementSibling?.matches(".detail") ? newest.nextElementSibling : null;
    const words = [
      ...(newest?.querySelectorAll(".status, .goes, .work, .why") || []),
      ...(detail?.querySelectorAll(".reasons b") || []),
    ];
    // A sentence stands by itself, all else is parted by commas.
    const ends = (text) => /[.!?]$/.test(text);
    const said = words
      .map((word) => word.textContent.trim())
      .filter(Boolean)
      .reduce((line, word) => (line ? `${line}${ends(line) ? "" : ends(word) ? "." : ","} ${word}` : word), "");
    // The same words about another scan are news.
    if (line.dataset.saidOf === (newest?.id || "") && line.textContent === said) return;
    line.dataset.saidOf = newest?.id || "";
    line.dataset.kind = newest?.querySelector(".status")?.dataset.kind || newest?.dataset.kind || "none";
    line.textContent = said;
  };

  const start = (form) => {
    if (form.scanQueue) return;
    const box = form.querySelector("[data-scan-box]");
    const rows = new ScanRows(form);

    const answered = (entry, answer) => {
      const fragment = document.createElement("template");
      fragment.innerHTML = answer.html;
      const templates = document.createDocumentFragment();
      templates.append(...fragment.content.querySelectorAll("template[data-oob]"));
      const fresh = rows.replace(entry, fragment.content);
      fresh.forEach(window.libsys.wake);
      window.libsys.applyOutOfBand(templates);
      rows.keep();
      if (fresh[0] && !fresh.some((row) => row.matches("[data-tally-as]"))) fresh[0].dataset.tallyAs = answer.kind;
      form.dispatchEvent(new CustomEvent("ui:result", { bubbles: true, detail: { kind: answer.kind, entry } }));
      window.libsys.announceApplied(fresh[0]);
    };
    const changed = (entry) => {
      rows.show(entry);
      form.dataset.scanWaiting = queue.size;
      tallyQueue(queue.size);
      if (entry.state === "offline" && form.scanDiversion?.failed(queue)) {
        form.dataset.scanWaiting = queue.size;
        tallyQueue(queue.size);
        return;
      }
      if (["offline", "broken", "login"].includes(entry.state) && entry.tries === 1) {
        form.dispatchEvent(new CustomEvent("ui:result", { bubbles: true, detail: { kind: "stop", entry } }));
      }
    };
    const retell = () => {
      tally(rows.place);
      say(form, rows.place);
    };
    document.addEventListener("ui:applied", retell);
    const queue = new ScanQueue({ send: sender(form, box, rows), changed, answered });
    form.scanQueue = queue;
    form.scanRows = rows;

    const take = (value, command = "", more = {}) => {
      const at = { ...fieldsAtScan(form), ...more };
      const entry = { id: freshId(), value, command, at, taken: new Date().toISOString() };
      rows.add(Object.assign(entry, { state: "queued" }));
      // What takes over while the server is away (the desk's outage.js) has the entry then.
      if (!form.scanDiversion?.takes(entry)) queue.add(entry);
    };
    /** Take a scan or a command as if somebody had typed or pressed it. */
    form.scanTake = take;
    const takeBox = () => {
      // Some scanners send control characters around the number.
      const value = box.value.replace(/[\u0000-\u001f\u007f]/g, "").trim();
      box.value = "";
      box.dispatchEvent(new CustomEvent("ui:taken", { bubbles: true }));
      if (value) take(value);
    };

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      takeBox();
    });
    watchKeys(box, takeBox);
    // A pasted list is as many scans; the box itself would run the lines together.
    box.addEventListener("paste", (event) => {
      const lines = event.clipboardData.getData("text").split(/[\r\n\t]+/).map((line) => line.trim()).filter(Boolean);
      if (lines.length < 2) return;
      event.preventDefault();
      for (const line of lines) take(line);
    });
    document.addEventListener("click", (event) => {
      const command = event.target.closest("[data-scan-command]");
      if (command && (command.form || document.querySelector("[data-scan-queue]")) === form) {
        event.preventDefault();
        take(command.dataset.scanLabel || command.textContent.trim(), command.dataset.scanCommand);
      }
      const list = event.target.closest("[data-scan-list]");
      if (list) {
        // An uploaded list is of things at hand, as a pasted one; it's worked off once.
        const isHeld = list.hasAttribute("data-scan-held");
        for (const line of list.dataset.scanList.split("\n").filter(Boolean)) take(line, "", isHeld ? {} : { listed: "1" });
        if (isHeld) list.disabled = true;
      }
      pressRow(event, queue, rows);
    });
    addEventListener("online", () => queue.resume());
    document.addEventListener("ui:unlocked", () => queue.resume());
    addEventListener("beforeunload", (event) => {
      if (queue.size > 0) event.preventDefault();
    });
    for (const link of document.querySelectorAll("template[data-scan-queued]")) {
      const login = link.content.querySelector("[data-scan-login]");
      if (login && form.dataset.loginUrl) login.href = form.dataset.loginUrl;
    }
  };

  const pressRow = (event, queue, rows) => {
    const entry = event.target.closest("[data-scan-row]")?.scanEntry;
    if (!entry || rows.rows.get(entry.id)?.scanEntry !== entry) return;
    if (event.target.closest("[data-scan-retry]")) queue.retry(entry);
    else if (event.target.closest("[data-scan-aside]")) queue.setAside(entry);
    else if (event.target.closest("[data-scan-remove]") && queue.remove(entry)) rows.remove(entry);
  };

  /* A scanner may end with a line feed, which the browser takes for Ctrl+J (downloads), or with Tab. */
  const watchKeys = (box, takeBox) => {
    let typed = [];
    box.addEventListener("keydown", (event) => {
      if (event.ctrlKey && !event.altKey && ["j", "m"].includes(event.key.toLowerCase())) {
        event.preventDefault();
        takeBox();
      } else if (event.key === "Tab" && !event.shiftKey && typed.length >= 4 && event.timeStamp - typed[0] < 250) {
        event.preventDefault();
        takeBox();
      }
      typed = event.key.length === 1 ? [...typed, event.timeStamp].slice(-6) : [];
    });
  };

  const startAll = () => document.querySelectorAll("form[data-scan-queue]").forEach(start);
  startAll();
  document.addEventListener("ui:applied", startAll);
})();
