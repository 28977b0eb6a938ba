// Numbers, amounts and times as the language of the page writes them.

import { locale } from "easel/words.js";

const CURRENCY = { style: "currency", currency: "USD", minimumFractionDigits: 2, maximumFractionDigits: 3 };

export const whole = (number) => number.toLocaleString(locale);
export const dollars = (amount) => amount.toLocaleString(locale, CURRENCY);
// As it is said of what is to come: in whole cents, unless it is hardly more than one.
export const roughly = (amount) =>
  amount.toLocaleString(locale, { ...CURRENCY, maximumFractionDigits: amount < 0.02 ? 3 : 2 });
export const day = (time) => new Date(time).toLocaleDateString(locale, { dateStyle: "medium" });
export const moment = (time) =>
  new Date(time).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });

// When something comes back: the hour, and the day where that is not today.
export function comesAt(time, now = new Date()) {
  const date = new Date(time);
  const isToday = date.toDateString() === now.toDateString();
  return date.toLocaleString(
    locale,
    isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" },
  );
}
