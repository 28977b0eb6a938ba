// The browsers in which a person is signed in: this one is marked, the others can be signed out.

import { h } from "vue";
import { call } from "easel/api.js";
import { attempts } from "easel/attempts.js";
import { moment } from "easel/format.js";
import { toast } from "easel/toast.js";

export default {
  mixins: [attempts],
  data: () => ({ sessions: null }), // null until they have come
  mounted() {
    this.attempt(() => this.read());
  },
  methods: {
    async read() {
      this.sessions = (await call("GET", "/me/sessions")).items;
    },
    end(session) {
      this.attempt(async () => {
        await call("POST", `/me/sessions/${session.id}/end`);
        await this.read();
        toast("Signed out there.");
        this.$refs.title.focus(); // the button is gone
      });
    },
    endOthers() {
      this.attempt(async () => {
        await call("POST", "/me/sessions/end-others");
        await this.read();
        toast("Signed out everywhere else.");
        this.$refs.title.focus();
      });
    },
    renderSession(session) {
      const name = session.browser ?? "A browser";
      const facts = `Signed in on ${moment(session.created_at)}, last used on ${moment(session.last_seen_at)}`;
      const end = {
        class: "button",
        type: "button",
        disabled: this.isBusy,
        "aria-label": `Sign out of ${name}, signed in on ${moment(session.created_at)}`,
        onClick: () => this.end(session),
      };
      return h("li", { class: "list__item", key: session.id }, [
        h("div", { class: "list__what" }, [h("strong", {}, name), h("p", { class: "small" }, facts)]),
        session.is_current ? h("span", { class: "badge" }, "This one") : h("button", end, "Sign out"),
      ]);
    },
  },
  render() {
    const sessions = this.sessions ?? [];
    const everywhere = { class: "button", type: "button", disabled: this.isBusy, onClick: this.endOthers };
    return h("section", { class: "card stack", "aria-labelledby": "sessions-title" }, [
      h("h2", { id: "sessions-title", ref: "title", tabindex: -1 }, "Where you are signed in"),
      this.renderProblem(),
      h("ul", { class: "list" }, sessions.map(this.renderSession)),
      sessions.length > 1 ? h("div", {}, h("button", everywhere, "Sign out everywhere else")) : null,
    ]);
  },
};
