// Notifications by the browser, only for people who asked for them.

import { read, write } from "easel/kept.js";
import { toast } from "easel/toast.js";
import { t } from "easel/words.js";

const NAME = "easel-notify";
const TITLES = { done: t("Your picture is ready"), failed: t("No picture this time") };

export const canNotify = () => "Notification" in window;
export const wantsNotification = () =>
  canNotify() && Notification.permission === "granted" && read("localStorage", NAME) === "on";

export async function toggleNotification() {
  if (wantsNotification()) write("localStorage", NAME, "off");
  else if ((await Notification.requestPermission()) === "granted") write("localStorage", NAME, "on");
  else toast(t("Your browser does not allow notifications from this site."));
}

export function notify(end, prompt, icon) {
  if (!wantsNotification()) return;
  const notification = new Notification(TITLES[end], { body: prompt.slice(0, 120), icon, tag: "easel" });
  notification.onclick = () => window.focus();
}
