// Deleting and restoring many in the API, which takes a hundred at a time.

import { call } from "easel/items.js";

const AT_A_TIME = 100;
// So many requests that the limit of changes does not hold up an Undo until it is too late.
export const MOST_DELETED = 1000;

export function inParts(ids) {
  const count = Math.ceil(ids.length / AT_A_TIME);
  return Array.from({ length: count }, (_, at) => ids.slice(at * AT_A_TIME, (at + 1) * AT_A_TIME));
}

// Those that were deleted until `error`, if there was one, and for how many seconds all of them can be restored.
export async function deleteAll(ids) {
  const done = { ids: [], undoSeconds: 0, error: null };
  const start = performance.now();
  try {
    for (const part of inParts(ids)) {
      const { undo_seconds } = await call("POST", "/delete", { ids: part });
      done.ids.push(...part);
      done.undoSeconds ||= undo_seconds;
    }
  } catch (error) {
    done.error = error;
  }
  done.undoSeconds -= (performance.now() - start) / 1000;
  return done;
}

// Those that are there again; the rest has been deleted for good, or `error` says why.
export async function restoreAll(ids) {
  const done = { ids: [], error: null };
  try {
    for (const part of inParts(ids)) done.ids.push(...(await call("POST", "/restore", { ids: part })).ids);
  } catch (error) {
    done.error = error;
  }
  return done;
}
