/* Dialogs: native ones, opened by `data-dialog-open="#id"`, or by themselves when an answer brings `data-dialog-auto`. The
   focus goes back to the opener, unless the page has a scan box (focus.js). */
(() => {
  const openers = new WeakMap();

  const open = (dialog, opener) => {
    if (!dialog || dialog.open) return;
    openers.set(dialog, opener || document.activeElement);
    dialog.showModal();
  };

  /** Return what opened a dialog. */
  window.libsys = window.libsys || {};
  window.libsys.openerOf = (dialog) => openers.get(dialog);

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog-open]");
    if (opener) {
      event.preventDefault();
      open(document.querySelector(opener.dataset.dialogOpen), opener);
    }
    const closer = event.target.closest("[data-dialog-close]");
    if (closer) closer.closest("dialog")?.close();
    // A press beside the dialog leaves it.
    if (event.target.matches?.("dialog:modal:not([data-lock])") && isOutside(event)) event.target.close();
  });

  const isOutside = ({ target, clientX, clientY }) => {
    const { left, right, top, bottom } = target.getBoundingClientRect();
    return clientX < left || clientX > right || clientY < top || clientY > bottom;
  };

  document.addEventListener("close", (event) => {
    const dialog = event.target;
    if (!(dialog instanceof HTMLDialogElement)) return;
    const opener = openers.get(dialog);
    if (opener?.isConnected && !document.querySelector("[data-scan-box]")) opener.focus();
    // A dialog that an answer brought has done its work.
    if (dialog.hasAttribute("data-dialog-auto")) dialog.remove();
  }, true);

  const openAuto = () => {
    for (const dialog of document.querySelectorAll("dialog[data-dialog-auto]:not([open])")) open(dialog);
  };
  openAuto();
  document.addEventListener("ui:applied", openAuto);

  // The deed is done: the form that asked for it goes.
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (event.detail.successful && form.matches?.("dialog[open] form")) form.closest("dialog").close();
  });
})();
