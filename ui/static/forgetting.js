// What the browser keeps of people goes when they sign out or delete their account, on whatever page that is: the
// computer may be shared. A sign-in that merely ends leaves it, so that a draft is there after the next one.

import { write } from "easel/kept.js";

// How this browser likes Easel, whoever uses it.
const PREFERENCES = ["easel-theme", "easel-single-keys", "easel-notify"];

let isOver = false;

// Whether this page must not keep anything of a person any more: an answer may still arrive after they signed out.
export const hasForgotten = () => isOver;

export function forgetPeople() {
  isOver = true;
  for (const storage of ["localStorage", "sessionStorage"])
    for (const name of namesIn(storage)) if (!PREFERENCES.includes(name)) write(storage, name, null);
}

function namesIn(storage) {
  try {
    return Object.keys(window[storage]);
  } catch {
    return []; // a browser that denies its storage has kept nothing
  }
}

// They signed out in another tab.
addEventListener("storage", ({ key, newValue }) => {
  if (newValue === null && key?.startsWith("easel-prompts:")) isOver = true;
});
