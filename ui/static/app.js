// What must happen in the browser: the theme, the top bar on navigation, the counter, the clock.
"use strict";

(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const MODES = ["system", "light", "dark"];
  const NAMES = { system: "Theme: system", light: "Theme: light", dark: "Theme: dark" };

  const mode = () => {
    const kept = localStorage.getItem("easel-theme");
    return MODES.includes(kept) ? kept : "system";
  };

  function applyTheme() {
    const isDark = mode() === "dark" || (mode() === "system" && dark.matches);
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
    document.documentElement.dataset.themeMode = mode();
    document.querySelectorAll(".theme-switch").forEach((button) => {
      button.setAttribute("aria-label", NAMES[mode()]);
      button.title = NAMES[mode()];
    });
  }

  function nextTheme() {
    localStorage.setItem("easel-theme", MODES[(MODES.indexOf(mode()) + 1) % MODES.length]);
    applyTheme();
  }

  function startTopBar(event) {
    const link = event.target.closest("a[href]");
    const leaves = link && link.origin === location.origin && !link.target && !link.hash && !link.download;
    if (leaves && !event.ctrlKey && !event.metaKey && !event.shiftKey) showLoading();
  }

  function showLoading() {
    document.querySelector(".top-bar")?.classList.add("is-loading");
  }

  // Characters as people and the server count them: an emoji is one, not two.
  function count(textarea) {
    const counter = document.querySelector(".counter");
    if (!counter) return;
    const length = [...textarea.value].length;
    const limit = Number(counter.dataset.limit);
    counter.textContent = `${length} / ${limit}`;
    counter.classList.toggle("is-over", length > limit);
  }

  function tick() {
    document.querySelectorAll("[data-started]").forEach((clock) => {
      const seconds = Math.max(0, Math.floor((Date.now() - Number(clock.dataset.started)) / 1000));
      const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      if (clock.textContent !== text) clock.textContent = text;
    });
  }

  applyTheme();
  dark.addEventListener("change", applyTheme);
  addEventListener("storage", applyTheme);
  addEventListener("pageshow", () => document.querySelector(".top-bar")?.classList.remove("is-loading"));
  document.addEventListener("click", (event) => {
    if (event.target.closest(".theme-switch")) nextTheme();
    startTopBar(event);
  });
  document.addEventListener("submit", showLoading);
  document.addEventListener("input", (event) => {
    if (event.target.matches(".prompt textarea")) count(event.target);
  });
  setInterval(tick, 250);
  addEventListener("load", () => {
    applyTheme();
    document.querySelectorAll(".prompt textarea").forEach(count);
  });
})();
