// What a person has spent this month, and may still have made today; nothing is said of what is not known.

import { h } from "vue";
import { fact } from "easel/facts.js";
import { comesAt, dollars, whole } from "easel/format.js";
import { t } from "easel/words.js";

export default {
  props: {
    price: Number, // of a picture, in US dollars; null where it is not known
    charged: Number,
    reserved: Number,
    limit: Number, // pictures of a day; null without a limit
    left: Number,
    resetsAt: String,
  },
  computed: {
    facts() {
      const facts = [fact(t("Spent this month"), dollars(this.charged + this.reserved))];
      if (this.reserved) facts.push(fact(t("Of that not settled"), dollars(this.reserved)));
      if (this.price) facts.push(fact(t("A picture costs"), dollars(this.price)));
      if (this.limit !== null) {
        facts.push(
          fact(t("Left today"), t("{left} of {limit}", { left: whole(this.left), limit: whole(this.limit) })),
        );
        if (this.left < this.limit) facts.push(fact(t("All of them again"), comesAt(this.resetsAt)));
      }
      return facts;
    },
  },
  render() {
    return h("section", { class: "card stack", "aria-labelledby": "spending-title" }, [
      h("h2", { id: "spending-title" }, t("What you have spent")),
      h("dl", { class: "facts" }, this.facts),
    ]);
  },
};
