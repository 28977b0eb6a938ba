// For components that call the API: one act at a time, and the sentence about what went wrong.

import { h } from "vue";
import { sentenceOf } from "easel/api.js";

export const attempts = {
  data: () => ({ problem: "", isBusy: false }),
  methods: {
    async attempt(act) {
      this.problem = "";
      this.isBusy = true;
      try {
        await act();
      } catch (error) {
        this.problem = sentenceOf(error);
      }
      this.isBusy = false;
    },
    renderProblem() {
      return this.problem ? h("p", { class: "problem", role: "alert" }, this.problem) : null;
    },
  },
};
