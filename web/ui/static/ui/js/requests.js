/* Requests of htmx: each carries the page's CSRF token; one that gets no proper answer is shown, never silent. */
(() => {
  const tokenElement = () => document.querySelector('meta[name="csrf-token"]');

  window.libsys = window.libsys || {};
  window.libsys.csrfToken = () => tokenElement()?.content || "";

  /** Get a new token from this very page, after a login in another tab. Returns whether one is logged in. */
  window.libsys.refreshCsrfToken = async () => {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector('meta[name="csrf-token"]')?.content;
    if (!fresh) return false;
    tokenElement().content = fresh;
    for (const field of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) field.value = fresh;
    return true;
  };

  const show = (kind) => {
    const place = document.querySelector("[data-failures]");
    const template = place?.querySelector(`template[data-failure="${kind}"]`);
    if (!template) return;
    hide();
    place.append(template.content.cloneNode(true));
  };
  const hide = () => {
    for (const message of document.querySelectorAll("[data-failures] > .message")) message.remove();
  };

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = window.libsys.csrfToken();
  });
  document.addEventListener("htmx:sendError", () => show("offline"));
  document.addEventListener("htmx:timeout", () => show("offline"));
  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    const isOutdone = status === 503 && event.detail.xhr.getResponseHeader("Retry-After");
    if (status === 423 && window.libsys.showLock) {
      window.libsys.showLock();
      return;
    }
    // Logged in again elsewhere? Then the second try has a token that counts.
    if (status === 403) window.libsys.refreshCsrfToken();
    if (status === 429) show("busy");
    else if (isOutdone) show("outdone");
    else show(status === 401 || status === 403 ? "login" : "broken");
  });
  document.addEventListener("htmx:afterSwap", hide);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove-parent]");
    button?.closest(button.dataset.removeParent)?.remove();
  });
  // A form that came back with errors: the summary is read first, and each line leads to its field.
  const lead = () => {
    if (!document.querySelector("[data-scan-box]")) document.querySelector("[data-error-summary]")?.focus();
  };
  document.addEventListener("DOMContentLoaded", lead);
  document.addEventListener("ui:applied", (event) => {
    if (event.target.querySelector?.("[data-error-summary]")) lead();
  });
})();
