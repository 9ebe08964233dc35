/* Day and night: the choice is kept in this browser and set before anything is painted; without one the machine decides. */
(() => {
  const root = document.documentElement;
  const remembered = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  };
  const isDark = () => root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;

  apply(remembered());

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    apply(isDark() ? "light" : "dark");
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* A private window keeps nothing: fine. */ }
  });
  // The choice made in one tab holds in the others.
  addEventListener("storage", (event) => {
    if (event.key === "theme") apply(event.newValue);
  });
})();
