// The theme: light, dark or the system's, stored by the browser. Components run too late to set it before
// the first paint. The event `easel:next-theme` asks for the next theme; `easel:theme` tells of a change.

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
    document.documentElement.dataset.themeMode = mode();
    dispatchEvent(new Event("easel:theme"));
  }

  // From the system's theme to the other one first, so that each step can be seen.
  function next() {
    const order = dark.matches ? MODES : ["system", "dark", "light"];
    localStorage.setItem("easel-theme", order[(order.indexOf(mode()) + 1) % order.length]);
    apply();
  }

  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
  addEventListener("easel:next-theme", next);
})();
