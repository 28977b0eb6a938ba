// What "Your pictures" says below its pictures: how many were found, or why there are none.

import { t, tn } from "easel/words.js";

export function noteOf({ count, words, isFailed, isWhole }) {
  if (count && !words) return "";
  if (count && isWhole) return tn("{n} found.", "{n} found.", count);
  if (count) return tn("{n} or more found.", "{n} or more found.", count);
  if (!isWhole) return t("Looking …");
  if (words && isFailed) return t("No failed prompt has all of these words.");
  if (words) return t("No prompt of yours has all of these words.");
  return isFailed ? t("Nothing has failed.") : t("Your finished pictures gather here.");
}
