/* Out-of-band fragments: `<template data-oob="#panel">…</template>` in any answer, of the scan queue or of htmx, changes
   another place of the page. `data-oob-swap`: inner (default), outer, prepend, append, remove. After it, and after every
   htmx swap, "ui:applied" is sent from the changed element. */
(() => {
  window.libsys = window.libsys || {};

  const announce = (element) => {
    (element || document.body).dispatchEvent(new CustomEvent("ui:applied", { bubbles: true }));
  };
  // htmx has not seen what it didn't swap itself.
  const wake = (element) => {
    if (window.htmx && element) window.htmx.process(element);
  };

  const put = {
    inner: (target, content) => { target.replaceChildren(content); return target; },
    outer: (target, content) => {
      const first = content.firstElementChild;
      target.replaceWith(content);
      return first;
    },
    prepend: (target, content) => { target.prepend(content); return target; },
    append: (target, content) => { target.append(content); return target; },
    remove: (target) => { target.remove(); return document.body; },
  };

  const applyTemplate = (template) => {
    const swap = put[template.dataset.oobSwap || "inner"];
    for (const target of document.querySelectorAll(template.dataset.oob)) {
      const changed = swap(target, document.importNode(template.content, true));
      wake(changed);
      announce(changed);
    }
  };

  /** Apply every out-of-band template in the node, take it out of the node, and say how many there were. */
  window.libsys.applyOutOfBand = (node) => {
    const templates = [...node.querySelectorAll("template[data-oob]")];
    for (const template of templates) template.remove();
    for (const template of templates) applyTemplate(template);
    return templates.length;
  };
  window.libsys.announceApplied = announce;
  window.libsys.wake = wake;

  /* Taken out of an htmx answer before it's swapped, and applied after: so they never stand in the page, and work with
     hx-swap="none" as well. */
  const pending = new WeakMap();
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, serverResponse, shouldSwap } = event.detail;
    if (!shouldSwap || !serverResponse.includes("data-oob")) return;
    const answer = document.createElement("template");
    answer.innerHTML = serverResponse;
    const templates = document.createDocumentFragment();
    templates.append(...answer.content.querySelectorAll("template[data-oob]"));
    pending.set(xhr, templates);
    event.detail.serverResponse = answer.innerHTML;
  });
  document.addEventListener("htmx:afterOnLoad", (event) => {
    const templates = pending.get(event.detail.xhr);
    if (templates) window.libsys.applyOutOfBand(templates);
  });
  document.addEventListener("htmx:afterSettle", (event) => announce(event.target.isConnected ? event.target : null));
})();
