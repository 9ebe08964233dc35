/* The cursor is back in the scan box after every action, swap, message and dialog, and a scanner that fires while the focus
   is on a button types into the scan box all the same. What somebody is filling in keeps the focus. */
(() => {
  const box = () => document.querySelector("[data-scan-box]");
  // Nothing is typed into a tick, so a scan that's fired after ticking it belongs in the box.
  const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
  const CONTROLS = `${FIELDS}, input, button, a[href], summary, label, [tabindex], [role="option"]`;

  const isFillingIn = () => {
    const active = document.activeElement;
    return active && active !== box() && (active.matches(FIELDS) || active.closest("[data-keep-focus]"));
  };

  const back = () => {
    const target = box();
    if (!target || target.disabled || document.querySelector("dialog:modal") || isFillingIn()) return;
    if (document.activeElement !== target) target.focus({ preventScroll: true });
  };
  const soon = () => requestAnimationFrame(back);

  for (const name of ["ui:applied", "ui:result", "ui:printed", "ui:left", "htmx:afterSettle", "htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(name, soon);
  }
  addEventListener("focus", soon);
  addEventListener("pageshow", soon);
  document.addEventListener("close", soon, true);

  /* A press on a button that asks the server nothing, or on bare ground: back as well, but a selection stays copyable. */
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(FIELDS) || target.closest("label, summary, [data-keep-focus], dialog")) return;
    if (target.closest(CONTROLS)) soon();
    // Time enough for the second press of a double one, which marks a word.
    else setTimeout(() => { if (getSelection().isCollapsed) back(); }, 300);
  });

  /* A scanner types blindly. */
  document.addEventListener("keydown", (event) => {
    const target = box();
    if (!target || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key.length !== 1 || event.key === " " || document.querySelector("dialog:modal")) return;
    const active = document.activeElement;
    if (active === target || active?.matches(FIELDS) || active?.closest("[data-keep-focus]")) return;
    if (event.key === "?" && event.shiftKey) return;
    target.focus({ preventScroll: true });
  }, true);
})();
