// Copying to the clipboard: a prompt, and a picture, which browsers take as PNG only.

import { toast } from "easel/toast.js";
import { t } from "easel/words.js";

const PNG = "image/png";

export const canCopyPictures = () => Boolean(window.ClipboardItem && navigator.clipboard?.write);

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("Prompt copied."));
  } catch {
    toast(t("Your browser does not allow copying here. Select the prompt's text instead."));
  }
}

export async function copyPicture(url) {
  try {
    // The promise itself: Safari allows no clipboard once something has been awaited after the click.
    await navigator.clipboard.write([new ClipboardItem({ [PNG]: png(url) })]);
    toast(t("Picture copied."));
  } catch {
    toast(t("Your browser could not copy the picture. Download it instead."));
  }
}

// The picture as it is stored if that is PNG, else drawn anew.
async function png(url) {
  const reply = await fetch(url);
  if (!reply.ok) throw new Error(`the picture was answered with ${reply.status}`);
  const stored = await reply.blob();
  if (stored.type === PNG) return stored;
  const bitmap = await createImageBitmap(stored);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
  return new Promise((done, fail) =>
    canvas.toBlob((drawn) => (drawn ? done(drawn) : fail(new Error("no PNG"))), PNG),
  );
}
