// What the pages of the Enrollment site do by themselves; each works without it.
(() => {
  "use strict";
  document.documentElement.classList.add("with-script");
  document.querySelector("[data-takes-focus]")?.focus();
  for (const button of document.querySelectorAll("[data-prints]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  // A second click on the same button would only be answered the same; it is spared.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset.sendsOnce === undefined) return;
    if (form.dataset.isSent) event.preventDefault();
    form.dataset.isSent = "yes";
  });
  // Going back shows a page as it was left, sent forms among it.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-is-sent]")) delete form.dataset.isSent;
  });
})();
