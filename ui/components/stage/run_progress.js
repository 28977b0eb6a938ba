// Clock, estimate, and the colour that rises in the sheet: this script updates them without messages from the server.

import { h } from "vue";
import { connection } from "easel/connection.js";
import { whole } from "easel/format.js";
import { t, tn } from "easel/words.js";

const AT_MOST = 0.95; // the sheet must not look finished before the picture is ready
const TICK_MS = 250;
const SILENT = t("no connection; it goes on without you");

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export function estimate(elapsed, low, high) {
  if (!high) return "";
  const over = Math.round(elapsed - high);
  if (over > 0) return tn("longer than usual, {n} s over", "longer than usual, {n} s over", over);
  return t("usually {low} to {high} s", { low: whole(low), high: whole(high) });
}

export default {
  props: {
    ageMs: Number, // by the server's clock, because this computer's may be wrong
    low: Number, // most runs take from `low` to `high` seconds; absent while too few runs are known
    high: Number,
  },
  data: () => ({ elapsed: 0 }),
  created() {
    this.startedAt = performance.now() - this.ageMs;
    this.tick();
  },
  mounted() {
    this.timer = setInterval(() => !document.hidden && this.tick(), TICK_MS);
    document.addEventListener("visibilitychange", this.tick);
  },
  unmounted() {
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.tick);
  },
  methods: {
    tick() {
      this.elapsed = Math.max(0, (performance.now() - this.startedAt) / 1000);
    },
    // Without a connection nobody here knows how far it is.
    remark() {
      return connection.isUp ? estimate(this.elapsed, this.low, this.high) : SILENT;
    },
    renderColour() {
      const share = this.high ? Math.min(this.elapsed / this.high, 1) * AT_MOST : null;
      return h("div", {
        class: ["run__colour", { "is-unknown": share === null }],
        style: share === null ? {} : { "--progress": share.toFixed(3) },
        role: "progressbar",
        "aria-label": t("Progress"),
        "aria-valuemin": 0,
        "aria-valuemax": 100,
        "aria-valuenow": share === null ? null : Math.round(share * 100),
      });
    },
  },
  render() {
    return h("div", { class: "run__progress" }, [
      this.renderColour(),
      h("p", { class: "clock" }, clock(this.elapsed)),
      h("p", { class: "estimate small" }, this.remark()),
    ]);
  },
};
