// The switch for a notification when the picture is ready; hidden in browsers without notifications.

import { h } from "vue";
import { canNotify, toggleNotification, wantsNotification } from "easel/notifications.js";
import { t } from "easel/words.js";

export default {
  data: () => ({ isOn: wantsNotification() }),
  methods: {
    async onClick() {
      await toggleNotification();
      this.isOn = wantsNotification();
    },
  },
  render() {
    const attributes = {
      type: "button",
      class: "button button--quiet notify-switch",
      hidden: !canNotify(),
      "aria-pressed": String(this.isOn),
      onClick: this.onClick,
    };
    return h("button", attributes, this.isOn ? t("We'll notify you") : t("Notify me when it's done"));
  },
};
