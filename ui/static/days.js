// Days by the reader's clock: which one a time belongs to, and what its heading says.

import { locale, t } from "easel/words.js";

export function dayOf(time) {
  const date = new Date(time);
  return (date.getFullYear() * 12 + date.getMonth()) * 31 + date.getDate();
}

export function dayHeading(time, now = new Date()) {
  const day = dayOf(time);
  if (day === dayOf(now)) return t("Today");
  if (day === dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) return t("Yesterday");
  return new Date(time).toLocaleDateString(locale, { dateStyle: "long" });
}
