// What this browser keeps of a person. A storage that is denied is no reason to deny a prompt: what could
// not be kept lives as long as the page.

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
    // not kept
  }
}
