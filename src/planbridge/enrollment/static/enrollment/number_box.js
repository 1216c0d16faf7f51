// Buttons beside each number box for one less and one more; who types needs none of them.
(() => {
  "use strict";
  const words = document.documentElement.lang === "es" ? ["Menos", "Más"] : ["Less", "More"];

  function change(box, by) {
    const bare = box.value.replace(/[\s$%]/g, "");
    const hasThousands = /^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(bare);
    const now = Number.parseFloat(hasThousands ? bare.replaceAll(",", "") : bare.replace(",", ".")) || 0;
    box.value = String(Math.max(0, Math.round((now + by) * 100) / 100));
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function button(box, sign, by, word) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "more-less";
    made.textContent = sign;
    const label = document.querySelector(`label[for="${CSS.escape(box.id)}"]`);
    made.setAttribute("aria-label", `${word}: ${label ? label.textContent.trim() : ""}`);
    made.addEventListener("click", () => change(box, by));
    return made;
  }

  for (const box of document.querySelectorAll(".number-line input")) {
    const isSplit = box.closest(".fund-box") !== null;
    box.before(button(box, "−", isSplit ? -5 : -1, words[0]));
    box.after(button(box, "+", isSplit ? 5 : 1, words[1]));
  }
})();
