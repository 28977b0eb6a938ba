import { expect, test } from "vitest";
import { cookieOf } from "easel/kept.js";

test("a cookie is kept for a year, on https under a name that no other host can set", () => {
  const kept = "Path=/; Max-Age=31536000; SameSite=Lax";
  expect(cookieOf("easel_language", "de", "http:")).toBe(`easel_language=de; ${kept}`);
  expect(cookieOf("easel_language", "de", "https:")).toBe(`__Host-easel_language=de; ${kept}; Secure`);
});
