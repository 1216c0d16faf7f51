// What pages do by themselves: dialogs, the command menu, colors, toasts, focus. No page has script of its own.
(() => {
  "use strict";
  const page = document.documentElement;

  function showThemeWord() {
    for (const word of document.querySelectorAll("[data-theme-word]")) {
      word.textContent = page.dataset.bsTheme === "dark" ? "Light" : "Dark";
    }
  }

  function switchTheme() {
    page.dataset.bsTheme = page.dataset.bsTheme === "dark" ? "light" : "dark";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${page.dataset.bsTheme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    showThemeWord();
    document.dispatchEvent(new CustomEvent("theme-switched"));
  }

  function openDialog(id, opener) {
    const dialog = document.getElementById(id);
    if (dialog && !dialog.open) {
      dialog.showModal();
      // The browser gives the focus back to the opener; if that is a choice of a menu, it is hidden by then.
      const menu = opener?.closest(".dropdown")?.querySelector("[data-bs-toggle]");
      if (menu) dialog.addEventListener("close", () => menu.focus(), { once: true });
    }
    dialog?.querySelector("input[type=search]")?.select();
  }

  function toast(text, isError = false) {
    const said = document.createElement("div");
    said.className = `toast-said${isError ? " toast-error" : ""}`;
    said.textContent = text;
    document.getElementById("toasts")?.append(said);
    setTimeout(() => said.remove(), isError ? 12000 : 6000);
  }

  function takeFocus(within) {
    within.querySelector?.("[data-takes-focus]")?.focus();
  }

  // Arrow keys go through what the command menu found.
  function moveInMenu(event) {
    const options = [...document.querySelectorAll("#found a")];
    if (!options.length || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const at = options.indexOf(document.activeElement);
    const next = event.key === "ArrowDown" ? at + 1 : at - 1;
    (options[next] ?? (next < 0 ? document.getElementById("find-text") : options[0])).focus();
  }

  document.addEventListener("click", (event) => {
    const element = event.target instanceof Element ? event.target : null;
    const opener = element?.closest("[data-opens]");
    if (opener) openDialog(opener.dataset.opens, opener);
    if (element?.closest("[data-closes]")) element.closest("dialog")?.close();
    if (element?.closest("[data-switches-theme]")) switchTheme();
    if (element instanceof HTMLDialogElement) element.close();
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(element)) menu.open = false;
    }
  });

  document.addEventListener("change", (event) => {
    const all = event.target.closest?.("[data-checks-all]");
    if (!all) return;
    for (const box of all.form.querySelectorAll(`input[type=checkbox][name="${all.dataset.checksAll}"]`)) {
      box.checked = all.checked;
    }
  });

  // Parts that should come to a whole: their sum stands beside them as one types; what is saved is added up exactly.
  document.addEventListener("input", (event) => {
    const sum = event.target.dataset?.addsUp;
    if (!sum) return;
    const parts = [...event.target.form.querySelectorAll(`[data-adds-up="${sum}"]`)].map((box) => Number(box.value.replace("%", "")));
    document.getElementById(sum).textContent = parts.some(Number.isNaN) ? "?" : String(Number(parts.reduce((a, b) => a + b, 0).toFixed(6)));
  });

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && document.getElementById("find")) {
      event.preventDefault();
      openDialog("find");
    }
    if (document.getElementById("find")?.open) {
      moveInMenu(event);
      if (event.key === "Enter" && document.activeElement?.id === "find-text") {
        event.preventDefault();
        document.querySelector("#found a")?.click();
      }
    }
  });

  document.addEventListener("toast", (event) => toast(event.detail.text));
  document.addEventListener("htmx:afterSwap", (event) => takeFocus(event.detail.elt));

  // A save that waits for the one before it is put together when its turn comes. A button counts where it was pressed,
  // not where the focus happens to rest by then: else leaving a box for "Remove" would remove.
  const buttonsOf = (form) => [...form.elements].filter((one) => one instanceof HTMLButtonElement && one.type === "submit" && one.name);
  const pressedIn = (event) => event.detail.requestConfig?.triggeringEvent?.submitter ?? null;
  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, parameters, triggeringEvent } = event.detail;
    if (!(elt instanceof HTMLFormElement)) return;
    for (const button of buttonsOf(elt)) delete parameters[button.name];
    const pressed = triggeringEvent?.submitter;
    if (pressed?.name) parameters[pressed.name] = pressed.value;
  });
  // Such a button brings the boxes anew: until then nothing can be typed that would go with the old ones.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("form.autosave") && pressedIn(event)?.name) event.target.inert = true;
  });
  for (const end of ["htmx:beforeOnLoad", "htmx:sendError", "htmx:sendAbort", "htmx:timeout"]) {
    document.addEventListener(end, (event) => {
      if (!event.target.inert) return;
      event.target.inert = false;
      pressedIn(event)?.focus();
    });
  }
  // An answer that would replace boxes in which something else was filled in meanwhile leaves them, and what waits to be
  // saved, alone. What was saved is what the next save says it saw.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, target, xhr } = event.detail;
    const form = requestConfig.elt;
    if (!(form instanceof HTMLFormElement) || requestConfig.verb !== "post" || xhr.status !== 200 || !target.contains(form)) return;
    const version = form.elements.namedItem("version");
    const fresh = new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("input[name=version]");
    if (!version || !fresh || pressedIn(event)?.name) return;
    const filled = (entries) => JSON.stringify([...entries].filter(([name]) => name !== "version"));
    if (filled(new FormData(form)) === filled(requestConfig.formData)) return;
    event.detail.shouldSwap = false;
    version.value = fresh.value;
  });
  // A part of a page that asks for itself again and again is put in place anew each time. Whoever reads there by keyboard
  // keeps the place, what was opened stays open, and what was scrolled stays where it was.
  const REACHED = "a[href], button, input, select, textarea, summary, [tabindex]";
  const known = (one) => `${one.tagName} ${one.getAttribute("href") ?? one.getAttribute("aria-label") ?? one.textContent.trim()}`;
  const isPolled = (event) => isAsking(event) && !event.detail.requestConfig.triggeringEvent;
  let place = null;
  function rememberPlace(part) {
    const focused = part.contains(document.activeElement) ? known(document.activeElement) : null;
    const open = new Set([...part.querySelectorAll("details[open] > summary")].map(known));
    const scrolled = new Map([...part.querySelectorAll("[tabindex]")].map((one) => [known(one), [one.scrollLeft, one.scrollTop]]));
    place = { focused, open, scrolled };
  }
  function goBackTo({ focused, open, scrolled }, part) {
    for (const one of part.querySelectorAll("details > summary")) if (open.has(known(one))) one.parentElement.open = true;
    for (const one of part.querySelectorAll("[tabindex]")) one.scrollTo(...(scrolled.get(known(one)) ?? [0, 0]));
    if (!focused || document.activeElement !== document.body) return;
    [...part.querySelectorAll(REACHED)].find((one) => known(one) === focused)?.focus({ preventScroll: true });
  }
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (isPolled(event) && event.detail.shouldSwap) rememberPlace(event.detail.target);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (place && isPolled(event) && event.target.querySelectorAll) goBackTo(place, event.target);
  });

  // A save that brings anew more than its own form, as a decision brings its row of the review, leaves what is half typed in
  // other forms there. Boxes that save by themselves are left out: what is put back in one would look saved.
  const nameOf = (box) => `${box.tagName} ${box.name} ${box.id || box.getAttribute("aria-label") || ""}`;
  const boxesOf = (part) => [...part.querySelectorAll("textarea[name], input[name]:not([type=file])")]
    .filter((box) => (box.id || box.hasAttribute("aria-label")) && !box.form?.matches(".autosave"));
  let halfTyped = new Map();
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, target } = event.detail;
    const sent = requestConfig.elt.closest("form");
    const left = requestConfig.verb === "post" ? boxesOf(target).filter((box) => box.form !== sent && box.value !== box.defaultValue) : [];
    halfTyped = new Map(left.map((box) => [nameOf(box), { value: box.value, began: box.defaultValue, isFocused: box === document.activeElement }]));
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!halfTyped.size || !event.target.querySelectorAll) return;
    for (const box of boxesOf(event.target)) {
      const kept = halfTyped.get(nameOf(box));
      if (!kept || box.value !== kept.began) continue;
      box.value = kept.value;
      box.closest("details")?.setAttribute("open", "");
      if (kept.isFocused) box.focus();
    }
  });

  // A page that follows what happens asks again and again: that it gets no answer stands there until it gets one.
  let silence = null;
  const isAsking = (event) => event.detail.requestConfig?.verb === "get";
  function tellSilence() {
    if (silence) return;
    silence = document.createElement("div");
    silence.className = "toast-said toast-error";
    silence.textContent = "The server does not answer. You can go on reading this page, which may be old by now; nothing "
      + "can be saved or opened. The page goes on asking, and this note goes when there is an answer.";
    document.getElementById("toasts")?.append(silence);
  }
  function endSilence() {
    if (!silence) return;
    silence.remove();
    silence = null;
    toast("The server answers again.");
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    const status = event.detail.xhr?.status ?? 0;
    if (status > 0 && status < 500) endSilence();
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (isAsking(event) && event.detail.xhr.status >= 500) { tellSilence(); return; }
    const text = event.detail.xhr.responseText;
    toast(text.startsWith("<") || !text ? "That did not work. Reload the page and try once more." : text, true);
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (!isAsking(event)) toast("Not saved: the server does not answer. Try again in a minute.", true);
    tellSilence();
  });
  // Passkeys: the browser says why not, in words that nobody understands.
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const reasons = {
      NotAllowedError: "No passkey was used: that was canceled, took too long, or this device has none for this site.",
      InvalidStateError: "This device has a passkey for this site already.",
      SecurityError: "Passkeys need this site's name: they do not work under an address of numbers, nor without https.",
    };
    toast(reasons[event.detail.exception?.name] ?? "The passkey could not be used. Try again, or sign in by password.", true);
  });
  document.addEventListener("DOMContentLoaded", () => { showThemeWord(); takeFocus(document); });
})();
