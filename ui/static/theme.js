// The theme: light, dark or the system's; remembered. Runs before the first paint.
"use strict";

(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const MODES = ["system", "light", "dark"];

  const mode = () => {
    const kept = localStorage.getItem("easel-theme");
    return MODES.includes(kept) ? kept : "system";
  };

  function apply() {
    const isDark = mode() === "dark" || (mode() === "system" && dark.matches);
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
    document.querySelectorAll(".theme-switch").forEach((button) => {
      button.title = `Theme: ${mode()}`;
      button.setAttribute("aria-label", button.title);
    });
  }

  function next() {
    localStorage.setItem("easel-theme", MODES[(MODES.indexOf(mode()) + 1) % MODES.length]);
    apply();
  }

  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
  addEventListener("load", apply);
  addEventListener("easel:next-theme", next);
  document.addEventListener("click", (event) => event.target.closest(".theme-switch") && next());
})();
