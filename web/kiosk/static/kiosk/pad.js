/* The digits on the screen, for a machine without a keyboard: `<form data-pad>` with a `data-pad-field`. */
(() => {
  const field = document.querySelector("[data-pad-field]");
  if (!field) return;
  document.addEventListener("click", (event) => {
    const digit = event.target.closest("[data-pad-digit]");
    if (digit && field.value.length < field.maxLength) field.value += digit.dataset.padDigit;
    if (event.target.closest("[data-pad-back]")) field.value = field.value.slice(0, -1);
  });
})();
