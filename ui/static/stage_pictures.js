// The list of pictures and the stage: the stage shows the newest picture, and what is done there is done by the list.

import { removeItems } from "easel/picture_deletion.js";
import { studio } from "easel/studio.js";

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
  const newest = words || next === undefined ? studio.newest : feed.newest();
  studio.newest = newest?.filter(({ id, status }) => status !== "processing" && !removed.has(id));
}

// The item of the picture on the stage, which may be too new to have been read.
async function find(list, id) {
  const known = () => studio.newest?.find((item) => item.id === id);
  if (!known()) await list.refresh();
  return known();
}

export async function openFromStage(list, id) {
  const item = await find(list, id);
  if (item) list.viewer.open(item, onStage);
}

export async function removeFromStage(list, id) {
  const item = await find(list, id);
  if (item) await removeItems(list, [item], onStage);
}
