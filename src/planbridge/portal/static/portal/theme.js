// Runs before the first paint: without a choice of one's own the page has the browser's colors.
(() => {
  const page = document.documentElement;
  if (page.hasAttribute("data-theme-of-browser") && matchMedia("(prefers-color-scheme: dark)").matches) {
    page.dataset.bsTheme = "dark";
  }
})();
