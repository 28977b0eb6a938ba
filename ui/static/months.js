// The month (UTC) that the page of administrators shows, from its address: /admin?month=2026-11.

import { locale } from "easel/words.js";

const pad = (number) => String(number).padStart(2, "0");
const nameOf = (date) => `${date.getUTCFullYear()}-${pad(date.getUTCMonth() + 1)}`;

export const thisMonth = (now = new Date()) => nameOf(now);

export function shownMonth(search = location.search) {
  const asked = new URLSearchParams(search).get("month");
  return /^[2-9]\d{3}-(0[1-9]|1[0-2])$/.test(asked) ? asked : thisMonth();
}

// The month so many months later, or earlier.
export function shifted(month, by) {
  const [year, number] = month.split("-").map(Number);
  return nameOf(new Date(Date.UTC(year, number - 1 + by, 1)));
}

export const titleOf = (month) =>
  new Date(`${month}-01T00:00:00Z`).toLocaleDateString(locale, {
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
