/* Follows the link `<a data-idle-seconds="8">` when nobody has touched the machine for so long, so that the next patron
   never finds another's page. */
(() => {
  const link = document.querySelector("a[data-idle-seconds]");
  if (!link) return;
  let waiting;
  const wait = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => link.click(), Number(link.dataset.idleSeconds) * 1000);
  };
  for (const name of ["keydown", "pointerdown", "scroll"]) addEventListener(name, wait, { passive: true });
  wait();
})();
