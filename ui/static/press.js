// A press of Generate: its key, and the press that a reload interrupted, which is sent again.

// An older press is not sent again: nobody would expect a picture from it.
const KEPT_MS = 10 * 60_000;

// Not `crypto.randomUUID`: browsers have it only on https and on localhost.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The press that is stored as `text`; null if it is damaged, or too old at `now` (ms), or in the future.
export function readPress(text, now) {
  try {
    const press = JSON.parse(text);
    const age = now - press.at;
    return press.order?.prompt && press.key && age >= 0 && age < KEPT_MS ? press : null;
  } catch {
    return null;
  }
}

// The number of characters as the server counts them: most emoji are one, whereas `length` counts two.
export const count = (text) => [...text].length;
