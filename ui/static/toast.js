// Short messages at the bottom of the window about acts and failures, some with a button to undo the act.

export const SECONDS = 6;
const MOST = 3;

// It exists before the first message, so that screen readers read that message too.
const region = document.createElement("div");
region.className = "toasts";
region.setAttribute("role", "status");

// What starts the time of a toast anew.
const restarts = new WeakMap();

// `action` is {label, run}. The toast stays for `seconds`, and longer while a pointer or the focus is on it.
export function toast(text, { action, seconds = SECONDS } = {}) {
  placeToasts();
  const element = document.createElement("div");
  element.className = "toast";
  element.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (action) element.append(button(action, () => element.remove()));
  for (const other of [...region.children]) if (!action && other.textContent === text) other.remove();
  const old = [...region.children].filter((other) => !isLookedAt(other) && !other.querySelector("button"));
  for (const other of old.slice(0, Math.max(region.children.length + 1 - MOST, 0))) other.remove();
  region.append(element);
  expire(element, seconds);
}

const isLookedAt = (element) => element.matches(":hover, :focus-within");

// `run` may take its time, and moves the focus where it wants it: until then the button keeps it, as otherwise
// nothing would have it.
function button({ label, run }, close) {
  const element = Object.assign(document.createElement("button"), {
    className: "button",
    type: "button",
    textContent: label,
  });
  let isRunning = false;
  element.addEventListener("click", async () => {
    if (isRunning) return;
    isRunning = true;
    try {
      await run();
    } finally {
      close();
    }
  });
  return element;
}

function expire(element, seconds) {
  let timer;
  const end = () => isLookedAt(element) || element.remove();
  const pause = () => clearTimeout(timer);
  const go = () => {
    pause();
    timer = setTimeout(end, seconds * 1000);
  };
  element.addEventListener("pointerenter", pause);
  element.addEventListener("focusin", pause);
  element.addEventListener("pointerleave", go);
  element.addEventListener("focusout", go);
  restarts.set(element, go);
  go();
}

// An open dialog makes the rest of the page inert, so the messages move into it, and out when it closes.
export function placeToasts() {
  const host = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (region.parentNode === host) return;
  const focused = region.contains(document.activeElement) && document.activeElement;
  host.append(region);
  // What moves loses the focus and the pointer without a word.
  if (focused) focused.focus();
  for (const element of region.children) restarts.get(element)();
}

placeToasts();
