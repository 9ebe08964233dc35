/* Suggestions while typing: `<div class="suggest"><input data-suggest="/search/suggest"></div>`. The server answers
   `?q=…` with `<li role="option" data-value="…" data-href="…">` elements; arrows choose, Enter takes, Esc closes.
   With `data-suggest-unseen` the words are posted, since people's names belong in no address. */
(() => {
  const PAUSE = 150;
  let count = 0;

  const start = (input) => {
    if (input.getAttribute("role") === "combobox") return;
    const list = document.createElement("ul");
    list.id = `suggestions-${count += 1}`;
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.dataset.suggestLabel || input.labels?.[0]?.textContent.trim() || "");
    list.hidden = true;
    input.after(list);
    for (const [name, value] of Object.entries({
      role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
    })) input.setAttribute(name, value);

    let timer = 0;
    let request = null;
    let chosen = -1;
    const options = () => [...list.querySelectorAll('[role="option"]')];

    const close = () => {
      clearTimeout(timer);
      request?.abort();
      list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const choose = (index) => {
      const all = options();
      chosen = (index + all.length + 1) % (all.length + 1);
      // One place past the last is "what I typed".
      if (chosen === all.length) chosen = -1;
      all.forEach((option, place) => option.setAttribute("aria-selected", String(place === chosen)));
      if (chosen < 0) {
        input.removeAttribute("aria-activedescendant");
        return;
      }
      input.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    };
    const take = (option) => {
      close();
      if (option.dataset.href) {
        location.assign(option.dataset.href);
        return;
      }
      input.value = option.dataset.value || option.textContent.trim();
      input.form?.requestSubmit();
    };
    const fill = (html) => {
      const template = document.createElement("template");
      template.innerHTML = html;
      list.replaceChildren(template.content);
      options().forEach((option, index) => {
        option.id ||= `${list.id}-${index}`;
        option.setAttribute("aria-selected", "false");
      });
      chosen = -1;
      const any = options().length > 0;
      list.hidden = !any;
      input.setAttribute("aria-expanded", String(any));
    };
    const ask = async () => {
      const words = input.value.trim();
      if (words.length < Number(input.dataset.suggestFrom || 2)) {
        close();
        return;
      }
      request?.abort();
      request = new AbortController();
      const address = new URL(input.dataset.suggest, location.href);
      const options = { signal: request.signal, credentials: "same-origin" };
      if ("suggestUnseen" in input.dataset) {
        options.method = "POST";
        options.headers = { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]')?.content || "" };
        options.body = new URLSearchParams({ q: words });
      } else {
        address.searchParams.set("q", words);
      }
      try {
        const answer = await fetch(address, options);
        if (answer.ok && !answer.redirected && document.activeElement === input) fill(await answer.text());
      } catch { /* Suggestions are a help; without them one types on. */ }
    };

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    });
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        // Whoever chooses does so from the list that she sees: a late answer would take the choice from her.
        clearTimeout(timer);
        request?.abort();
        choose(chosen + step);
      } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        take(options()[chosen]);
      } else if (event.key === "Escape") {
        event.preventDefault();
        close();
      }
    });
    input.addEventListener("blur", () => setTimeout(close, 150));
    input.addEventListener("ui:taken", close);
    input.form?.addEventListener("submit", close);
    list.addEventListener("pointerdown", (event) => {
      const option = event.target.closest('[role="option"]');
      if (!option) return;
      event.preventDefault();
      take(option);
    });
  };

  const startAll = () => document.querySelectorAll("input[data-suggest]").forEach(start);
  startAll();
  document.addEventListener("ui:applied", startAll);
})();
