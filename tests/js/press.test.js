import { count, newKey, readPress } from "easel/press.js";
import { describe, expect, test } from "vitest";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const kept = (changes) => JSON.stringify({ order: { prompt: "a kite" }, key: "k", at: NOW, ...changes });

test("an emoji is one character, as people and the server count", () => {
  expect(count("🎨 a fox")).toBe(7);
});

test("keys are printable, long and never the same", () => {
  const keys = Array.from({ length: 100 }, newKey);
  expect(new Set(keys).size).toBe(100);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
});

describe("a press that a reload interrupted", () => {
  test("is sent again for ten minutes", () => {
    expect(readPress(kept(), NOW + 9 * MINUTE).order.prompt).toBe("a kite");
    expect(readPress(kept(), NOW + 10 * MINUTE)).toBeNull();
  });

  test.each([
    ["nothing", null],
    ["no JSON", "{"],
    ["no object", "7"],
    ["no text", kept({ order: {} })],
    ["no key", kept({ key: undefined })],
    ["no time", kept({ at: undefined })],
    ["from the future", kept({ at: NOW + MINUTE })],
  ])("is forgotten when it is %s", (_, text) => {
    expect(readPress(text, NOW)).toBeNull();
  });
});
