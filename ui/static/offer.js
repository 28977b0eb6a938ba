// What another picture costs, what is left of the day, and what stands in the way: the words beside Generate.

import { comesAt, day, dollars, whole } from "easel/format.js";

export const PAUSED = "New pictures are paused at the moment.";
export const NOT_ALLOWED = "You cannot make pictures here.";

// Why Generate is off whatever is pressed; empty when it is on.
export function reasonOf(offer) {
  if (!offer) return "";
  if (offer.isPaused) return PAUSED;
  if (offer.budgetResetsAt)
    return `This month's budget for pictures is spent. It begins anew on ${day(offer.budgetResetsAt)}.`;
  if (offer.left !== 0) return "";
  if (offer.limit === 0) return NOT_ALLOWED;
  const pictures = offer.limit === 1 ? "your one picture" : `all your ${whole(offer.limit)} pictures`;
  return `You have made ${pictures} of today. There are more from ${comesAt(offer.resetsAt)} on.`;
}

// Quietly beside the button; empty where neither a price nor a limit is known.
export function remarkOf(offer) {
  const price = offer?.price ? `${dollars(offer.price)} a picture` : "";
  const left = offer?.limit ? `${whole(offer.left)} of ${whole(offer.limit)} left today` : "";
  return [price, left].filter(Boolean).join(" · ");
}
