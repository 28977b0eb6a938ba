// Every page: the top bar on navigation, what is said to screen readers, keyboard shortcuts.

const topBar = () => document.querySelector(".top-bar");

export function say(text) {
  const live = document.getElementById("live");
  if (live && live.textContent !== text) live.textContent = text;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const leaves =
    link && link.origin === location.origin && !link.target && !link.hash && !link.hasAttribute("download");
  if (leaves && !event.ctrlKey && !event.metaKey && !event.shiftKey) topBar()?.classList.add("is-loading");
});
document.addEventListener("submit", () => topBar()?.classList.add("is-loading"));
addEventListener("pageshow", () => topBar()?.classList.remove("is-loading"));

// -- shortcuts: single keys, off while somebody types and wherever they are switched off ------------

const ACTIONS = {
  "?": () => document.getElementById("shortcuts")?.showModal(),
  "/": () => document.getElementById("prompt")?.focus(),
  t: () => dispatchEvent(new Event("easel:next-theme")),
  g: () => document.querySelector(".tile__open")?.focus(),
};
const isOff = () => localStorage.getItem("easel-single-keys") === "off";

document.addEventListener("keydown", (event) => {
  const action = ACTIONS[event.key];
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (!action || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isOff() || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  action();
});
document.addEventListener("click", (event) => {
  if (event.target.closest(".shortcuts-open")) document.getElementById("shortcuts").showModal();
  if (event.target.closest(".dialog-close") || event.target.matches("dialog")) {
    event.target.closest("dialog").close();
  }
});
document.addEventListener("change", (event) => {
  if (event.target.matches(".single-keys")) {
    localStorage.setItem("easel-single-keys", event.target.checked ? "on" : "off");
  }
});
new MutationObserver(() => {
  const box = document.querySelector(".single-keys:not([data-ready])");
  if (box) {
    box.dataset.ready = "";
    box.checked = !isOff();
  }
}).observe(document.documentElement, { childList: true, subtree: true });
