// The list of pictures and the stage: the stage shows the newest picture, and what is done there is done by the list.

import { call, keyOf } from "easel/items.js";
import { removeItems } from "easel/picture_deletion.js";
import { studio } from "easel/studio.js";
import { toast } from "easel/toast.js";

// Where the focus goes on the stage, whatever is there by then.
const onStage = {
  focusOn() {
    document.querySelector("#run-state :is(a, button)")?.focus({ preventScroll: true });
    return true;
  },
  focusAt() {}, // the stage keeps it itself when what had it goes
};

// What is searched for is no news for the stage, but what is deleted meanwhile is.
export function tellNewest(feed) {
  const { words, next, removed } = feed;
  const known = words || next === undefined ? studio.newest : withPicture(feed);
  tell(known?.filter(({ id, status }) => status !== "processing" && !removed.has(id)));
}

// After an Undo: it is not in the list while others are searched for.
export function tellRestored(items) {
  if (!studio.newest) return;
  const missing = items.filter(({ id }) => !studio.newest.some((item) => item.id === id));
  tell([...studio.newest, ...missing].sort((a, b) => (a.created_at < b.created_at ? 1 : -1)));
}

// The newest page, and the newest picture beyond it if that page has failures only.
function withPicture(feed) {
  const [newest, picture] = [feed.newest(), feed.newestPicture()];
  return picture && !newest.includes(picture) ? [...newest, picture] : newest;
}

// Only news is told, as the prompts are stored anew each time.
function tell(newest) {
  const keys = (items) => items?.map(keyOf).join();
  if (keys(newest) !== keys(studio.newest)) studio.newest = newest;
}

// What is done with a picture on the stage, once at a time. It may be too new to have been read, or not be among what
// is searched for.
const underWay = new Set();

async function withItem(id, act) {
  if (underWay.has(id)) return;
  underWay.add(id);
  try {
    await act(studio.newest?.find((item) => item.id === id) ?? (await call("GET", `/${id}`)));
  } catch (error) {
    toast(error.message);
  } finally {
    underWay.delete(id);
  }
}

export const openFromStage = (list, id) => withItem(id, (item) => list.viewer.open(item, onStage));
export const removeFromStage = (list, id) => withItem(id, (item) => removeItems(list, [item], onStage));
