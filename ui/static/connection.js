// Whether Easel can be reached: by the page's socket, and by what the browser knows of its network, which it
// knows seconds before a silent socket is given up.

import { reactive } from "vue";

export const connection = reactive({ isUp: false });

let socket = null;

const note = () => {
  connection.isUp = navigator.onLine && Boolean(socket?.connected);
};

// `page` is NiceGUI's socket, which exists once all components are mounted.
export function follow(page) {
  if (socket === page) return;
  socket = page;
  for (const event of ["connect", "disconnect"]) page.on(event, note);
  for (const event of ["online", "offline"]) addEventListener(event, note);
  note();
}
