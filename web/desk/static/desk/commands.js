/* A form that changes what the next scans mean: `<form data-sends-command="due">`. Instead of leaving the page, its fields go
   into the scan form's hidden ones (`scan-NAME`), and the command follows the scans that wait. */
(() => {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-sends-command]");
    const command = form && document.querySelector(`[data-scan-command="${CSS.escape(form.dataset.sendsCommand)}"]`);
    if (!command) return;
    event.preventDefault();
    for (const [name, value] of new FormData(form)) {
      const field = document.getElementById(`scan-${name}`);
      if (field) field.value = value;
    }
    form.closest("dialog")?.close();
    command.click();
  });
})();
