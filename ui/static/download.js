// The file name of a downloaded picture, made from the words of its prompt.

import { t } from "easel/words.js";

const EXTENSIONS = { "image/jpeg": "jpg", "image/webp": "webp" };
const LENGTH = 60;

export function fileName(prompt, type) {
  const words = prompt
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  const name = [...words].slice(0, LENGTH).join("") || t("picture");
  return `${name}.${EXTENSIONS[type] ?? "png"}`;
}
