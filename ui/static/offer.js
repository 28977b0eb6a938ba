// What another picture costs, what is left of the day, and what stands in the way: the words beside Generate.

import { comesAt, day, roughly, whole } from "easel/format.js";
import { makerOf } from "easel/maker.js";
import { t, tn } from "easel/words.js";

export const PAUSED = t("New pictures are paused at the moment.");
export const NOT_ALLOWED = t("You cannot make pictures here.");

// Why Generate is off whatever is pressed; empty when it is on.
export function reasonOf(offer) {
  if (!offer) return "";
  if (offer.isPaused) return PAUSED;
  if (offer.budgetResetsAt)
    return t("This month's budget for pictures is spent. It begins anew on {day}.", {
      day: day(offer.budgetResetsAt),
    });
  if (offer.left !== 0) return "";
  if (offer.limit === 0) return NOT_ALLOWED;
  return tn(
    "You have made your one picture of today. There are more from {time} on.",
    "You have made all your {n} pictures of today. There are more from {time} on.",
    offer.limit,
    { time: comesAt(offer.resetsAt) },
  );
}

// Quietly beside the button, as short lines: what makes the next picture for how much, and what is left of the day.
// None where neither a price nor a limit is known. The demo draws by itself, at no price.
export function remarksOf(offer) {
  if (!offer?.price && !offer?.limit) return [];
  const maker = offer.price === 0 ? "" : makerOf(offer);
  const price = offer.price ? t("about {price}", { price: roughly(offer.price) }) : "";
  const left = offer.limit
    ? t("{left} of {limit} left today", { left: whole(offer.left), limit: whole(offer.limit) })
    : "";
  return [[maker, price].filter(Boolean).join(" · "), left].filter(Boolean);
}
