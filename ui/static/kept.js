// Values that the browser stores between pages. A browser may deny its storage: then reading gives null and
// writing has no effect, and the page works on without stored values.

export function read(storage, name) {
  try {
    return window[storage].getItem(name);
  } catch {
    return null;
  }
}

export function write(storage, name, value) {
  try {
    if (value) window[storage].setItem(name, value);
    else window[storage].removeItem(name);
  } catch {
    // the value is not stored
  }
}

// How this browser likes Easel, whoever uses it.
const PREFERENCES = ["easel-theme", "easel-single-keys", "easel-notify"];

// Removes everything but preferences when somebody signs out, as the computer may be shared.
export function forget() {
  for (const storage of ["localStorage", "sessionStorage"]) {
    for (const name of namesIn(storage)) {
      if (!PREFERENCES.includes(name)) write(storage, name, null);
    }
  }
}

function namesIn(storage) {
  try {
    return Object.keys(window[storage]);
  } catch {
    return [];
  }
}

const YEAR_SECONDS = 365 * 24 * 60 * 60;

// What to assign to `document.cookie`, for a value that the server has to know, too. The prefix prevents other
// hosts of the domain from setting it; browsers allow it on https only.
export function cookieOf(name, value, protocol = location.protocol) {
  const [prefix, secure] = protocol === "https:" ? ["__Host-", "; Secure"] : ["", ""];
  return `${prefix}${name}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
}
