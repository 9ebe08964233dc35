/* Printing: `<a data-print href="/slip/…">` prints that paper page without leaving this one; with `data-print-auto` it does
   so as soon as it appears, if `<input type="checkbox" data-print-setting>` is ticked (kept in this browser).
   `data-print-last` prints the last one again; on the paper page itself `data-print-page` and `<body data-print-now>`. */
(() => {
  const KEY = "print-without-asking";
  let last = null;

  const isAutomatic = () => {
    try { return localStorage.getItem(KEY) === "yes"; } catch { return false; }
  };

  const sheet = () => {
    let place = document.querySelector(".print-sheet");
    if (!place) {
      place = document.createElement("div");
      place.className = "print-sheet sheet";
      document.body.append(place);
    }
    return place;
  };

  const printPaper = (paper) => {
    sheet().replaceChildren(document.importNode(paper, true));
    document.documentElement.classList.add("is-printing-paper");
    window.print();
    document.documentElement.classList.remove("is-printing-paper");
    document.dispatchEvent(new CustomEvent("ui:printed", { bubbles: true }));
  };

  const print = async (address) => {
    last = address;
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const paper = page.querySelector("[data-paper]");
      if (answer.ok && paper) {
        printPaper(paper);
        return;
      }
    } catch { /* The page itself says what's wrong. */ }
    location.assign(address);
  };

  const lastOnPage = () => {
    const links = document.querySelectorAll("a[data-print]");
    return last || links[0]?.href;
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print-page]")) window.print();
    const link = event.target.closest("a[data-print]");
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      print(link.href);
    }
    if (event.target.closest("[data-print-last]") && lastOnPage()) print(lastOnPage());
  });

  const printNew = () => {
    for (const link of document.querySelectorAll("a[data-print-auto]")) {
      // "always": somebody has just asked for this paper, the receipt at the end of a visit for instance.
      const asked = link.dataset.printAuto === "always";
      link.removeAttribute("data-print-auto");
      last = link.href;
      if (asked || isAutomatic()) print(link.href);
    }
  };
  const showSetting = () => {
    for (const button of document.querySelectorAll("[data-print-last]")) button.hidden = !lastOnPage();
    for (const tick of document.querySelectorAll("[data-print-setting]")) tick.checked = isAutomatic();
  };
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-print-setting]")) return;
    try { localStorage.setItem(KEY, event.target.checked ? "yes" : "no"); } catch { /* Kept for this page only. */ }
  });
  document.addEventListener("ui:applied", () => { showSetting(); printNew(); });
  showSetting();
  printNew();

  if (document.body.hasAttribute("data-print-now")) window.print();
})();
