// The prompts that somebody has used: each once, the newest first, and stepped through as a terminal does.

import { beforeEach, describe, expect, it } from "vitest";
import { Steps, isRemoved, learn, matching, recent, remember, remove } from "../../ui/static/recall.js";

beforeEach(() => localStorage.clear());

describe("the list", () => {
  it("has each prompt once, the newest first, for each person apart", () => {
    for (const prompt of ["a kite", "a fox", "a kite"]) remember("ada", prompt);
    expect(recent("ada")).toEqual(["a kite", "a fox"]);
    expect(recent("ben")).toEqual([]);
  });

  it("takes in what was made elsewhere, and keeps what has no picture any more", () => {
    remember("ada", "deleted since");
    learn("ada", ["from my phone", "deleted since"]);
    learn("ada", ["from my phone"]);
    expect(recent("ada")).toEqual(["from my phone", "deleted since"]);
    remember("ada", "running");
    learn("ada", ["once more", "from my phone"]);
    learn("ada", ["from my phone", "once more"]);
    expect(recent("ada")).toEqual(["running", "from my phone", "once more", "deleted since"]);
  });

  it("has nothing of what was removed, until it is used again", () => {
    remember("ada", "a kite");
    remove("ada", "a kite");
    learn("ada", ["a kite"]);
    expect([recent("ada"), isRemoved("ada", "a kite")]).toEqual([[], true]);
    remember("ada", "a kite");
    expect([recent("ada"), isRemoved("ada", "a kite")]).toEqual([["a kite"], false]);
  });

  it("is bounded", () => {
    learn(
      "ada",
      Array.from({ length: 300 }, (_, n) => `prompt ${n}`),
    );
    expect(recent("ada")).toHaveLength(200);
  });

  it.each(["{", "null", '"a"', "[1]"])("outlives what is stored there by mistake: %s", (text) => {
    localStorage.setItem("easel-prompts:ada", text);
    expect(recent("ada")).toEqual([]);
  });
});

it("finds every word, in any case and with or without accents", () => {
  const prompts = ["Ein Fuchs über den Dächern", "a red fox", "Ein Fuchs"];
  expect(matching(prompts, "FUCHS uber")).toEqual([prompts[0]]);
  expect(matching(prompts, " ")).toEqual(prompts);
});

describe("ArrowUp and ArrowDown", () => {
  const STEPS = [
    ["ArrowUp", "", "newest"],
    ["ArrowUp", "newest", "older"],
    ["ArrowUp", "older", "older"], // the oldest stays
    ["ArrowDown", "older", "newest"],
    ["ArrowDown", "newest", ""],
    ["ArrowDown", "", null], // nothing of ours
  ];

  it("go through the list from an empty box", () => {
    learn("ada", ["newest", "older"]);
    const steps = new Steps("ada");
    for (const [key, text, shown] of STEPS) expect(steps.step(key, text)).toBe(shown);
  });

  it("leave alone what somebody has written, and other keys", () => {
    learn("ada", ["newest"]);
    const steps = new Steps("ada");
    expect([steps.step("ArrowUp", "my own words"), steps.step("a", "")]).toEqual([null, null]);
    expect(steps.step("ArrowUp", "")).toBe("newest");
    steps.reset(); // as the pointer does
    expect(steps.step("ArrowUp", "newest")).toBe(null);
  });

  it("do nothing where there is no prompt yet", () => {
    expect(new Steps("ada").step("ArrowUp", "")).toBe(null);
  });
});
