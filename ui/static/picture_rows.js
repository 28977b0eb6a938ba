// Where each row of "Your pictures" stands, from the items and the width alone: the headings of days, rows of
// tiles, rows of failures. So ten thousand need no more of the document than what is near the window.

import { dayHeading, dayOf } from "easel/days.js";

export const GAP = 3;
const [NARROW, SMALL, LARGE, FEWEST] = [640, 120, 176, 3];
const HEADING_REM = 3;
const FAILURE_REM = { narrow: 8.5, wide: 4 };

const isNarrow = (width) => width < NARROW;
export const columnsOf = (width) => Math.max(FEWEST, Math.round(width / (isNarrow(width) ? SMALL : LARGE)));

// Rows as {kind, top, height}, with the `items` or the `text` that they show.
export function rowsOf(items, { width, rem, isFailed = false, now = new Date() }) {
  const columns = isFailed ? 1 : columnsOf(width);
  const height = isFailed
    ? FAILURE_REM[isNarrow(width) ? "narrow" : "wide"] * rem
    : (width - GAP * (columns - 1)) / columns + GAP;
  const rows = [];
  let [top, day] = [0, null];
  const add = (row) => {
    rows.push({ ...row, top });
    top += row.height;
  };
  for (const item of items) {
    const itsDay = dayOf(item.created_at);
    if (itsDay !== day)
      add({ kind: "day", height: HEADING_REM * rem, text: dayHeading(item.created_at, now) });
    if (itsDay === day && rows.at(-1).items.length < columns) rows.at(-1).items.push(item);
    else add({ kind: isFailed ? "failure" : "tiles", height, columns, items: [item] });
    day = itsDay;
  }
  return rows;
}

export const heightOf = (rows) => (rows.length ? rows.at(-1).top + rows.at(-1).height : 0);

// The rows of which something is between the two heights.
export function rowsBetween(rows, from, to) {
  const start = firstWhere(rows, (row) => row.top + row.height > from);
  return rows.slice(
    start,
    firstWhere(rows, (row) => row.top >= to),
  );
}

function firstWhere(rows, isSo) {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(rows[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

export const rowOf = (rows, id) => rows.find((row) => row.items?.some((item) => item.id === id));

// The item that an arrow leads to: the neighbor in reading order, or the one above or below.
export function neighborOf(rows, id, key) {
  const withItems = rows.filter((row) => row.items);
  const at = withItems.findIndex((row) => row.items.some((item) => item.id === id));
  if (at < 0) return undefined;
  const { items } = withItems[at];
  const column = items.findIndex((item) => item.id === id);
  const [above, below] = [withItems[at - 1]?.items, withItems[at + 1]?.items];
  return {
    ArrowLeft: () => items[column - 1] ?? above?.at(-1),
    ArrowRight: () => items[column + 1] ?? below?.[0],
    ArrowUp: () => above?.[Math.min(column, above.length - 1)],
    ArrowDown: () => below?.[Math.min(column, below.length - 1)],
  }[key]();
}
