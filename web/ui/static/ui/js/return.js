/* Whoever works by keyboard goes on where she was when a press has loaded the page anew: on the same form's button, on the
   row that stands in its place, or on the opener of the dialog. A press that led to another page goes on at its news. */
(() => {
  const KEY = "return";
  const SECONDS = 120;
  const PRESSABLE = "button:not([disabled]), a[href], summary";

  const shown = (element) => !element.checkVisibility || element.checkVisibility();
  const pressable = (place) => [...(place?.querySelectorAll(PRESSABLE) || [])].filter(shown);
  const rows = (body) => [...body.rows].filter((row) => pressable(row).length);
  const bodies = () => [...document.querySelectorAll("main tbody")];

  /* What leads back: the form's or link's address, and the place among the rows in case both are gone. */
  const traces = (element) => {
    const form = element.closest("form");
    const body = element.closest("main tbody");
    return {
      action: form?.getAttribute("action") || "",
      href: form ? "" : element.getAttribute("href") || "",
      among: pressable(form).indexOf(element),
      body: body ? bodies().indexOf(body) : -1,
      row: body ? rows(body).indexOf(element.closest("tr")) : -1,
    };
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const pressed = event.submitter || document.activeElement;
    if (event.defaultPrevented || form.getAttribute("method") !== "post" || !document.activeElement?.matches(":focus-visible")) return;
    const dialog = form.closest("dialog");
    const element = dialog ? window.libsys?.openerOf(dialog) : pressed;
    if (!element) return;
    const paths = [location.pathname, new URL(form.getAttribute("action") || "", location.href).pathname];
    sessionStorage.setItem(KEY, JSON.stringify({ at: Date.now(), paths, ...traces(element) }));
  });

  const sameForm = ({ action, among }) => {
    const form = action ? document.querySelector(`main form[action="${CSS.escape(action)}"]`) : null;
    const buttons = pressable(form);
    return buttons[among] || buttons[0];
  };
  const sameLink = ({ href }) => href && document.querySelector(`main a[href="${CSS.escape(href)}"]`);
  const sameRow = ({ body, row }) => {
    const place = body < 0 ? undefined : bodies()[body];
    const left = place ? rows(place) : [];
    const found = pressable(left[Math.min(row, left.length - 1)]);
    return found.find((element) => element.matches("button")) || found[0];
  };
  const news = () => [...document.querySelectorAll("main [role=alert], main .message[role=status]")].find(shown)
    || document.querySelector("main h1");

  const isFree = () => document.activeElement === document.body
    && !document.querySelector("[data-scan-box], dialog[open]");
  const focusOn = (target) => {
    if (!target) return;
    if (!target.matches(PRESSABLE)) target.tabIndex = -1;
    target.focus({ focusVisible: true });
  };

  const goOn = () => {
    const kept = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    const before = kept && JSON.parse(kept);
    if (!before || Date.now() - before.at > SECONDS * 1000) return;
    if (!isFree()) return;
    const invalid = [...document.querySelectorAll('main [aria-invalid="true"]')].find(shown);
    if (invalid) {
      invalid.focus();
      return;
    }
    const isHere = before.paths.includes(location.pathname) && !document.querySelector("main [role=alert]");
    const target = (isHere && (sameForm(before) || sameLink(before) || sameRow(before))) || news();
    focusOn(target);
  };
  // An address with a fragment takes the focus away once more while the page loads.
  addEventListener("pageshow", () => requestAnimationFrame(goOn));

  /* A row that an answer replaces takes the focus with it. */
  let pressed;
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    const active = document.activeElement;
    pressed = detail.elt.contains(active) && active.matches(":focus-visible") ? traces(active) : undefined;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (pressed && isFree()) focusOn(sameRow(pressed) || news());
  });
})();
