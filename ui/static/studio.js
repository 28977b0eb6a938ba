// What the parts of the generate screen know of each other, and what they ask of each other.

import { shallowReactive } from "vue";

export const studio = shallowReactive({
  newest: undefined, // the newest items of the API, as far as the first page of the list goes; undefined until read
  isOff: false, // whether nothing can be started at the moment
});

const ask = (name) => (detail) => dispatchEvent(new CustomEvent(`easel:${name}`, { detail }));

export const usePrompt = ask("use-prompt"); // puts a text into the prompt box
export const start = ask("start"); // starts a picture of that prompt, whatever is in the box
export const openPicture = ask("open-picture"); // opens the viewer, by the picture's id
export const deletePicture = ask("delete-picture"); // deletes it, with Undo, by its id

// Listens until the function that is returned is called. `handlers` has a function of each name above.
export function listen(handlers) {
  const pairs = Object.entries(handlers).map(([name, act]) => [
    `easel:${name}`,
    (event) => act(event.detail),
  ]);
  for (const pair of pairs) addEventListener(...pair);
  return () => {
    for (const pair of pairs) removeEventListener(...pair);
  };
}
