// What stands beside Generate: nothing where nothing is known, else what it costs, what is left, what is in the way.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { comesAt, dollars, roughly, whole } from "../../ui/static/format.js";
import { shifted, shownMonth, thisMonth } from "../../ui/static/months.js";
import { NOT_ALLOWED, PAUSED, reasonOf, remarksOf } from "../../ui/static/offer.js";

const OFFER = {
  model: "openai/gpt-image-2",
  quality: "medium",
  price: 0.047,
  limit: 10,
  left: 7,
  resetsAt: "2026-11-26T00:00:00Z",
  isPaused: false,
  budgetResetsAt: null,
};

// The words name a day only where it is not today: so the day of the test is always the same.
beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-25T10:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the remarks", () => {
  it("tell what makes the next picture, for how much, and what is left", () => {
    const price = "gpt-image-2 · medium · about $0.05";
    expect(remarksOf(OFFER)).toEqual([price, "7 of 10 left today"]);
    expect(remarksOf({ ...OFFER, limit: null, left: null })).toEqual([price]);
    const [maker, left] = remarksOf({ ...OFFER, price: null, quality: null, limit: 1200, left: 1100 });
    expect([maker, left]).toEqual(["gpt-image-2", "1,100 of 1,200 left today"]);
  });

  it("name no model in the demo, which draws by itself", () => {
    expect(remarksOf({ ...OFFER, price: 0 })).toEqual(["7 of 10 left today"]);
  });

  it("are none where neither is known, and before the offer has come", () => {
    for (const price of [null, 0])
      expect(remarksOf({ ...OFFER, price, limit: null, left: null })).toEqual([]);
    expect(remarksOf(null)).toEqual([]);
  });
});

describe("the reason", () => {
  it("is empty while something is left", () => {
    expect(reasonOf(OFFER)).toBe("");
    expect(reasonOf({ ...OFFER, limit: null, left: null })).toBe("");
    expect(reasonOf(null)).toBe("");
  });

  it("names what is in the way, and when it goes", () => {
    expect(reasonOf({ ...OFFER, left: 0 })).toMatch(
      /^You have made all your 10 pictures of today\. .*Nov 26, 2026/,
    );
    expect(reasonOf({ ...OFFER, limit: 1, left: 0 })).toMatch(/^You have made your one picture of today/);
    expect(reasonOf({ ...OFFER, limit: 0, left: 0 })).toBe(NOT_ALLOWED);
    expect(reasonOf({ ...OFFER, isPaused: true, left: 0 })).toBe(PAUSED);
    const spent = reasonOf({ ...OFFER, left: 0, budgetResetsAt: "2026-12-01T00:00:00Z" });
    expect(spent).toMatch(/budget for pictures is spent.* Dec 1, 2026\.$/);
  });
});

describe("formats", () => {
  it("separates thousands, and keeps tenths of a cent", () => {
    expect(whole(1234567)).toBe("1,234,567");
    expect([dollars(1234.5), dollars(0.047), dollars(0)]).toEqual(["$1,234.50", "$0.047", "$0.00"]);
  });

  it("says a price in whole cents, and a small one in tenths", () => {
    expect([0.25, 0.047, 0.02, 0.011].map(roughly)).toEqual(["$0.25", "$0.05", "$0.02", "$0.011"]);
  });

  it("names the day only where it is not today", () => {
    const now = new Date("2026-11-25T10:00:00Z");
    expect(comesAt("2026-11-25T12:30:00Z", now)).toMatch(/^12:30/);
    expect(comesAt("2026-11-26T00:00:00Z", now)).toMatch(/^Nov 26, 2026/);
  });
});

describe("months", () => {
  it("are taken from the address, or are this one (UTC)", () => {
    expect(shownMonth("?month=2025-02")).toBe("2025-02");
    for (const wrong of ["", "?month=2025-13", "?month=x", "?month=2025-2"])
      expect(shownMonth(wrong)).toBe(thisMonth());
    expect(thisMonth(new Date("2026-12-31T23:59:59Z"))).toBe("2026-12");
  });

  it("go over the end of a year", () => {
    expect([shifted("2026-01", -1), shifted("2026-12", 1)]).toEqual(["2025-12", "2027-01"]);
  });
});
