/* Copy: `data-copy="text"` or `data-copy="#id"` (the text of that element); the button says "Copied" (data-copied) for a moment. */
(() => {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = button.dataset.copy;
    const text = source.startsWith("#") ? document.querySelector(source)?.textContent.trim() : source;
    try {
      await navigator.clipboard.writeText(text || "");
    } catch {
      return;
    }
    const word = button.querySelector("[data-copy-word]") || button;
    const before = word.textContent;
    word.textContent = button.dataset.copied || before;
    setTimeout(() => { word.textContent = before; }, 2000);
  });
})();
