// Deleting pictures from the list, with one Undo for all of them; each step leaves the focus on a picture.

import { MOST_DELETED, deleteAll, restoreAll } from "easel/deletion.js";
import { whole } from "easel/format.js";
import { toast } from "easel/toast.js";
import { t, tn } from "easel/words.js";

const ON_ITS_WAY_SECONDS = 5;

// `place` gives the focus to what is there instead: the list, or the stage.
export async function removeItems(list, items, place = list) {
  if (items.length > MOST_DELETED) {
    const most = whole(MOST_DELETED);
    toast(t("At most {most} can be deleted at a time, so that Undo brings all of them back.", { most }));
    return;
  }
  const index = list.shown().findIndex((item) => item.id === items[0].id);
  list.takeOut(items);
  place.focusAt(index);
  const focused = document.activeElement;
  const { ids, undoSeconds, error } = await deleteAll(items.map((item) => item.id));
  const isDeleted = (item) => ids.includes(item.id);
  const until = performance.now() + (undoSeconds - ON_ITS_WAY_SECONDS) * 1000;
  if (ids.length) offerUndo(list, items.filter(isDeleted), until, place);
  if (!error) return;
  toast(error.message);
  const there = items.filter((item) => !isDeleted(item));
  await list.putBack(there);
  if (document.activeElement === focused) place.focusOn(there[0].id);
}

// Offered for some seconds less than the server allows, so that the request arrives in time.
function offerUndo(list, items, until, place) {
  const action = { label: t("Undo"), run: () => restore(list, items, until, place) };
  const text = tn("Deleted.", "{n} deleted.", items.length);
  toast(text, { seconds: Math.max((until - performance.now()) / 1000, 1), action });
}

async function restore(list, items, until, place) {
  const { ids, error } = await restoreAll(items.map((item) => item.id));
  const restored = items.filter((item) => ids.includes(item.id));
  await list.putBack(restored);
  if (!restored.some(({ id }) => place.focusOn(id))) place.focusAt(0);
  toast(error ? error.message : outcome(restored.length, items.length));
  if (error && performance.now() < until) offerUndo(list, without(items, restored), until, place);
}

const without = (items, others) => items.filter((item) => !others.includes(item));

function outcome(restored, wanted) {
  if (!restored) return t("It is too late: what you deleted is gone for good.");
  if (restored < wanted)
    return t("{restored} of {wanted} restored. The others are gone for good.", {
      restored: whole(restored),
      wanted: whole(wanted),
    });
  return tn("Restored.", "{n} restored.", restored);
}
