// Short messages at the bottom of the window about acts and failures, some with a button to undo the act.

export const SECONDS = 6;
const MOST = 3;

// It exists before the first message, so that screen readers read that message too.
const region = document.createElement("div");
region.className = "toasts";
region.setAttribute("role", "status");

// `action` is {label, run}. The toast stays for `seconds`, and longer while a pointer or the focus is on it.
export function toast(text, { action, seconds = SECONDS } = {}) {
  placeToasts();
  const element = document.createElement("div");
  element.className = "toast";
  element.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (action) element.append(button(action, () => element.remove()));
  for (const other of [...region.children]) if (!action && other.textContent === text) other.remove();
  region.append(element);
  while (region.children.length > MOST) region.firstChild.remove();
  expire(element, seconds);
}

function button({ label, run }, close) {
  const element = Object.assign(document.createElement("button"), {
    className: "button",
    type: "button",
    textContent: label,
  });
  element.addEventListener("click", () => {
    close();
    run();
  });
  return element;
}

function expire(element, seconds) {
  let timer;
  const pause = () => clearTimeout(timer);
  const go = () => {
    pause();
    if (!element.matches(":hover, :focus-within")) timer = setTimeout(() => element.remove(), seconds * 1000);
  };
  element.addEventListener("pointerenter", pause);
  element.addEventListener("focusin", pause);
  element.addEventListener("pointerleave", go);
  element.addEventListener("focusout", () => setTimeout(go)); // only later is the next element focused
  go();
}

// An open dialog makes the rest of the page inert, so the messages move into it, and out when it closes.
export function placeToasts() {
  const host = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (region.parentNode !== host) host.append(region);
}

placeToasts();
