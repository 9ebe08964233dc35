/* Ticks that somebody has taken away go along when she chooses another order of the list: `data-keeps-ticks="but"` on the
   form names the part of the address that has their values. The page works without this, ticked as it is at first. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("form[data-keeps-ticks] a.sort");
  if (!link) return;
  const form = link.closest("form");
  const address = new URL(link.href);
  const left = [...form.querySelectorAll("tbody input[type=checkbox]:not(:checked)")].map((box) => box.value);
  if (left.length) address.searchParams.set(form.dataset.keepsTicks, left.join(","));
  else address.searchParams.delete(form.dataset.keepsTicks);
  link.href = address.href;
});
