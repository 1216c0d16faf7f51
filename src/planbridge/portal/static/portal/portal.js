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
  // A page that follows what happens asks again and again: that it gets no answer is said once, until it gets one.
  let isSilent = false;
  const isAsking = (event) => event.detail.requestConfig?.verb === "get";
  function tellSilence() {
    if (!isSilent) toast("The server does not answer. What you see may be old; the page goes on asking.", true);
    isSilent = true;
  }
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) isSilent = false; });
  document.addEventListener("htmx:responseError", (event) => {
    if (isAsking(event) && event.detail.xhr.status >= 500) { tellSilence(); return; }
    const text = event.detail.xhr.responseText;
    toast(text.startsWith("<") || !text ? "That did not work. Reload the page and try once more." : text, true);
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (isAsking(event)) tellSilence();
    else toast("Not saved: the server does not answer. Try again in a minute.", true);
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
