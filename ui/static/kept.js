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
