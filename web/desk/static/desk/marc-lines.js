/* The cataloguer's editor: `<form data-marc-form>` with `<textarea data-marc-lines>` and `<input data-marc-line>`. While
   she types, chooses a code or goes to another line, the form is told "marc:check" and says which line the cursor is in;
   `data-marc-go="12"` puts the cursor into a line. */
(() => {
  const form = document.querySelector("[data-marc-form]");
  if (!form) return;
  const lines = () => form.querySelector("[data-marc-lines]");
  const at = form.querySelector("[data-marc-line]");

  const check = () => form.dispatchEvent(new CustomEvent("marc:check"));
  const follow = () => {
    const box = lines();
    if (document.activeElement !== box) return;
    const line = String(box.value.slice(0, box.selectionStart).split("\n").length);
    if (line === at.value) return;
    at.value = line;
    check();
  };
  document.addEventListener("selectionchange", follow);
  form.addEventListener("keyup", follow);
  form.addEventListener("input", (event) => { if (event.target === lines()) check(); });
  form.addEventListener("change", (event) => { if (event.target.closest("[data-marc-coded]")) check(); });

  document.addEventListener("click", (event) => {
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
