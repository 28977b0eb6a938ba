import { dayHeading } from "easel/days.js";
import { deleteAll, inParts, restoreAll } from "easel/deletion.js";
import { Feed } from "easel/feed.js";
import { columnsOf, heightOf, neighborOf, rowsBetween, rowsOf } from "easel/picture_rows.js";
import { Selection } from "easel/selection.js";
import { afterEach, expect, test, vi } from "vitest";

const NOW = new Date("2026-11-26T08:00:00Z");
const OF_THREE_COLUMNS = { width: 300, rem: 16, now: NOW };
const made = (id, created_at = "2026-11-26T07:00:00Z") => ({ id, created_at });
const many = (count) => Array.from({ length: count }, (_, at) => made(`id ${at}`));
const idsOf = (rows) => rows.filter((row) => row.items).map((row) => row.items.map((item) => item.id));

afterEach(() => vi.unstubAllGlobals());

// The answers to the calls of the API, in turn; what was asked for is in `asked`.
function answering(...answers) {
  const asked = [];
  vi.stubGlobal("fetch", async (url, { method, body }) => {
    asked.push([method, url, body && JSON.parse(body).ids]);
    const answer = answers.shift();
    const content = answer.message ? { success: false, error: answer } : { success: true, data: answer };
    return new Response(JSON.stringify(content));
  });
  return asked;
}

test.each([
  ["2026-11-26T00:10:00Z", "Today"],
  ["2026-11-25T23:50:00Z", "Yesterday"],
  ["2026-11-24T12:00:00Z", "November 24, 2026"],
  ["2025-11-26T08:00:00Z", "November 26, 2025"],
])("a day is named as the reader says it: %s", (time, heading) => {
  expect(dayHeading(time, NOW)).toBe(heading);
});

test("each day has a heading, and begins a row of its own", () => {
  const items = [made("1"), made("2"), made("3"), made("4"), made("5", "2026-11-25T07:00:00Z")];
  const rows = rowsOf(items, OF_THREE_COLUMNS);
  expect(rows.map((row) => row.text ?? row.items.length)).toEqual(["Today", 3, 1, "Yesterday", 1]);
  for (const [at, row] of rows.entries())
    expect(row.top).toBe(at ? rows[at - 1].top + rows[at - 1].height : 0);
});

test("failures have a row each", () => {
  expect(idsOf(rowsOf(many(2), { ...OF_THREE_COLUMNS, isFailed: true }))).toEqual([["id 0"], ["id 1"]]);
});

test("a window has at least three columns, and more the wider it is", () => {
  expect([200, 360, 768, 1152].map(columnsOf)).toEqual([3, 3, 4, 7]);
});

test("only what is between two heights is drawn, to the pixel", () => {
  const rows = rowsOf(many(9000), OF_THREE_COLUMNS);
  const [, first, second] = rows;
  expect(rowsBetween(rows, first.top, second.top)).toEqual([first]);
  expect(rowsBetween(rows, first.top, second.top + 1)).toEqual([first, second]);
  expect(rowsBetween(rows, heightOf(rows), heightOf(rows) + 100)).toEqual([]);
  expect(rowsBetween([], 0, 100)).toEqual([]);
});

test("arrows lead to the neighbors, over the headings, and to the end of a shorter row", () => {
  const items = [...many(5), made("older", "2026-11-25T07:00:00Z")];
  const rows = rowsOf(items, OF_THREE_COLUMNS); // 0 1 2 / 3 4 / older
  const from = (id, key) => neighborOf(rows, id, key)?.id;
  expect(from("id 2", "ArrowRight")).toBe("id 3");
  expect(from("id 3", "ArrowLeft")).toBe("id 2");
  expect(from("id 2", "ArrowDown")).toBe("id 4");
  expect(from("id 4", "ArrowDown")).toBe("older");
  expect(from("older", "ArrowUp")).toBe("id 3");
  expect(from("id 0", "ArrowUp")).toBeUndefined();
  expect(from("older", "ArrowRight")).toBeUndefined();
  expect(from("unknown", "ArrowUp")).toBeUndefined();
});

test("a range goes from the last one that was ticked, shrinks again, and keeps what was ticked before", () => {
  const [selection, shown] = [new Selection(), many(9)];
  const numbers = () => [...selection.ids].map((id) => Number(id.slice(3))).sort();
  selection.toggle("id 8");
  selection.toggle("id 3");
  selection.extendTo("id 5", shown);
  expect(numbers()).toEqual([3, 4, 5, 8]);
  selection.extendTo("id 2", shown);
  expect(numbers()).toEqual([2, 3, 8]);
  selection.toggle("id 3");
  expect(numbers()).toEqual([2, 8]);
});

test("a range without a beginning is the one that it was to end at", () => {
  const selection = new Selection();
  selection.extendTo("id 5", many(9));
  expect([...selection.ids]).toEqual(["id 5"]);
});

test("all are selected, those that come later too, until one is not; what is gone is not selected", () => {
  const selection = new Selection();
  selection.all(many(3));
  selection.keepTo(many(5));
  expect(selection.size).toBe(5);
  selection.toggle("id 0");
  selection.keepTo(many(9));
  expect(selection.size).toBe(4);
  selection.keepTo(many(2));
  expect([...selection.ids]).toEqual(["id 1"]);
});

test("the API gets a hundred at a time, and the deadline counts from the first of them", async () => {
  const ids = many(250).map((item) => item.id);
  const asked = answering({ undo_seconds: 30 }, { undo_seconds: 30 }, { undo_seconds: 30 });
  const done = await deleteAll(ids);
  expect(asked.map(([, url, part]) => [url, part.length])).toEqual([
    ["/api/v1/generations/delete", 100],
    ["/api/v1/generations/delete", 100],
    ["/api/v1/generations/delete", 50],
  ]);
  expect(done.ids).toEqual(ids);
  expect(done.undoSeconds).toBeLessThan(30);
  expect(inParts([])).toEqual([]);
});

test("what was deleted before an error is known, as it can be restored", async () => {
  answering({ undo_seconds: 30 }, { message: "Not just now." });
  const done = await deleteAll(many(150).map((item) => item.id));
  expect([done.ids.length, done.error.message]).toEqual([100, "Not just now."]);
  answering({ ids: ["id 0"] });
  expect((await restoreAll(["id 0", "id 1"])).ids).toEqual(["id 0"]);
});

test("pages follow the last one that is there; what was deleted here does not come back", async () => {
  const feed = new Feed();
  const asked = answering(
    { items: [made("3"), made("2")], next: "2" },
    { items: [made("2"), made("1"), made("0")] },
  );
  await feed.more();
  feed.remove([made("2"), made("0")]);
  await feed.more();
  expect(feed.items.map((item) => item.id)).toEqual(["3", "1"]);
  expect(feed.next).toBeNull();
  expect(asked[1][1]).toContain("before=3");
});

test("what was asked for with other words is not shown", async () => {
  const feed = new Feed();
  answering({ items: [made("1")] }, { items: [made("2")] });
  const first = feed.more();
  feed.search("kite & co");
  await Promise.all([first, feed.more()]);
  expect(feed.items.map((item) => item.id)).toEqual(["2"]);
});

test("what is restored comes to its place, once", () => {
  const feed = new Feed();
  const [newer, older] = [made("1", "2026-11-26T07:00:00Z"), made("2", "2026-11-25T07:00:00Z")];
  feed.items = [newer, older];
  feed.remove([newer]);
  feed.putBack([newer]);
  feed.putBack([newer]);
  expect(feed.items).toEqual([newer, older]);
});
