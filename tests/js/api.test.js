import { call, sentenceOf } from "easel/api.js";
import { afterEach, expect, test, vi } from "vitest";

const answer = (status, body, headers = {}) => new Response(JSON.stringify(body), { status, headers });
const TOO_FAST = { success: false, error: { code: "RATE_LIMITED", message: "That was a little too fast." } };

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a call that comes too fast waits as long as it is told, and is sent again", async () => {
  vi.useFakeTimers();
  const fetch = vi.fn();
  fetch.mockResolvedValueOnce(answer(429, TOO_FAST, { "Retry-After": "3" }));
  fetch.mockResolvedValueOnce(answer(200, { success: true, data: { items: [] } }));
  vi.stubGlobal("fetch", fetch);
  const called = call("GET", "/generations");
  await vi.advanceTimersByTimeAsync(2900);
  expect(fetch).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1200);
  expect(await called).toEqual({ items: [] });
});

test("it gives up after some attempts, with the sentence", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", async () => answer(429, TOO_FAST, { "Retry-After": "1" }));
  const called = call("GET", "/generations").catch((error) => error);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sentenceOf(await called)).toBe("That was a little too fast.");
});
