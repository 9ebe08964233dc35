/* Keys: what carries `data-key-action="renew-all"` is pressed by the key that `<body data-keys='{"renew-all": "Ctrl+O"}'>`
   names for it. `?` opens the table of all keys. While somebody types, only keys that type nothing count. */
(() => {
  const NAMES = {
    " ": "Space", Escape: "Esc", ArrowUp: "Up", ArrowDown: "Down", Delete: "Del", Insert: "Ins",
  };
  // In a field with text in it these belong to the text.
  const EDITING = new Set(["Ctrl+Z", "Ctrl+Y", "Up", "Down", "Home", "End", "Del", "Space"]);

  const table = () => {
    try { return JSON.parse(document.body.dataset.keys || "{}"); } catch { return {}; }
  };

  const nameOf = (event) => {
    const base = NAMES[event.key] || (event.key.length === 1 ? event.key.toUpperCase() : event.key);
    // Shift is part of the character for signs such as ?, but a key of its own with letters and function keys.
    const shift = event.shiftKey && (event.key.length > 1 || /\p{L}/u.test(event.key) || event.ctrlKey);
    return [(event.ctrlKey || event.metaKey) && "Ctrl", event.altKey && "Alt", shift && "Shift", base]
      .filter(Boolean).join("+");
  };

  const isTextField = (element) => element.isContentEditable
    || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");

  /* A scan never begins with a sign, so an empty scan box leaves ?, arrows and the like to the table. */
  const isTyping = (event, name) => {
    const target = event.target;
    if (!(target instanceof Element) || !isTextField(target)) return false;
    const empty = target.matches("[data-scan-box]") && target.value === "";
    if (empty) return /^[\p{L}\p{N}]$/u.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (EDITING.has(name)) return target.value !== "" || !target.matches("[data-scan-box]");
    return event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  };

  const canBePressed = (element) => !element.disabled && element.getAttribute("aria-disabled") !== "true"
    && (element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null);

  /* What the work is about comes before the bar; an open dialog before both. */
  const elementFor = (action) => {
    const dialog = document.querySelector("dialog:modal");
    const selector = `[data-key-action="${CSS.escape(action)}"]`;
    const places = dialog ? [dialog] : [document.querySelector("main"), document];
    for (const place of places) {
      const found = [...(place?.querySelectorAll(selector) || [])].find(canBePressed);
      if (found) return found;
    }
    return null;
  };

  const press = (element) => {
    if (element.matches("input:not([type=checkbox], [type=radio], [type=submit], [type=button]), textarea, select")) {
      // Pressed again in the field that it led to, the key says "do it"; an empty one asks to be filled in.
      if (element === document.activeElement && element.form && element.required) {
        element.form.requestSubmit();
        return;
      }
      element.focus();
      element.select?.();
    } else {
      element.click();
    }
  };

  const showTable = () => {
    const dialog = document.querySelector("[data-keys-dialog]");
    if (!dialog || document.querySelector("dialog:modal")) return false;
    for (const line of dialog.querySelectorAll("[data-key-of]")) {
      line.classList.toggle("is-absent", line.dataset.keyOf !== "show-keys" && !elementFor(line.dataset.keyOf));
    }
    dialog.showModal();
    return true;
  };

  /* Esc leaves the nearest thing first: a dialog (by itself), a field being filled in, a half-typed scan. */
  const leaves = (target) => {
    if (document.querySelector("dialog:modal")) return true;
    if (!(target instanceof Element) || !isTextField(target)) return false;
    if (target.matches("[data-scan-box]")) {
      const typed = target.value !== "";
      target.value = "";
      return typed;
    }
    if (!document.querySelector("[data-scan-box]")) return false;
    target.blur();
    document.dispatchEvent(new CustomEvent("ui:left"));
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    const name = nameOf(event);
    if (isTyping(event, name)) return;
    if (name === "Esc" && leaves(event.target)) return;
    for (const [action, key] of Object.entries(table())) {
      if (key !== name) continue;
      const element = elementFor(action);
      if (element) {
        event.preventDefault();
        press(element);
        return;
      }
      if (action === "show-keys" && showTable()) {
        event.preventDefault();
        return;
      }
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-show-keys]")) showTable();
  });
})();
