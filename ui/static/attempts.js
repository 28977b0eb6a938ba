// For components that call the API: one act at a time, and the sentence about what went wrong.

import { h } from "vue";
import { sentenceOf } from "easel/api.js";

// Where one signs in again, for somebody whose sign-in has ended while the page was open.
const loginPath = () => `/login?${new URLSearchParams({ next: location.pathname, error: "SIGN_IN_ENDED" })}`;

export const attempts = {
  data: () => ({ problem: "", isBusy: false }),
  methods: {
    async attempt(act) {
      this.problem = "";
      this.isBusy = true;
      try {
        await act();
      } catch (error) {
        if (error.status === 401) location.assign(loginPath());
        this.problem = sentenceOf(error);
      }
      this.isBusy = false;
    },
    renderProblem() {
      return this.problem ? h("p", { class: "problem", role: "alert" }, this.problem) : null;
    },
  },
};
