/* The locked screen: after `data-lock-seconds` without a touch, or by its key, the server is told first, and then the page
   goes out of sight as it is. The PIN brings it back; all tabs of the browser lock and unlock together.

   While the network is away nothing locks, for the desk goes on lending; the lock comes with the network. */
(() => {
  const SEEN = "desk-touched-at";
  const LOCKED = "desk-locked";
  const AGAIN = 5_000;
  const dialog = document.querySelector("dialog[data-lock]");
  if (!dialog) return;
  const seconds = Number(dialog.dataset.lockSeconds);
  const problem = dialog.querySelector("[data-unlock-problem]");
  const pin = dialog.querySelector("input");
  const logIn = dialog.querySelector("[data-unlock-log-in]");
  let isLocked = false;
  let isAsking = false;
  let hasMissed = false;

  const note = (key, value) => {
    try { localStorage.setItem(key, value); } catch { /* This tab only. */ }
  };
  const noted = (key) => {
    try { return Number(localStorage.getItem(key)); } catch { return 0; }
  };

  const cover = () => {
    if (isLocked) return;
    isLocked = true;
    pin.value = "";
    problem.textContent = "";
    for (const open of document.querySelectorAll("dialog:modal")) open.inert = true;
    dialog.showModal();
    pin.focus();
  };
  const uncover = () => {
    if (!isLocked) return;
    isLocked = false;
    for (const open of document.querySelectorAll("dialog[inert]")) open.inert = false;
    logIn.hidden = true;
    dialog.close();
    touched();
    document.dispatchEvent(new CustomEvent("ui:unlocked", { bubbles: true }));
  };

  const ask = (address, body) => fetch(address, {
    method: body ? "POST" : "GET",
    body: body && new URLSearchParams(body),
    credentials: "same-origin",
    headers: { "X-Lock": "1", "X-CSRFToken": window.libsys.csrfToken(), Accept: "application/json" },
  });

  /* What was scanned goes first, or the lock would keep it from the server. */
  const isSending = () => [...document.querySelectorAll("form[data-scan-queue]")].some((form) => form.scanQueue?.size > 0
    && !form.scanQueue.needsSomebody);

  const isOut = () => document.documentElement.hasAttribute("data-outage");

  const lock = async ({ byHand = false } = {}) => {
    if (isLocked || isAsking) return;
    if (isSending()) {
      hasMissed ||= byHand || isOut();
      return;
    }
    isAsking = true;
    try {
      const answer = await ask(dialog.dataset.lock, { lock: 1 });
      if (answer.status === 409) location.assign(dialog.dataset.lockPinUrl);
      else if (answer.ok && !answer.redirected) {
        note(LOCKED, Date.now());
        cover();
      }
      hasMissed = answer.status >= 500;
    } catch {
      hasMissed = true;
    }
    isAsking = false;
  };

  const touched = () => note(SEEN, Date.now());
  let lastTouch = 0;
  for (const name of ["keydown", "pointerdown", "scroll"]) {
    addEventListener(name, () => {
      if (Date.now() - lastTouch < 1000) return;
      lastTouch = Date.now();
      touched();
    }, { passive: true, capture: true });
  }
  const isIdle = () => seconds > 0 && Date.now() - noted(SEEN) > seconds * 1000;
  touched();
  setInterval(() => { if (hasMissed || isIdle()) lock(); }, Math.min(AGAIN, Math.max(1, seconds) * 1000));
  addEventListener("online", () => { if (hasMissed) lock(); });

  dialog.querySelector("[data-unlock]").addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = pin.value;
    pin.value = "";
    try {
      const answer = await ask(event.target.action, { pin: typed });
      const told = await answer.json();
      if (answer.ok && !told.locked) {
        note(LOCKED, 0);
        uncover();
        return;
      }
      problem.textContent = told.problem || "";
      logIn.hidden = answer.status !== 401;
    } catch {
      problem.textContent = document.querySelector('[data-failure="offline"]')?.content.textContent.trim() || "";
    }
    pin.focus();
  });

  /* Logged in again in another tab: her page comes back; another person's page begins anew. */
  const look = async () => {
    if (!isLocked) return;
    try {
      const answer = await ask(dialog.dataset.lock);
      if (!answer.ok || answer.redirected) return;
      const told = await answer.json();
      if (told.locked) return;
      if (told.who !== dialog.dataset.lockWho) location.reload();
      else if (await window.libsys.refreshCsrfToken()) uncover();
    } catch { /* It stays locked. */ }
  };
  addEventListener("focus", look);
  addEventListener("storage", (event) => {
    if (event.key !== LOCKED) return;
    if (Number(event.newValue)) cover();
    else look();
  });

  // The browser lets Esc pass at the second press, whatever a page says.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => { if (isLocked) dialog.showModal(); });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-lock-now]")) lock({ byHand: true }); });
  window.libsys = window.libsys || {};
  /** The server says that the screen is locked: show it. */
  window.libsys.showLock = cover;
})();
