/* A public session ends by itself: `<form data-session-seconds="300">` shows the time left, warns in the last half minute,
   begins anew whenever somebody does something, and logs out by sending itself. */
(() => {
  const WARN = 30;
  const form = document.querySelector("form[data-session-seconds]");
  if (!form) return;
  const total = Number(form.dataset.sessionSeconds);
  let deadline = 0;

  const left = () => Math.max(0, Math.ceil((deadline - Date.now()) / 1000));
  const stay = () => { deadline = Date.now() + total * 1000; show(); };
  const show = () => {
    const seconds = left();
    const short = seconds <= WARN;
    form.classList.toggle("is-short", short);
    form.querySelector("[data-session-stay]")?.toggleAttribute("hidden", !short);
    form.querySelector("[data-session-warning]")?.toggleAttribute("hidden", !short);
    // Not as 15:00, which after "ends at" in some languages is a time of day.
    const text = seconds > 60 ? `${Math.ceil(seconds / 60)} min` : `${seconds} s`;
    form.querySelector("[data-session-left]").textContent = text;
    return seconds;
  };

  // In the last half minute only the button counts: a passer-by's touch must not keep another's page open.
  const onActivity = () => { if (left() > WARN) stay(); };
  for (const name of ["keydown", "pointerdown", "scroll"]) addEventListener(name, onActivity, { passive: true });
  form.querySelector("[data-session-stay]")?.addEventListener("click", stay);

  stay();
  const ticking = setInterval(() => {
    if (show() > 0) return;
    clearInterval(ticking);
    form.submit();
  }, 1000);
})();
