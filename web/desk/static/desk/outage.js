/* The scan page without network or server. From the first scan that gets no answer everything is recorded in this browser,
   with its time and the card that it belongs to; when the server is back it's sent in order, under the scans' own ids, and
   only then the page goes on as usual. Rules can't be checked meanwhile: what wasn't possible is a list for staff. */
(() => {
  const AGAIN = 3_000;
  const TIMEOUT = 20_000;
  const MOST_TRIES = 3;
  const place = document.querySelector("[data-outage]");
  const form = document.querySelector("form[data-scan-queue]");
  if (!place || !form) return;
  const set = place.dataset;
  const isLending = set.kind === "CHECK_OUT";
  const store = new window.libsys.OutageStore();
  const banner = document.querySelector("[data-outage-banner]");
  const rowOf = new Map();
  let records = [];
  let stuck = [];
  let since = null;
  let state = "none";
  let writing = Promise.resolve();
  // Whom the scans are for: a patron by number, whom the server had named, or a card scanned since.
  let serving = { patron: "", card: "", due: "", returned: "" };

  // As every page writes times: 24 hours, in English too.
  const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const clock = (moment) => moment.toLocaleTimeString(document.documentElement.lang, CLOCK);
  const field = (name) => document.getElementById(`scan-${name}`);
  const clean = (text) => text.replace(/[\s-]+/g, "").toUpperCase();
  const fits = (text, prefix, length) => Number(length) > 0 && text.length === Number(length) && text.startsWith(prefix);
  const isCard = (text) => fits(text, set.cardPrefix, set.cardLength);
  const isItem = (text) => fits(text, set.itemPrefix, set.itemLength);

  /* --- What's seen --- */

  const show = () => {
    const isOut = since !== null;
    document.documentElement.toggleAttribute("data-outage", isOut);
    form.closest(".scan")?.toggleAttribute("data-kind", false);
    if (isOut) form.closest(".scan")?.setAttribute("data-kind", "stop");
    const waiting = records.length + stuck.length;
    banner.hidden = !isOut && waiting === 0;
    for (const part of banner.querySelectorAll("[data-outage-state]")) {
      part.hidden = !part.dataset.outageState.split(" ").includes(state);
    }
    for (const part of banner.querySelectorAll("[data-outage-count]")) part.textContent = waiting;
    for (const part of banner.querySelectorAll("[data-outage-since]")) {
      part.textContent = since ? clock(since) : "";
    }
    banner.querySelector("[data-outage-fleeting]").hidden = store.isLasting;
    banner.querySelector("[data-outage-stuck]").hidden = stuck.length === 0;
    form.dataset.outageWaiting = records.length;
  };

  const say = (entry, name, kind, { text = entry.value } = {}) => {
    const template = place.querySelector(`template[data-outage-row="${name}"]`);
    const fragment = template.content.cloneNode(true);
    for (const slot of fragment.querySelectorAll("[data-outage-value]")) slot.textContent = text;
    for (const slot of fragment.querySelectorAll("[data-outage-time]")) {
      slot.textContent = clock(new Date(entry.taken));
    }
    const row = fragment.querySelector("tr");
    row.id = `recorded-${entry.id}`;
    const number = row.querySelector("[data-outage-number]");
    if (number) number.textContent = form.scanRows.numberOf(entry) || "";
    form.scanRows.replace(entry, fragment);
    form.dispatchEvent(new CustomEvent("ui:result", { bubbles: true, detail: { kind, entry } }));
    window.libsys.announceApplied(row);
    return row;
  };

  const showServed = () => {
    const panel = document.getElementById("panel");
    if (!isLending || !panel || serving.patron) return;
    const template = place.querySelector(`template[data-outage-panel="${serving.card ? "card" : "nobody"}"]`);
    panel.replaceChildren(template.content.cloneNode(true));
    for (const slot of panel.querySelectorAll("[data-outage-card]")) slot.textContent = serving.card;
  };

  /* --- Recording --- */

  const readPage = () => {
    serving = {
      patron: field("patron")?.value || "", card: "", due: field("due")?.value || "", returned: field("returned")?.value || "",
    };
  };

  const keep = (entry) => {
    const record = {
      id: entry.id, kind: set.kind, scan: entry.value, card: serving.card, patron: serving.card ? "" : serving.patron,
      due: serving.due, returned: serving.returned, at: entry.taken, branch: set.branch, by: set.by,
    };
    records.push(record);
    // One after the other, or two scans at once might change places.
    writing = writing.then(() => store.add(record));
    rowOf.set(record.id, say(entry, "recorded", "wait"));
  };

  const command = (entry) => {
    if (entry.command === "end" || entry.command === "finish") {
      serving = { patron: "", card: "", due: "", returned: serving.returned };
      showServed();
      form.scanRows.remove(entry);
      document.getElementById("other-due")?.replaceChildren();
    } else {
      say(entry, "not-now", "stop");
    }
  };

  const record = (entry) => {
    if (entry.command) { command(entry); return; }
    const text = clean(entry.value);
    if (!isLending) { keep(entry); return; }
    const hasServed = Boolean(serving.card || serving.patron);
    if (!/\d/.test(text)) {
      say(entry, "name", "stop");
    } else if (isCard(text) || (!isItem(text) && !hasServed)) {
      serving = { ...serving, card: text, patron: "" };
      showServed();
      say(entry, "card", "patron");
    } else if (!hasServed) {
      say(entry, "no-card", "stop");
    } else {
      keep(entry);
    }
  };

  const begin = (moment) => {
    if (since === null) {
      since = moment;
      state = "away";
      readPage();
    }
  };

  form.scanDiversion = {
    /** Take an entry that was scanned just now, if the server is away. */
    takes(entry) {
      if (since === null) return false;
      record(entry);
      show();
      return true;
    },
    /** The first of the queue got no answer: everything that waits is recorded, under the ids that it has. */
    failed(queue) {
      begin(new Date());
      const waiting = queue.drain();
      for (const entry of waiting) record(entry);
      form.dataset.scanWaiting = queue.size;
      show();
      soon();
      return true;
    },
  };

  /* --- Sending --- */

  const post = (record) => fetch(set.outage, {
    method: "POST",
    body: new URLSearchParams({
      scan_id: record.id, kind: record.kind, scan: record.scan, card: record.card, patron: record.patron, due: record.due,
      returned: record.returned, at: record.at, branch: record.branch, by: record.by, clock: new Date().toISOString(),
    }),
    credentials: "same-origin",
    headers: { "X-Scan": "1", "X-CSRFToken": window.libsys.csrfToken(), Accept: "text/html" },
    signal: AbortSignal.timeout(TIMEOUT),
  });

  const send = async (record) => {
    let answer = await post(record);
    if (answer.status === 403 && !answer.headers.get("X-Scan-Kind") && await window.libsys.refreshCsrfToken()) {
      answer = await post(record);
    }
    const kind = answer.headers.get("X-Scan-Kind");
    if (kind) return { kind, html: await answer.text() };
    if (answer.status === 423) return { state: "locked" };
    if (answer.status === 401 || answer.status === 403 || answer.redirected) return { state: "login" };
    return { state: "away", isAnswer: ![502, 503, 504].includes(answer.status) };
  };

  const showSent = (record, { kind, html }) => {
    const row = rowOf.get(record.id);
    rowOf.delete(record.id);
    if (!row?.isConnected) return;
    const fragment = document.createElement("template");
    fragment.innerHTML = html;
    const fresh = [...fragment.content.children];
    row.replaceWith(...fresh);
    fresh.forEach(window.libsys.wake);
    window.libsys.announceApplied(fresh[0]);
    if (kind === "stop") form.dispatchEvent(new CustomEvent("ui:result", { bubbles: true, detail: { kind } }));
  };

  /* The server is there and this one scan breaks it: the others must not wait for it. */
  const isPassedOver = async (record, answer) => {
    if (!answer.isAnswer) return false;
    record.tries = (record.tries || 0) + 1;
    if (record.tries < MOST_TRIES || !await isThere()) return false;
    stuck.push(record);
    return true;
  };

  const isThere = async () => {
    const answer = await fetch(set.pulse, { credentials: "same-origin", headers: { "X-Scan": "1" }, cache: "no-store" });
    if (answer.status === 423) state = "locked";
    else if (answer.status === 403 || answer.redirected) state = "login";
    return answer.status === 204;
  };

  const sendAll = async () => {
    await writing;
    while (records.length > 0) {
      const record = records[0];
      let answer;
      try {
        answer = await send(record);
      } catch {
        answer = { state: "away" };
      }
      if (answer.kind) {
        records.shift();
        await store.remove(record);
        showSent(record, answer);
        state = "sending";
      } else if (await isPassedOver(record, answer).catch(() => false)) {
        records.shift();
      } else {
        state = answer.state;
        return false;
      }
      show();
      await writing;
    }
    try { return await isThere(); } catch { state = "away"; return false; }
  };

  /* Back to the page as it was before: whom it serves is asked of the server anew, before the next scan. */
  const end = () => {
    since = null;
    state = "none";
    show();
    if (set.copy !== undefined && !document.querySelector("[data-scan-box]")?.value) {
      location.reload();
      return;
    }
    if (!isLending) return;
    field("patron").value = serving.patron;
    field("due").value = serving.due;
    form.scanTake(serving.card, "resume");
  };

  let timer = 0;
  let isBusy = false;
  const attempt = async () => {
    clearTimeout(timer);
    if (isBusy || (since === null && records.length === 0)) return;
    isBusy = true;
    const all = navigator.locks
      // Two tabs of one desk send what's kept one after the other, never at once.
      ? await navigator.locks.request("desk-outage", { ifAvailable: true }, (lock) => (lock ? sendAll() : false))
      : await sendAll();
    isBusy = false;
    if (all && records.length === 0) {
      if (since !== null) end();
      else state = "none";
    }
    show();
    if (since !== null || records.length > 0) soon();
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(attempt, AGAIN); };

  addEventListener("online", attempt);
  document.addEventListener("ui:unlocked", attempt);
  addEventListener("focus", () => { if (["login", "locked"].includes(state)) attempt(); });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-outage-again]")) attempt(); });
  addEventListener("beforeunload", (event) => { if (!store.isLasting && records.length > 0) event.preventDefault(); });

  /* --- Beginning --- */

  const recordedBefore = async () => {
    const kept = await store.all();
    const known = new Set(records.map((record) => record.id));
    records = [...kept.filter((record) => !known.has(record.id)), ...records];
    for (const record of kept) {
      if (record.kind !== set.kind || known.has(record.id)) continue;
      const entry = { id: record.id, value: record.scan, taken: record.at, state: "queued" };
      form.scanRows.add(entry);
      rowOf.set(record.id, say(entry, "recorded", "none"));
    }
    const last = kept.findLast((record) => record.kind === set.kind);
    if (set.copy !== undefined && last) {
      serving = { patron: last.patron, card: last.card, due: last.due, returned: last.returned };
      showServed();
    }
    if (records.length > 0) state = since === null ? "sending" : state;
    show();
    attempt();
  };
  /* Once an hour for a branch, and when the scripts have changed: the pages are asked for anew each time. */
  const kept = () => `${set.branch} ${Math.floor(Date.now() / 3_600_000)} ${document.querySelector('script[src*="outage.js"]').src}`;
  const isTimeToKeep = () => {
    try { return localStorage.getItem("desk-kept") !== kept(); } catch { return true; }
  };
  const keepPages = async () => {
    // Not in a window that keeps nothing, nor on plain http beyond this machine.
    if (!navigator.serviceWorker) return;
    try {
      await navigator.serviceWorker.register(set.worker, { scope: "/desk/" });
      const ready = await navigator.serviceWorker.ready;
      navigator.serviceWorker.addEventListener("message", (event) => {
        if (event.data !== "kept") return;
        document.documentElement.dataset.kept = "yes";
        try { localStorage.setItem("desk-kept", kept()); } catch { /* Kept again by the next page. */ }
      });
      if (set.copy === undefined && isTimeToKeep()) ready.active?.postMessage("keep");
    } catch { /* Then an open page goes on, and a new one can't be opened without the network. */ }
  };

  if (set.copy !== undefined) {
    begin(new Date());
    showServed();
  }
  recordedBefore();
  keepPages();
  show();
})();
