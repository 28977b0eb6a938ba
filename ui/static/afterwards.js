// A toast for the page to which this one leads.

import { read, write } from "easel/kept.js";
import { SECONDS, toast } from "easel/toast.js";

const NAME = "easel-toast";

export function toastAfterwards(text) {
  write("sessionStorage", NAME, text);
}

export function showKeptToast() {
  const text = read("sessionStorage", NAME);
  write("sessionStorage", NAME, null);
  if (text) toast(text, { seconds: 2 * SECONDS });
}
