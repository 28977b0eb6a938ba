// The prompts that somebody has used: each once, the newest first, and stepped through as a terminal does.

import { beforeEach, describe, expect, it, vi } from "vitest";

// Anew for each test, as a page has it: nothing more is kept there after a sign-out.
let recall;

beforeEach(async () => {
  localStorage.clear();
  vi.resetModules();
  recall = await import("../../ui/static/recall.js");
});

describe("the list", () => {
  it("has each prompt once, the newest first, for each person apart", () => {
    for (const prompt of ["a kite", "a fox", "a kite"]) recall.remember("ada", prompt);
    expect(recall.recent("ada")).toEqual(["a kite", "a fox"]);
    expect(recall.recent("ben")).toEqual([]);
  });

  it("takes in what was made elsewhere, and keeps what has no picture any more", () => {
    recall.remember("ada", "deleted since");
    recall.learn("ada", ["from my phone", "deleted since"]);
    recall.learn("ada", ["from my phone"]);
    expect(recall.recent("ada")).toEqual(["from my phone", "deleted since"]);
    recall.remember("ada", "running");
    recall.learn("ada", ["once more", "from my phone"]);
    recall.learn("ada", ["from my phone", "once more"]);
    expect(recall.recent("ada")).toEqual(["running", "from my phone", "once more", "deleted since"]);
  });

  it("has nothing of what was removed, until it is used again", () => {
    recall.remember("ada", "a kite");
    recall.remove("ada", "a kite");
    recall.learn("ada", ["a kite"]);
    expect([recall.recent("ada"), recall.isRemoved("ada", "a kite")]).toEqual([[], true]);
    recall.remember("ada", "a kite");
    expect([recall.recent("ada"), recall.isRemoved("ada", "a kite")]).toEqual([["a kite"], false]);
  });

  it("is bounded, and gone after signing out", () => {
    recall.learn(
      "ada",
      Array.from({ length: 300 }, (_, n) => `prompt ${n}`),
    );
    expect(recall.recent("ada")).toHaveLength(200);
  });

  it("is gone after signing out, with all but how the browser likes Easel", async () => {
    const { forgetPeople } = await import("../../ui/static/forgetting.js");
    recall.learn("ada", ["a kite", "a fox"]);
    recall.remove("ada", "a fox");
    localStorage.setItem("easel-draft:ben", "half a thought");
    sessionStorage.setItem("easel-press:ada", "{}");
    const preferences = { "easel-theme": "dark", "easel-single-keys": "off", "easel-notify": "on" };
    for (const [name, value] of Object.entries(preferences)) localStorage.setItem(name, value);
    forgetPeople();
    recall.learn("ada", ["an answer that comes late"]);
    expect({ ...localStorage }).toEqual(preferences);
    expect(sessionStorage).toHaveLength(0);
  });

  it.each(["{", "null", '"a"', "[1]"])("outlives what is stored there by mistake: %s", (text) => {
    localStorage.setItem("easel-prompts:ada", text);
    expect(recall.recent("ada")).toEqual([]);
  });
});

it("finds every word, in any case and with or without accents", () => {
  const prompts = ["Ein Fuchs über den Dächern", "a red fox", "Ein Fuchs"];
  expect(recall.matching(prompts, "FUCHS uber")).toEqual([prompts[0]]);
  expect(recall.matching(prompts, " ")).toEqual(prompts);
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
    recall.learn("ada", ["newest", "older"]);
    const steps = new recall.Steps("ada");
    for (const [key, text, shown] of STEPS) expect(steps.step(key, text)).toBe(shown);
  });

  it("leave alone what somebody has written, and other keys", () => {
    recall.learn("ada", ["newest"]);
    const steps = new recall.Steps("ada");
    expect([steps.step("ArrowUp", "my own words"), steps.step("a", "")]).toEqual([null, null]);
    expect(steps.step("ArrowUp", "")).toBe("newest");
    steps.reset(); // as the pointer does
    expect(steps.step("ArrowUp", "newest")).toBe(null);
  });

  it("do nothing where there is no prompt yet", () => {
    expect(new recall.Steps("ada").step("ArrowUp", "")).toBe(null);
  });
});
