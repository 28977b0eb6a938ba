// What the browser keeps of people goes when they sign out or delete their account, on whatever page that is: the
// computer may be shared. A sign-in that merely ends leaves it, so that a draft is there after the next one.

const OF_PEOPLE = /^easel-(draft|press|prompts|prompts-removed):/;

let isOver = false;

// Whether this page must not keep anything of a person any more: an answer may still arrive after they signed out.
export const hasForgotten = () => isOver;

export function forgetPeople() {
  isOver = true;
  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      const storage = window[name];
      for (const key of Object.keys(storage)) if (OF_PEOPLE.test(key)) storage.removeItem(key);
    } catch {
      // a browser that denies its storage has kept nothing
    }
  }
}

document.addEventListener("submit", (event) => {
  if (event.target.matches('[action="/auth/logout"]')) forgetPeople();
});

// They signed out in another tab.
addEventListener("storage", ({ key, newValue }) => {
  if (newValue === null && key?.startsWith("easel-prompts:")) isOver = true;
});
