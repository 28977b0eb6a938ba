// Numbers, amounts and times as the person's own language writes them.

const CURRENCY = { style: "currency", currency: "USD", minimumFractionDigits: 2, maximumFractionDigits: 3 };

export const whole = (number) => number.toLocaleString();
export const dollars = (amount) => amount.toLocaleString(undefined, CURRENCY);
export const day = (time) => new Date(time).toLocaleDateString(undefined, { dateStyle: "medium" });
export const moment = (time) =>
  new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

// When something comes back: the hour, and the day where that is not today.
export function comesAt(time, now = new Date()) {
  const date = new Date(time);
  const isToday = date.toDateString() === now.toDateString();
  return date.toLocaleString(
    undefined,
    isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" },
  );
}
