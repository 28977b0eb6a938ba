// A press of Generate: its key, and whether one that a reload interrupted is sent again.

// A press from long ago would start a picture unasked.
const KEPT_MS = 10 * 60_000;

// `crypto.randomUUID` is there on https and on this computer only.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The press that was kept as `text`; null when it is too old, damaged or from the future.
export function readPress(text, now) {
  try {
    const press = JSON.parse(text);
    const age = now - press.at;
    return press.text && press.key && age >= 0 && age < KEPT_MS ? press : null;
  } catch {
    return null;
  }
}

// Characters as people and the server count them: an emoji is one, not two.
export const count = (text) => [...text].length;
