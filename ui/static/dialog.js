// Dialogs: opened above the page, closed by their button, by Escape, and by a click beside them.

import { placeToasts } from "easel/toast.js";

export function openDialog(dialog) {
  dialog.showModal();
  placeToasts();
  dialog.addEventListener("close", placeToasts, { once: true });
}

export function closeOnClickBeside(event) {
  if (event.target === event.currentTarget) event.currentTarget.close();
}
