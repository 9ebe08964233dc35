/* The cataloguer's editor: `<form data-marc-form>` with `<textarea data-marc-lines>`, `<input data-marc-line>` and
   `<input data-marc-column>`. While she types, chooses a code or goes to another line, the form is told "marc:check" and
   says which line the cursor is in, and how many letters stand before it there;
   `data-marc-go="12"` puts the cursor into a line, `data-marc-next` behind the next subfield that has nothing yet, and
   `data-marc-begin` into the first of those when the page opens. Leaving what isn't saved asks first;
   `data-marc-unsaved` says that what the page came with isn't. `data-marc-put="700 1# $a…"`, among the headings that were
   looked up, takes the place of the lines that `data-marc-first` and `data-marc-last` name. A macro's answer there has
   the whole of the lines as it leaves them: `data-marc-all` puts them in at once, `data-marc-take` when it's pressed. */
(() => {
  const form = document.querySelector("[data-marc-form]");
  if (!form) return;
  const lines = () => form.querySelector("[data-marc-lines]");
  const at = form.querySelector("[data-marc-line]");
  const column = form.querySelector("[data-marc-column]");

  const check = () => form.dispatchEvent(new CustomEvent("marc:check"));
  const follow = () => {
    const box = lines();
    if (document.activeElement !== box) return;
    const before = box.value.slice(0, box.selectionStart).split("\n");
    const line = String(before.length);
    /* In letters, as the server counts them. */
    column.value = String([...before.at(-1)].length);
    if (line === at.value) return;
    at.value = line;
    check();
  };
  document.addEventListener("selectionchange", follow);
  form.addEventListener("keyup", follow);
  form.addEventListener("input", (event) => { if (event.target === lines()) check(); });

  /* A place that was taken out from under her is there again under its name. */
  let last = null;
  form.addEventListener("focusin", (event) => { last = event.target; });
  document.addEventListener("ui:applied", () => {
    if (last && !last.isConnected) document.getElementById(last.id)?.focus();
  });

  const opened = lines().value;
  let isSent = false;
  // What opens another window leaves this one as it is.
  form.addEventListener("submit", (event) => { isSent = event.submitter?.formTarget !== "_blank"; });
  window.addEventListener("beforeunload", (event) => {
    if (!isSent && (lines().value !== opened || "marcUnsaved" in form.dataset)) event.preventDefault();
  });

  const next = () => {
    const box = lines();
    const ends = [...box.value.matchAll(/[$*][a-zæøå](?=[$*][0-9a-zæøå]|[ \t]*$)/gm)].map((each) => each.index + 2);
    if (!ends.length) return;
    const end = ends.find((each) => each > box.selectionEnd) ?? ends[0];
    box.focus();
    box.setSelectionRange(end, end);
  };
  if ("marcBegin" in form.dataset) next();

  /* Headings that were looked up, and macros, for one state of the lines; typed on, they're out of date. */
  const headings = form.querySelector("#headings");
  const CHOICES = "[data-marc-put], [data-marc-macro], [data-marc-take]";
  let isOurs = false;
  const startOf = (all, line) => all.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0);
  /* As if she had typed it, so that Ctrl+Z takes it back; what a script sets otherwise, a browser's undo garbles. */
  const replace = (text, start, end) => {
    const box = lines();
    box.focus();
    box.setSelectionRange(start, end);
    isOurs = true;
    if (!document.execCommand(text ? "insertText" : "delete", false, text)) box.setRangeText(text, start, end, "end");
    isOurs = false;
  };
  /* Only what differs, so that the rest keeps its place in the window. */
  const replaceAll = (text) => {
    const { value } = lines();
    const shorter = Math.min(value.length, text.length);
    let same = 0;
    while (same < shorter && value[same] === text[same]) same += 1;
    let tail = 0;
    while (tail < shorter - same && value.at(-1 - tail) === text.at(-1 - tail)) tail += 1;
    replace(text.slice(same, text.length - tail), same, value.length - tail);
    check();
  };
  const put = (text) => {
    const box = lines();
    const { marcFirst, marcLast } = headings.querySelector("[data-marc-first]").dataset;
    const all = box.value.split("\n");
    const first = Number(marcFirst) - 1;
    const last = Number(marcLast) - 1;
    const start = startOf(all, first);
    replace(text, start, startOf(all, last) + all[last].length);
    headings.replaceChildren();
    check();
  };
  form.addEventListener("input", (event) => { if (event.target === lines() && !isOurs) headings.replaceChildren(); });
  /* A code that's chosen changes the lines, too, without her typing. */
  let coded = 0;
  form.addEventListener("change", (event) => {
    if (!event.target.closest("[data-marc-coded]")) return;
    coded += 1;
    headings.replaceChildren();
    check();
  });
  /* What was looked up, or made of the lines, as they were when it was asked for; what she has done since would be lost. */
  const state = () => `${coded} ${lines().value}`;
  let asked = "";
  let checked = "";
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === headings) asked = state();
    else if (event.detail.elt === form) checked = state();
  });
  /* Before the script that puts in what an answer brings for other places. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.requestConfig.elt === form && state() !== checked) event.detail.shouldSwap = false;
  }, true);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== headings) return;
    const all = headings.querySelector("[data-marc-all]");
    const isOld = state() !== asked && headings.querySelector("[data-marc-all], [data-marc-take], [data-marc-first]");
    if (isOld) headings.replaceChildren();
    else if (all) replaceAll(all.dataset.marcAll);
    else headings.querySelector(CHOICES)?.focus();
  });
  headings.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-marc-put], [data-marc-take]");
    if (!chosen) return;
    if ("marcPut" in chosen.dataset) put(chosen.dataset.marcPut);
    else {
      replaceAll(chosen.dataset.marcTake);
      headings.replaceChildren();
    }
  });
  headings.addEventListener("keydown", (event) => {
    const buttons = [...headings.querySelectorAll(CHOICES)];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      headings.replaceChildren();
      lines().focus();
    } else if (step) buttons[buttons.indexOf(document.activeElement) + step]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-marc-next]")) next();
    const link = event.target.closest("[data-marc-go]");
    if (!link) return;
    event.preventDefault();
    const box = lines();
    const all = box.value.split("\n");
    const line = Math.min(Number(link.dataset.marcGo), all.length) - 1;
    const start = all.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0);
    box.focus();
    box.setSelectionRange(start, start + all[line].length);
    box.scrollTop = (box.scrollHeight / all.length) * Math.max(line - 3, 0);
  });
})();
