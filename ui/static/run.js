// A running generation: clock, bar and estimate move here, without a message from the server.

import { say } from "./frame.js";
import { toast } from "./toast.js";

const TITLES = { running: "Painting …", done: "✓ Your picture is ready", failed: "✕ No picture" };
const BADGES = { running: "#47b3ff", done: "#1a9c4b", failed: "#d93025" };
const AT_MOST = 0.95; // the bar is full when the picture is there, not before

const plainTitle = document.title;
const plainIcon = document.querySelector('link[rel~="icon"]')?.href;
const starts = new WeakMap();
let state = "";
let saidPhase = "";
let focused = null;

function seconds(run) {
  // The server says how old the run is: this computer's clock may be wrong.
  if (!starts.has(run)) starts.set(run, performance.now() - Number(run.dataset.ageMs));
  return Math.max(0, (performance.now() - starts.get(run)) / 1000);
}

// Each phase is said once, politely; a failure's own box is an alert.
function sayPhase() {
  const phase = document.querySelector(".run__phases [aria-current]")?.textContent ?? "";
  if (phase === saidPhase) return;
  saidPhase = phase;
  if (phase) say(`Your picture: ${phase}.`);
}

function tick() {
  const run = document.querySelector(".run[data-age-ms]");
  if (!run) return;
  const elapsed = seconds(run);
  write(run, ".clock", `${Math.floor(elapsed / 60)}:${String(Math.floor(elapsed % 60)).padStart(2, "0")}`);
  const [low, high] = [Number(run.dataset.low), Number(run.dataset.high)];
  if (!high) return;
  const over = Math.round(elapsed - high);
  write(run, ".estimate", over > 0 ? `longer than usual, ${over} s over` : `usually ${low} to ${high} s`);
  const share = Math.min(elapsed / high, 1) * AT_MOST;
  run.style.setProperty("--progress", share.toFixed(3));
  const bar = run.querySelector("[role=progressbar]");
  bar?.setAttribute("aria-valuenow", String(Math.round(share * 100)));
}

function write(run, selector, text) {
  const element = run.querySelector(selector);
  if (element && element.textContent !== text) element.textContent = text;
}

function onState() {
  const element = document.getElementById("run-state");
  const now = element?.dataset.state ?? "";
  if (now === state) return;
  const before = state;
  state = now;
  showInTab();
  if (now === "running") showCanvas("smooth");
  if (now === "failed") showCanvas("instant"); // the prompt may get the focus next, and would be scrolled away from
  if (isFocusLost()) focusCanvas();
  if (now === "done" && before === "running") say("Your picture is ready.");
  if (before === "running" && (now === "done" || now === "failed")) {
    dispatchEvent(new Event(`easel:${now}`));
    if (document.hidden) notify(now);
  }
  if (now) dispatchEvent(new Event("easel:changed"));
}

// What had the focus may be gone with the sheet, as Cancel is: what replaced it has it then.
const isFocusLost = () => document.activeElement === document.body && focused && !focused.isConnected;
const focusCanvas = () => document.querySelector("#run-state :is(a, button)")?.focus({ preventScroll: true });

// On a phone the canvas is below the form: bring it into view when the run starts, and when it fails.
function showCanvas(behavior) {
  const canvas = document.querySelector(".canvas");
  const { top, bottom } = canvas.getBoundingClientRect();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (top < 0 || bottom > innerHeight) canvas.scrollIntoView({ block: "nearest", behavior: calm ? "instant" : behavior });
}

function showInTab() {
  const isNews = state === "running" || document.hidden;
  document.title = isNews && TITLES[state] ? `${TITLES[state]} · Easel` : plainTitle;
  setIcon(isNews && BADGES[state] ? BADGES[state] : null);
}

function setIcon(badge) {
  const link = document.querySelector('link[rel~="icon"]');
  if (!link) return;
  link.href = badge
    ? `data:image/svg+xml,${encodeURIComponent(
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M12 2v2M8 15l-3 7M16 15l3 7M4 17h16" stroke="#0a6cb0" stroke-width="1.75" stroke-linecap="round"/><rect x="5" y="4" width="14" height="11" rx="2.2" fill="#47b3ff"/><circle cx="18" cy="6" r="5.5" fill="${badge}" stroke="#fff"/></svg>`,
      )}`
    : plainIcon;
}

// -- notifications: only for those who asked for them ------------------------------------------------

const wantsNotification = () =>
  "Notification" in window && Notification.permission === "granted" && localStorage.getItem("easel-notify") === "on";

function notify(now) {
  if (!wantsNotification()) return;
  const notification = new Notification(now === "done" ? "Your picture is ready" : "No picture this time", {
    body: box()?.value.slice(0, 120),
    icon: plainIcon,
    tag: "easel",
  });
  notification.onclick = () => window.focus();
}
const box = () => document.getElementById("prompt");

async function toggleNotification() {
  if (wantsNotification()) localStorage.setItem("easel-notify", "off");
  else if ((await Notification.requestPermission()) === "granted") localStorage.setItem("easel-notify", "on");
  else toast("Your browser does not allow notifications from this site.");
  showNotificationSwitch();
}

function showNotificationSwitch() {
  const button = document.querySelector(".notify-switch");
  if (!button) return;
  button.hidden = !("Notification" in window);
  const text = wantsNotification() ? "You will be notified" : "Notify me when it is done";
  button.setAttribute("aria-pressed", String(wantsNotification()));
  const label = button.querySelector("span:last-child");
  if (label && label.textContent !== text) label.textContent = text;
}

document.addEventListener("click", (event) => event.target.closest(".notify-switch") && toggleNotification());
document.addEventListener("focusin", (event) => (focused = event.target));
document.addEventListener("visibilitychange", () => {
  showInTab();
  tick();
});
new MutationObserver(() => {
  onState();
  sayPhase();
  tick();
  showNotificationSwitch();
}).observe(document.documentElement, {
  childList: true,
  subtree: true,
  attributes: true,
  attributeFilter: ["data-state", "data-age-ms", "aria-current"],
});
setInterval(() => !document.hidden && tick(), 250);
