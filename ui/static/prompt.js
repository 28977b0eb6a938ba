// The prompt box: the counter, the draft that outlives a reload or a sign-in, the examples.

const NEAR = 0.9;
const box = () => document.querySelector(".prompt textarea");
const draftKey = () => `easel-draft:${document.querySelector("[data-draft]")?.dataset.draft}`;

export function setPrompt(text) {
  const textarea = box();
  textarea.value = text;
  textarea.dispatchEvent(new Event("input", { bubbles: true }));
  textarea.focus();
}

// Characters as people and the server count them: an emoji is one, not two.
function count(textarea) {
  const counter = document.querySelector(".counter");
  if (!counter) return;
  const length = [...textarea.value].length;
  const limit = Number(counter.dataset.limit);
  const over = length - limit;
  counter.textContent = over > 0 ? `${over} too many` : `${length} / ${limit}`;
  counter.classList.toggle("is-near", length >= limit * NEAR && over <= 0);
  counter.classList.toggle("is-over", over > 0);
  textarea.setAttribute("aria-invalid", String(over > 0));
  const hint = document.getElementById("prompt-limit");
  if (hint) {
    hint.textContent = over > 0 ? `A prompt has ${limit} characters at most: please shorten it by ${over}.` : "";
  }
}

function restoreDraft(textarea) {
  textarea.dataset.ready = "";
  const draft = localStorage.getItem(draftKey());
  if (draft && !textarea.value) {
    textarea.value = draft;
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
  }
  count(textarea);
}

document.addEventListener("input", (event) => {
  if (!event.target.matches(".prompt textarea")) return;
  count(event.target);
  if (event.target.value) localStorage.setItem(draftKey(), event.target.value);
  else localStorage.removeItem(draftKey());
});
document.addEventListener("click", (event) => {
  const example = event.target.closest(".example");
  if (example) setPrompt(example.dataset.prompt);
});
// What is in the box by then may be the next prompt already: that draft stays.
addEventListener("easel:done", () => {
  const made = document.querySelector(".picture")?.alt;
  if (localStorage.getItem(draftKey()) === made) localStorage.removeItem(draftKey());
});
// Signing out on purpose leaves nothing behind for the next person at this computer.
document.addEventListener("submit", (event) => {
  if (event.target.matches('[action="/auth/logout"]')) localStorage.removeItem(draftKey());
});
new MutationObserver(() => {
  const textarea = document.querySelector(".prompt textarea:not([data-ready])");
  // A moment later: the page's framework must be listening before it can be told of the draft.
  if (textarea) requestAnimationFrame(() => requestAnimationFrame(() => restoreDraft(textarea)));
}).observe(document.documentElement, { childList: true, subtree: true });
