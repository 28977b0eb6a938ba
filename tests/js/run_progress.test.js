import { mount } from "@vue/test-utils";
import { expect, test } from "vitest";
import RunProgress, { estimate } from "../../ui/components/stage/run_progress.js";

test("the estimate is silent without runs to learn from, and says when it was wrong", () => {
  expect(estimate(5, undefined, undefined)).toBe("");
  expect(estimate(5, 30, 40)).toBe("usually 30 to 40 s");
  expect(estimate(43, 30, 40)).toBe("longer than usual, 3 s over");
});

test("the clock goes by the server's age of the run", () => {
  const progress = mount(RunProgress, { props: { ageMs: 125_000, low: 30, high: 250 } });
  expect(progress.get(".clock").text()).toBe("2:05");
  expect(progress.get("[role=progressbar]").attributes("aria-valuenow")).toBe("48");
  progress.unmount();
});

test("the bar is never full before the picture is there, and claims nothing without an estimate", () => {
  const late = mount(RunProgress, { props: { ageMs: 90_000, low: 30, high: 40 } });
  expect(late.get("[role=progressbar]").attributes("aria-valuenow")).toBe("95");
  late.unmount();
  const unknown = mount(RunProgress, { props: { ageMs: 90_000 } });
  expect(unknown.get("[role=progressbar]").attributes("aria-valuenow")).toBeUndefined();
  unknown.unmount();
});
